import { readKey, writeKey } from "./api/key.js";
import { byId, h } from "./views/dom.js";

/**
 * Lets the user enter the API key, by a button of the page.
 * @param {() => void} onChange Called when it has changed.
 * @returns {() => void} Opens the dialog.
 */
export function startKeyDialog(onChange) {
  const showState = () => {
    byId("key-button").textContent = readKey() === "" ? "API key" : "API key \u2713";
  };
  const use = (key) => {
    dialog.close();
    writeKey(key);
    showState();
    onChange();
  };
  const field = h("input", { type: "password", autocomplete: "off", spellcheck: "false" });
  const dialog = build(field, use);
  const open = () => {
    field.value = "";
    dialog.showModal();
  };
  document.body.append(dialog);
  byId("key-button").addEventListener("click", open);
  showState();
  return open;
}

function build(field, use) {
  const submit = (event) => {
    event.preventDefault();
    use(field.value.trim());
  };
  const dialog = h(
    "dialog",
    { "aria-labelledby": "key-title" },
    h(
      "form",
      { autocomplete: "off", submit },
      h("h2", { id: "key-title" }, "API key"),
      h("p", {}, "It stays in this tab until the tab is closed, and goes to this server alone."),
      h("label", {}, "Key ", field),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "submit", class: "primary" }, "Use it"),
        h("button", { type: "button", click: () => use("") }, "Forget it"),
        h("button", { type: "button", class: "quiet", click: () => dialog.close() }, "Cancel"),
      ),
    ),
  );
  return dialog;
}
