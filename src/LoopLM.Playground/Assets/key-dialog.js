import { readKey, writeKey } from "./api/key.js";
import { byId } from "./views/dom.js";

/**
 * Lets the user enter the API key.
 * @param {() => void} onChange Called when it has changed.
 * @returns {() => void} Opens the dialog.
 */
export function startKeyDialog(onChange) {
  const dialog = byId("key-dialog");
  const show = () => {
    byId("key-button").textContent = readKey() === "" ? "API key" : "API key \u2713";
  };
  const close = (key) => {
    dialog.close();
    byId("key").value = "";
    if (key !== null) {
      writeKey(key);
      show();
      onChange();
    }
  };
  const open = () => {
    byId("key").value = "";
    dialog.showModal();
  };
  byId("key-button").addEventListener("click", open);
  byId("key-cancel").addEventListener("click", () => close(null));
  byId("key-forget").addEventListener("click", () => close(""));
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    close(byId("key").value.trim());
  });
  show();
  return open;
}
