import { h } from "../views/dom.js";

let count = 0;

/** A field for a text, with the button that sends it and the one that stops. */
export class PromptForm {
  /**
   * @param {object} options What it says and does.
   * @param {string} options.label Name of the field.
   * @param {string} options.action What the button says.
   * @param {string} options.placeholder What is in the empty field.
   * @param {() => void} options.onStart Called to send.
   * @param {() => void} options.onStop Called to stop.
   * @param {boolean} [options.sendsOnEnter] Whether Enter sends, and Shift+Enter makes a line; else Ctrl+Enter sends.
   */
  constructor({ label, action, placeholder, onStart, onStop, sendsOnEnter = false }) {
    const id = `prompt-${++count}`;
    this.field = h("textarea", {
      id,
      rows: 2,
      dir: "auto",
      spellcheck: "false",
      placeholder,
      keydown: (event) => {
        const sends = event.key === "Enter" && !event.isComposing && (event.ctrlKey || event.metaKey || (sendsOnEnter && !event.shiftKey));
        if (sends) {
          event.preventDefault();
          onStart();
        }
      },
    });
    this.startButton = h("button", { type: "submit", class: "primary" }, action);
    this.stopButton = h("button", { type: "button", class: "primary stop", hidden: true, click: onStop }, "Stop");
    this.hint = h("span", { class: "note" }, sendsOnEnter ? "Enter sends, Shift+Enter makes a line" : "Ctrl+Enter runs");
    this.element = h(
      "form",
      {
        class: "prompt",
        submit: (event) => {
          event.preventDefault();
          onStart();
        },
      },
      h("label", { class: "hidden", for: id }, label),
      h("div", { class: "row" }, this.field, this.startButton, this.stopButton),
      this.hint,
    );
  }

  /** What is in the field. */
  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
  }

  /** @param {boolean} isRunning Whether the button stops instead of sending. */
  set isRunning(isRunning) {
    const hadFocus = document.activeElement === this.startButton || document.activeElement === this.stopButton;
    this.startButton.hidden = isRunning;
    this.stopButton.hidden = !isRunning;
    if (hadFocus) {
      (isRunning ? this.stopButton : this.startButton).focus();
    }
  }
}
