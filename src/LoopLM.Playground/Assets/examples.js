// What newcomers are shown. Each was seen to show what it says, with the bundled models.

/**
 * @typedef {object} Example
 * @property {string} title
 * @property {string} says What is to be seen.
 * @property {string} model The model that it needs.
 * @property {"complete" | "chat" | "compare"} mode
 * @property {string} prompt
 * @property {Record<string, any>} settings Fields of the form; all others are emptied.
 * @property {Partial<import("./runs/requests.js").Depth>[]} [depths] What is compared.
 * @property {number} [pick] The token that is looked into at the end.
 */

const GREEDY = { temperature: 0, maxTokens: 8 };

/** @type {Example[]} */
export const EXAMPLES = [
  {
    title: "A sum one loop gets wrong",
    says: "One loop answers 4Hal, two answer 462. The gate gives the carry a third loop, and the sum is right.",
    model: "reasoning",
    mode: "compare",
    prompt: "347+85=",
    settings: GREEDY,
    depths: [{ maxLoops: 1 }, { maxLoops: 2 }, {}],
  },
  {
    title: "A question of three steps",
    says: "Who comes three after Ann? A name one step away is known at loop 2, two steps away at loop 3, and this one at loop 4.",
    model: "reasoning",
    mode: "complete",
    prompt: "AnnJim;SueAnn;BenSue;JimBen;Ann>>>=",
    settings: GREEDY,
    pick: 0,
  },
  {
    title: "A tale",
    says: "First words of sentences leave after two loops; most of what follows takes three.",
    model: "stories",
    mode: "chat",
    prompt: "Tell me a story about a fox.",
    settings: { temperature: 0.5, maxTokens: 120, seed: 12 },
  },
  {
    title: "Arithmetic modulo 7",
    says: "5 \u00d7 (3 + 6) \u2212 2 \u00d7 4, modulo 7, with the signs first. The model changes its mind twice on its way to 2.",
    model: "reasoning",
    mode: "complete",
    prompt: "-*5+36*24%7=",
    settings: GREEDY,
    pick: 0,
  },
  {
    title: "One prompt, three depths",
    says: "The same seed, three times: one loop a token, as many as the gate decides, all four.",
    model: "stories",
    mode: "compare",
    prompt: "Once upon a time, there was a little girl who lived",
    settings: { temperature: 0.6, maxTokens: 60, seed: 2 },
    depths: [{ maxLoops: 1 }, {}, { policy: "fixed" }],
  },
];
