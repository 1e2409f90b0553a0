// What the exit steps of some tokens add up to.

/**
 * @typedef {object} DepthStats
 * @property {number} tokens How many there are.
 * @property {number} loops Loops that all of them ran.
 * @property {number} mean Mean exit step.
 * @property {number} saved Share of the model's loops that was not run, below 0 where tokens went deeper; 0 to 1 else.
 * @property {number[]} histogram Tokens that left at each loop, loop 1 first.
 */

/**
 * Adds up exit steps as they come, so that a new token costs the same however many there are.
 */
export class DepthCounter {
  /** @param {number} modelLoops The loops of the model, from 1. */
  constructor(modelLoops) {
    this.modelLoops = modelLoops;
    this.histogram = new Array(modelLoops).fill(0);
    this.tokens = 0;
    this.loops = 0;
  }

  /** @param {number} exitStep The loop at which one more token left, from 1. */
  add(exitStep) {
    while (this.histogram.length < exitStep) {
      this.histogram.push(0);
    }

    this.histogram[exitStep - 1]++;
    this.tokens++;
    this.loops += exitStep;
  }

  /** @returns {DepthStats} What they add up to. */
  get stats() {
    const { tokens, loops, histogram, modelLoops } = this;
    return {
      tokens,
      loops,
      histogram,
      mean: tokens === 0 ? 0 : loops / tokens,
      saved: tokens === 0 ? 0 : 1 - loops / (tokens * modelLoops),
    };
  }
}

/**
 * @param {import("./tokens.js").Token[]} tokens Some tokens.
 * @param {number} modelLoops The loops of the model.
 * @returns {DepthStats} What their exit steps add up to.
 */
export function depthStats(tokens, modelLoops) {
  const counter = new DepthCounter(modelLoops);
  tokens.forEach((token) => counter.add(token.exitStep));
  return counter.stats;
}

/**
 * @param {import("./tokens.js").Token} token A token of which every loop is reported.
 * @returns {number[]} The loops, from 2, whose most probable token differs from that of the loop before.
 */
export function changesOfMind(token) {
  return token.loops.flatMap((candidates, i) => (i > 0 && candidates[0]?.id !== token.loops[i - 1][0]?.id ? [i + 1] : []));
}

/**
 * @param {number[]} gates The gate's probability after every loop.
 * @returns {number[]} The probability that the token has left, after every loop.
 */
export function exitDistribution(gates) {
  let stays = 1;
  return gates.map((gate) => 1 - (stays *= 1 - gate));
}

/**
 * @param {import("./tokens.js").Token[]} one Some tokens.
 * @param {import("./tokens.js").Token[]} other Others.
 * @returns {number | null} The index of the first that differs; null where all are the same.
 */
export function divergence(one, other) {
  const length = Math.max(one.length, other.length);
  for (let i = 0; i < length; i++) {
    if (one[i]?.id !== other[i]?.id) {
      return i;
    }
  }

  return null;
}
