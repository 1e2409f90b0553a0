import { changesOfMind } from "../runs/stats.js";
import { LoopGrid } from "./loop-grid.js";
import { TokenView } from "./token-view.js";
import { h } from "./dom.js";

const SEARCHED = 500;
const views = new Set();
let showsWhiteSpace = false;

/**
 * @param {boolean} shows Whether white space has signs in all answers of the page.
 */
export function showWhiteSpace(shows) {
  showsWhiteSpace = shows;
  for (const view of views) {
    if (view.element.isConnected) {
      view.tokenView.showWhiteSpace(shows);
    } else {
      views.delete(view);
    }
  }
}

/** Shows the tokens of an answer, and lets the inspector look into them. */
export class AnswerView {
  /**
   * @param {import("./inspector.js").Inspector} inspector Where a token is looked into.
   * @param {object} answer What is shown.
   * @param {import("../runs/tokens.js").Token[]} answer.tokens Its tokens; those that are added later are shown after `update`.
   * @param {number} answer.loops Loops that a token may run.
   * @param {number | null} answer.threshold The threshold of `q-exit`, where that decides.
   * @param {string} [answer.label] Its name for screen readers.
   * @param {number | null} [answer.divergence] The first token that differs from another answer.
   * @param {boolean} [answer.hasGrid] Whether the loops are shown as a grid, too.
   */
  constructor(inspector, { tokens, loops, threshold, label = "the answer", divergence = null, hasGrid = true }) {
    Object.assign(this, { inspector, tokens, context: { loops, threshold } });
    this.tokenView = new TokenView(tokens, loops, { label, divergence, showsWhiteSpace });
    this.tokenView.addEventListener("look", (event) => inspector.look(event.detail, this.context));
    this.tokenView.addEventListener("pick", (event) => this.pick(event.detail));
    this.grid = hasGrid ? new LoopGrid(tokens, `Loop by loop: ${label}`, (token) => this.pick(token)) : null;
    this.element = h("div", { class: "answer" }, this.tokenView.element, this.grid?.element ?? null);
    this.grid?.update();
    views.add(this);
  }

  /** Shows the tokens that came since the last time. */
  update() {
    this.tokenView.update();
    this.grid?.update();
  }

  /** @param {import("../runs/tokens.js").Token | null} token The token that stays in the inspector. */
  pick(token) {
    this.inspector.pick(this.tokenView, token, this.context);
  }

  /** Picks the token where the model changed its mind most, as far as that is reported. */
  pickMostChanged() {
    const [best] = this.tokens
      .slice(0, SEARCHED)
      .map((token) => ({ token, score: scoreOf(token) }))
      .filter(({ score }) => score >= 1)
      .sort((one, other) => other.score - one.score);
    if (best) {
      this.pick(best.token);
    }
  }
}

// Of equal changes those show more that led to the token, and not to one that sampling passed over; and those that the gate decided.
function scoreOf(token) {
  const isFirst = token.loops[token.exitStep - 1]?.[0]?.id === token.id;
  return changesOfMind(token).length + (isFirst ? 0.5 : 0) + (token.index > 0 ? 0.25 : 0);
}
