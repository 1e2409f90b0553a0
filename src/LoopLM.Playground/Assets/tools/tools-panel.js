import { readKey } from "../api/key.js";
import { h } from "../views/dom.js";
import { csharpSample, curlSample, grpcSample } from "./code-samples.js";
import { download, toCsv, toJson } from "./exporters.js";
import { toPng } from "./png.js";

const SHOWN_EVENTS = 300;
const SAMPLES = { curl: curlSample, "C#": csharpSample, gRPC: grpcSample };

/**
 * @typedef {object} Outcome What the panel works on.
 * @property {() => import("./exporters.js").Result} result The result as it is now.
 * @property {() => string[]} events The events as they came.
 * @property {() => number[] | null} promptTokenIds What the prompt became, where the server has reported it.
 */

/** Shows the request in other languages and the events as they came, and exports the result. */
export class ToolsPanel {
  #outcome = null;
  #language = "curl";
  #code = h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": "The request" });
  #events = h("pre", { class: "code", tabindex: "0", role: "region", "aria-label": "The events" });
  #note = h("p", { class: "note" });
  #copied = h("span", { class: "note", role: "status" });

  /** @param {HTMLElement} element Where it is. */
  constructor(element) {
    this.element = element;
    this.sample = h("details", { toggle: () => this.update() }, h("summary", {}, "Copy this request"), this.#languages(), this.#code);
    this.log = h("details", { toggle: () => this.update() }, h("summary", {}, "Raw events"), this.#note, this.#events);
    element.append(
      h(
        "div",
        { class: "exports" },
        h("span", {}, "Export"),
        ...["JSON", "CSV", "PNG"].map((format) => h("button", { type: "button", click: () => this.#export(format) }, format)),
      ),
      this.sample,
      this.log,
    );
  }

  /** @param {Outcome} outcome What it works on from now on. */
  show(outcome) {
    this.#outcome = outcome;
    this.element.hidden = false;
    this.update();
  }

  /** Shows what has come since. What is closed costs nothing. */
  update() {
    if (this.#outcome === null) {
      return;
    }

    if (this.sample.open) {
      this.#code.textContent = this.#sampleText();
    }

    if (this.log.open) {
      const events = this.#outcome.events();
      this.#note.textContent =
        events.length > SHOWN_EVENTS ? `The last ${SHOWN_EVENTS} of ${events.length} events.` : `${events.length} events.`;
      this.#events.textContent = events.slice(-SHOWN_EVENTS).join("\n");
    }
  }

  #sampleText() {
    const { path, request } = this.#outcome.result();
    return SAMPLES[this.#language]({ path, body: request, promptTokenIds: this.#outcome.promptTokenIds(), hasKey: readKey() !== "" });
  }

  #languages() {
    const buttons = Object.keys(SAMPLES).map((language) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(language === this.#language),
          click: (event) => {
            this.#language = language;
            buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === event.target)));
            this.update();
          },
        },
        language,
      ),
    );
    return h(
      "div",
      { class: "exports" },
      ...buttons,
      h("button", { type: "button", class: "primary", click: () => this.#copy() }, "Copy"),
      this.#copied,
    );
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#sampleText());
      this.#copied.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(this.#code);
      this.#copied.textContent = "It is selected: press Ctrl+C.";
    }
  }

  async #export(format) {
    const result = this.#outcome.result();
    switch (format) {
      case "JSON":
        return download("looplm.json", new Blob([toJson(result)], { type: "application/json" }));
      case "CSV":
        return download("looplm.csv", new Blob([toCsv(result)], { type: "text/csv;charset=utf-8" }));
      default:
        return download("looplm.png", await toPng(result));
    }
  }
}
