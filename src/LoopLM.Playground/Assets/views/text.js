// Makes visible what a text hides: control characters, marks that turn the direction of text around, and white space.

const DIRECTION_MARKS = new Map([
  ["\u061c", "ALM"],
  ["\u200e", "LRM"],
  ["\u200f", "RLM"],
  ["\u202a", "LRE"],
  ["\u202b", "RLE"],
  ["\u202c", "PDF"],
  ["\u202d", "LRO"],
  ["\u202e", "RLO"],
  ["\u2066", "LRI"],
  ["\u2067", "RLI"],
  ["\u2068", "FSI"],
  ["\u2069", "PDI"],
  ["\ufeff", "BOM"],
  ["\u200b", "ZWSP"],
]);

/**
 * Replaces what would act instead of being seen. Line ends and tabs stay.
 * @param {string} text A text of a model.
 * @returns {string} The same with a sign for every control character, and a name for every mark of direction.
 */
export function withoutControls(text) {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (control) => {
    const code = control.codePointAt(0);
    if (DIRECTION_MARKS.has(control)) {
      return `\u27e6${DIRECTION_MARKS.get(control)}\u27e7`;
    }

    return code < 0x20
      ? String.fromCodePoint(0x2400 + code)
      : code === 0x7f
        ? "\u2421"
        : `\u27e6U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e7`;
  });
}

/**
 * @param {string} text A text of a model.
 * @returns {string} The same on one line, with signs for white space too.
 */
export function visible(text) {
  return withoutControls(text)
    .replaceAll("\n", "\u21b5")
    .replaceAll("\t", "\u21e5")
    .replaceAll("\u00a0", "\u237d")
    .replaceAll(" ", "\u00b7");
}

/**
 * @param {number} logprob Natural logarithm of a probability.
 * @returns {string} The probability in percent.
 */
export function percent(logprob) {
  const share = Math.exp(logprob) * 100;
  return share >= 99.95 ? "100 %" : share >= 10 ? `${share.toFixed(0)} %` : share >= 0.1 ? `${share.toFixed(1)} %` : "< 0.1 %";
}

/**
 * @param {number | undefined} milliseconds A time.
 * @returns {string} It in milliseconds or seconds; a dash where there is none.
 */
export function duration(milliseconds) {
  if (milliseconds === undefined) {
    return "\u2013";
  }

  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}
