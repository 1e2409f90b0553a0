// The API key of this tab. It lives in session storage alone: no URL, log or export ever has it.

const NAME = "looplm.key";

/** @returns {string} The key, or an empty text. */
export function readKey() {
  return sessionStorage.getItem(NAME) ?? "";
}

/** @param {string} key The key; an empty text forgets it. */
export function writeKey(key) {
  if (key === "") {
    sessionStorage.removeItem(NAME);
  } else {
    sessionStorage.setItem(NAME, key);
  }
}
