import { changesOfMind } from "../runs/stats.js";
import { bytesOf, isPartial } from "../runs/tokens.js";
import { gateChart } from "./charts.js";
import { h } from "./dom.js";
import { duration, percent, visible } from "./text.js";

const RANKS = 5;

/**
 * @typedef {object} Context What a token is shown against.
 * @property {number} loops Loops that a token may run.
 * @property {number | null} threshold The threshold of `q-exit`, where that decided.
 */

/** Shows what is known of one token: its gate, and what every loop would have said. */
export class Inspector {
  #shown = undefined;
  #picked = null;

  /** @param {HTMLElement} element Where it is. */
  constructor(element) {
    this.element = element;
    this.look(null);
  }

  /** Whether a token was chosen to stay. */
  get hasPick() {
    return this.#picked !== null;
  }

  /**
   * Shows a token for now; without one, that which was picked.
   * @param {import("../runs/tokens.js").Token | null} token The token.
   * @param {Context} [context] What it is shown against.
   */
  look(token, context) {
    const next = token ?? this.#picked?.token ?? null;
    if (next === this.#shown) {
      return;
    }

    this.#shown = next;
    this.element.classList.toggle("empty", next === null);
    this.element.replaceChildren(
      ...(next === null ? hint() : [this.#closeButton(), ...details(next, token === null ? this.#picked.context : context)]),
    );
  }

  /**
   * Shows a token until another is picked.
   * @param {import("./token-view.js").TokenView | null} view Where it is.
   * @param {import("../runs/tokens.js").Token | null} token The token; null for none.
   * @param {Context} [context] What it is shown against.
   */
  pick(view, token, context) {
    this.#picked?.view.pick(null);
    this.#picked = token === null ? null : { view, token, context };
    view?.pick(token?.index ?? null);
    this.look(token, context);
  }

  #closeButton() {
    return h("button", { type: "button", class: "quiet close", "aria-label": "Close", click: () => this.pick(null, null) }, "\u2715");
  }
}

function hint() {
  return [
    h("h2", {}, "Look into a token"),
    h(
      "p",
      {},
      "Point at a token, or reach it with Tab and the arrow keys. Here you see what the gate said after every loop, " +
        "and what the model would have answered, had it left there.",
    ),
  ];
}

function details(token, { loops: most, threshold }) {
  const loops = Math.max(most, token.loops.length, token.exitStep);
  return [
    h("h2", { class: "glyph" }, h("bdi", {}, shown(token.name, token.text))),
    h(
      "p",
      { class: "verdict" },
      h("span", { class: `badge e${token.exitStep}` }, `Loop ${token.exitStep}`),
      token.index === 0
        ? " of the prompt, which runs all loops"
        : token.exitStep < loops
          ? ` \u2013 ${loops - token.exitStep} skipped`
          : " \u2013 full depth",
    ),
    ...mind(token),
    ...gate(token, loops, threshold),
    ...candidates(token, loops),
    facts(token),
  ];
}

function facts(token) {
  const rows = [
    ["Token", `number ${token.index + 1}${token.id === undefined ? "" : `, id ${token.id}`}`],
    ["Probability", token.logprob === undefined ? "not reported" : `${percent(token.logprob)}  (log ${token.logprob.toFixed(3)})`],
    [
      "Time",
      token.at === undefined
        ? "not streamed"
        : `${token.index > 0 && token.gap < 0.1 ? "at once" : duration(token.gap)} after ${token.index === 0 ? "the request" : "the token before"}`,
    ],
  ];
  return h("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function gate(token, loops, threshold) {
  if (token.gates.length === 0) {
    return [];
  }

  return [
    h("h3", {}, "The gate after every loop"),
    gateChart(token, loops, threshold),
    h(
      "p",
      { class: "key" },
      h("span", { class: "key-column" }),
      "gate probability ",
      h("span", { class: "key-line" }),
      "probability to have left",
    ),
  ];
}

// Says in words where the most probable token changed.
function mind(token) {
  if (token.loops.length < 2) {
    return [];
  }

  const changes = changesOfMind(token);
  const first = (loop) => h("q", {}, h("bdi", {}, shown(token.loops[loop - 1][0].token)));
  const drawn =
    token.loops.at(token.exitStep - 1)?.[0].id === token.id
      ? []
      : [" Sampling drew ", h("q", {}, h("bdi", {}, shown(token.name, token.text))), "."];
  if (changes.length === 0) {
    return [h("p", { class: "mind" }, "Every loop says ", first(1), ".", ...drawn)];
  }

  const steps = changes.flatMap((loop) => [" \u2192 ", first(loop), ` at loop ${loop}`]);
  return [
    h(
      "p",
      { class: "mind" },
      h("strong", {}, changes.length === 1 ? "It changed its mind: " : `It changed its mind ${changes.length} times: `),
      first(1),
      " at loop 1",
      ...steps,
      ".",
      ...drawn,
    ),
  ];
}

function candidates(token, loops) {
  if (token.loops.length === 0) {
    return [];
  }

  const changes = changesOfMind(token);
  const rows = Array.from({ length: loops }, (_, i) => row(token, i + 1, token.loops[i], changes.includes(i + 1)));
  return [
    h("h3", { id: "candidates-title" }, "What every loop would have said"),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "candidates-title" },
      h(
        "table",
        { class: "candidates" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "Loop"),
            ...Array.from({ length: RANKS }, (_, rank) => h("th", { scope: "col" }, `${rank + 1}.`)),
          ),
        ),
        h("tbody", {}, ...rows),
      ),
    ),
  ];
}

function row(token, loop, candidates, changed) {
  const state = loop === token.exitStep ? "left here" : loop > token.exitStep ? "skipped" : "";
  const head = h(
    "th",
    { scope: "row" },
    h("span", { class: `badge e${loop}` }, String(loop)),
    state === "" ? null : h("small", {}, state),
    changed ? h("small", { class: "changed" }, "new first") : null,
  );
  if (!candidates) {
    return h("tr", { class: "unknown" }, head, h("td", { colspan: RANKS }, "did not run"));
  }

  return h(
    "tr",
    { class: `${state === "skipped" ? "skipped" : ""} ${state === "left here" ? "left" : ""}` },
    head,
    ...candidates.map((candidate, rank) => {
      const cell = h(
        "td",
        { class: candidate.id === token.id ? "chosen" : null, title: `${shown(candidate.token)}: ${percent(candidate.logprob)}` },
        h("bdi", {}, shown(candidate.token)),
        h("small", {}, percent(candidate.logprob)),
      );
      cell.style.setProperty("--share", Math.exp(candidate.logprob).toFixed(3));
      return cell;
    }),
  );
}

function shown(name, text = name) {
  const bytes = bytesOf(name);
  return bytes !== null && (text === name || isPartial({ text, name })) ? `\u29d9${bytes}\u29d9` : visible(text === "" ? name : text);
}
