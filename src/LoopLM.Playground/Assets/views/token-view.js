import { bytesOf, isPartial } from "../runs/tokens.js";
import { h } from "./dom.js";
import { visible, withoutControls } from "./text.js";

const LARGE_UP_TO = 24;
const PARAGRAPH = 200;

/**
 * Shows tokens as a text, each with as many bars below it as it ran loops.
 *
 * What is there is never touched again when tokens are added. Tokens are in a block for each line of the text, so that the browser
 * lays out and paints only the blocks that are on the screen.
 *
 * Events: `look` with `detail` the token under the pointer or the focus, or null when it left; `pick` with the token that was chosen,
 * or null.
 */
export class TokenView extends EventTarget {
  #shown = 0;
  #line = null;
  #picked = null;
  #focusable = null;
  #showsWhiteSpace;

  /**
   * @param {import("../runs/tokens.js").Token[]} tokens The tokens; those that are added later are shown after `update`.
   * @param {number} loops Loops that a token may run.
   * @param {{label?: string, divergence?: number | null, showsWhiteSpace?: boolean}} [options] A name for screen readers, the first token
   *   that differs from another answer, and whether white space has signs.
   */
  constructor(tokens, loops, { label = "the answer", divergence = null, showsWhiteSpace = false } = {}) {
    super();
    this.#showsWhiteSpace = showsWhiteSpace;
    Object.assign(this, { tokens, divergence });
    this.element = h("div", {
      class: "tokens",
      role: "listbox",
      "aria-label": `Tokens of ${label}`,
      "aria-orientation": "horizontal",
      pointerover: (event) => this.#look(event),
      pointerleave: () => this.#emit("look", null),
      click: (event) => this.#click(event),
      focusin: (event) => this.#focus(event),
      keydown: (event) => this.#key(event),
    });
    this.element.classList.add(`of${loops}`);
    this.update();
  }

  /** @param {number | null} index The token that is marked as chosen. */
  pick(index) {
    this.#picked?.removeAttribute("aria-selected");
    this.#picked = index === null ? null : this.#element(index);
    this.#picked?.setAttribute("aria-selected", "true");
  }

  /** @param {boolean} shows Whether white space has signs. */
  showWhiteSpace(shows) {
    this.#showsWhiteSpace = shows;
    for (const element of this.element.querySelectorAll(".token")) {
      element.textContent = this.#textOf(this.#tokenOf(element));
    }
  }

  /** Shows the tokens that came since the last time. */
  update() {
    const lines = document.createDocumentFragment();
    const wasEmpty = this.#shown === 0;
    for (; this.#shown < this.tokens.length; this.#shown++) {
      const token = this.tokens[this.#shown];
      if (this.#line === null || this.#isFull(token)) {
        this.#line = h("div", { class: "line", role: "presentation", dir: "auto" });
        lines.append(this.#line);
      }

      this.#line.append(this.#show(token));
      if (token.text.endsWith("\n")) {
        this.#line = null;
      }
    }

    this.element.append(lines);
    this.element.classList.toggle("large", this.tokens.length <= LARGE_UP_TO);
    if (wasEmpty && this.tokens.length > 0) {
      this.#makeFocusable(this.#element(0));
    }
  }

  // A line without end is cut at a space: laying out one block of thousands of tokens again in every frame would take too long.
  #isFull(token) {
    return this.#line.childElementCount >= PARAGRAPH && token.text.startsWith(" ");
  }

  #show(token) {
    const classes = ["token", `e${token.exitStep}`];
    if (isPartial(token)) {
      classes.push("part");
    } else if (token.text === "") {
      classes.push("mark");
    }

    if (token.isReasoning) {
      classes.push("reasoning");
    }

    if (token.index === this.divergence) {
      classes.push("diverges");
    }

    // Names of bytes and of marks have no say in the direction of the text.
    const dir = token.text === "" ? "ltr" : null;
    const text = this.#textOf(token);
    const name = token.text.trim() === "" && token.text !== "" ? visible(token.text) : text;
    return h(
      "span",
      {
        class: classes.join(" "),
        role: "option",
        tabindex: "-1",
        dir,
        "data-index": token.index,
        "aria-label": `${name}, loop ${token.exitStep}`,
      },
      text,
    );
  }

  #textOf(token) {
    if (token.text === "") {
      return bytesOf(token.name) ?? withoutControls(token.name).replace(/^<\|(.*)\|>$/, "$1");
    }

    if (this.#showsWhiteSpace) {
      return visible(token.text).replaceAll("\u21b5", "\u21b5\n");
    }

    const text = withoutControls(token.text);
    return text.trim() === "" ? text.replaceAll("\n", "\u21b5\n") : text;
  }

  #element(index) {
    return this.element.querySelector(`[data-index="${index}"]`);
  }

  #tokenOf(target) {
    const element = target.closest?.(".token");
    return element ? this.tokens[Number(element.dataset.index)] : null;
  }

  #look(event) {
    const token = this.#tokenOf(event.target);
    if (token) {
      this.#emit("look", token);
    }
  }

  #click(event) {
    const token = this.#tokenOf(event.target);
    if (token) {
      event.target.closest(".token").focus();
      this.#emit("pick", token);
    }
  }

  #focus(event) {
    const token = this.#tokenOf(event.target);
    if (token) {
      this.#makeFocusable(event.target);
      this.#emit("look", token);
    }
  }

  // One token is in the order of the tabulator; arrows lead to the others.
  #makeFocusable(element) {
    this.#focusable?.setAttribute("tabindex", "-1");
    this.#focusable = element;
    element.setAttribute("tabindex", "0");
  }

  #key(event) {
    const token = this.#tokenOf(event.target);
    if (!token || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }

    if (event.key === "Enter" || event.key === " ") {
      this.#emit("pick", token);
    } else if (event.key === "Escape") {
      this.#emit("pick", null);
    } else {
      const isRightToLeft = getComputedStyle(event.target.parentElement).direction === "rtl";
      const next = this.#next(event.key, token.index, isRightToLeft ? -1 : 1);
      if (next === null) {
        return;
      }

      this.#element(Math.min(Math.max(next, 0), this.#shown - 1)).focus();
    }

    event.preventDefault();
  }

  #next(key, index, forward) {
    switch (key) {
      case "ArrowRight":
        return index + forward;
      case "ArrowLeft":
        return index - forward;
      case "ArrowDown":
        return this.#onLine(index, 1);
      case "ArrowUp":
        return this.#onLine(index, -1);
      case "Home":
        return 0;
      case "End":
        return this.#shown - 1;
      default:
        return null;
    }
  }

  // The nearest token on the line above or below.
  #onLine(index, step) {
    const from = this.#element(index).getBoundingClientRect();
    let best = null;
    let line = null;
    for (let i = index + step; i >= 0 && i < this.#shown; i += step) {
      const { top, left } = this.#element(i).getBoundingClientRect();
      if (Math.abs(top - from.top) < from.height / 2) {
        continue;
      }

      line ??= top;
      if (Math.abs(top - line) > from.height / 2) {
        break;
      }

      if (best === null || Math.abs(left - from.left) < best.distance) {
        best = { index: i, distance: Math.abs(left - from.left) };
      }
    }

    return best?.index ?? null;
  }

  #emit(type, token) {
    this.dispatchEvent(new CustomEvent(type, { detail: token }));
  }
}
