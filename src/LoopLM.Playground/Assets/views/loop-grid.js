import { h } from "./dom.js";
import { percent, visible } from "./text.js";

const MOST = 48;

/** Shows the first tokens as columns and the loops as rows: in each cell what the loop would have said. */
export class LoopGrid {
  #shown = 0;
  #rows = [];
  #head = h("tr", {}, h("td", {}));
  #note = h("p", { class: "note", hidden: true });

  /**
   * @param {import("../runs/tokens.js").Token[]} tokens The tokens; those that are added later are shown after `update`.
   * @param {string} label Its name for screen readers.
   * @param {(token: import("../runs/tokens.js").Token) => void} onPick Called with the token of a column that was chosen.
   */
  constructor(tokens, label, onPick) {
    this.tokens = tokens;
    this.onPick = onPick;
    this.body = h("tbody", {});
    this.element = h(
      "section",
      { class: "loops", hidden: true },
      h("h2", {}, "Loop by loop"),
      h(
        "p",
        { class: "note explained" },
        "What each loop would have said. The frame marks where the token left; what lies below it was skipped.",
      ),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
        h(
          "table",
          { class: "grid" },
          h("caption", { class: "hidden" }, "The most probable token after every loop"),
          h("thead", {}, this.#head),
          this.body,
        ),
      ),
      this.#note,
    );
  }

  /** Shows the tokens that came since the last time. */
  update() {
    for (; this.#shown < Math.min(this.tokens.length, MOST); this.#shown++) {
      this.#add(this.tokens[this.#shown]);
    }

    if (this.tokens.length > MOST) {
      this.#note.hidden = false;
      this.#note.textContent = `The first ${MOST} of ${this.tokens.length} tokens.`;
    }
  }

  #add(token) {
    if (token.loops.length === 0) {
      return;
    }

    this.element.hidden = false;
    const name = visible(token.text === "" ? token.name : token.text);
    this.#head.append(
      h("th", { scope: "col" }, h("button", { type: "button", class: "link", click: () => this.onPick(token) }, h("bdi", {}, name))),
    );
    token.loops.forEach((candidates, i) => this.#row(i).append(cell(token, i + 1, candidates[0])));
    this.#rows.slice(token.loops.length).forEach((row) => row.append(h("td", { class: "skipped" })));
  }

  #row(i) {
    if (!this.#rows[i]) {
      const blanks = Array.from({ length: this.#shown }, () => h("td", { class: "skipped" }));
      this.#rows[i] = h("tr", {}, h("th", { scope: "row" }, `Loop ${i + 1}`), ...blanks);
      this.body.append(this.#rows[i]);
    }

    return this.#rows[i];
  }
}

function cell(token, loop, candidate) {
  const state = loop === token.exitStep ? "left" : loop > token.exitStep ? "skipped" : "ran";
  const agrees = candidate.id === token.id ? "agrees" : "differs";
  const element = h(
    "td",
    { class: `${state} ${agrees} e${loop}`, title: `Loop ${loop}: ${visible(candidate.token)} (${percent(candidate.logprob)})` },
    h("bdi", {}, visible(candidate.token)),
  );
  element.style.setProperty("--share", Math.exp(candidate.logprob).toFixed(3));
  return element;
}
