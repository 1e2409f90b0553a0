import { divergence } from "../runs/stats.js";
import { h } from "../views/dom.js";
import { visible } from "../views/text.js";

const LARGEST = { "q-exit": 1, act: 2, "hidden-delta": 1 };

/** The slider of the exit threshold, the button that runs again, and what that changed. */
export class DepthBar {
  #previous = null;

  /**
   * @param {import("../settings.js").SettingsForm} settings The form that has the threshold.
   * @param {{onAgain: () => void, onCompare: () => void}} actions What the buttons do.
   */
  constructor(settings, { onAgain, onCompare }) {
    this.settings = settings;
    this.value = h("output", { for: "threshold-slider" });
    this.slider = h("input", {
      id: "threshold-slider",
      type: "range",
      min: 0,
      step: 0.005,
      input: () => settings.write({ threshold: this.slider.value }),
    });
    this.field = h("div", { class: "field" }, h("label", { for: "threshold-slider" }, "Exit threshold"), this.slider, this.value);
    this.again = h("button", { type: "button", click: onAgain }, "Run again");
    this.change = h("p", { class: "note", role: "status" });
    this.compare = h("button", { type: "button", class: "quiet", hidden: true, click: onCompare }, "Put both side by side");
    this.element = h(
      "section",
      { class: "depth-bar", "aria-label": "Run again", hidden: true },
      this.field,
      this.again,
      h("p", { class: "note" }, "Lower lets tokens leave earlier. The seed stays the same, so what changes is due to depth."),
      h("div", { class: "change" }, this.change, this.compare),
    );
    settings.addEventListener("change", () => this.#show());
    this.#show();
  }

  /** @param {{run: import("../runs/run.js").Run, depth: object} | null} previous What the next run is compared with. */
  set previous(previous) {
    this.#previous = previous;
    this.change.textContent = "";
    this.compare.hidden = true;
  }

  /** @param {import("../runs/run.js").Run} run A run that is over; says what it changed. */
  showChange(run) {
    if (!this.#previous || this.#previous.run.tokens.length === 0 || run.tokens.length === 0) {
      return;
    }

    const before = this.#previous.run;
    const at = divergence(before.tokens, run.tokens);
    const loops = `Loops: ${before.depth.loops} before, ${run.depth.loops} now.`;
    const name = (token) => `\u201c${token ? visible(token.text || token.name) : "the end"}\u201d`;
    this.change.textContent =
      at === null
        ? `The same tokens. ${loops}`
        : `It differs from token ${at + 1} on: ${name(before.tokens[at])} before, ${name(run.tokens[at])} now. ${loops}`;
    this.compare.hidden = false;
  }

  #show() {
    const { policy, threshold } = this.settings;
    this.field.hidden = !(policy in LARGEST);
    this.slider.max = LARGEST[policy] ?? 1;
    this.slider.value = threshold ?? this.slider.max / 2;
    this.value.textContent = threshold === null ? "the policy\u2019s" : Number(threshold).toFixed(3);
  }
}
