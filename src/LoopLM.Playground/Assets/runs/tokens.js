// Reads tokens from the chunks of streams and from whole answers.

/**
 * @typedef {object} LoopCandidate One of the most probable tokens after a loop.
 * @property {string} token Its name.
 * @property {number} id Its number in the vocabulary.
 * @property {number} logprob Natural logarithm of its probability.
 */

/**
 * @typedef {object} Token A generated token.
 * @property {number} index Its place in the answer, from 0; in a chunk, from the chunk's first token.
 * @property {string} text The text that it completes; empty for a part of a character and for the end of a text.
 * @property {string} name Its name; `bytes:\xe2` for a part of a character.
 * @property {number | undefined} id Its number in the vocabulary.
 * @property {number} exitStep The loop that it left at, from 1.
 * @property {number[]} gates The gate's probability after every loop that it ran; empty where not reported.
 * @property {LoopCandidate[][]} loops The most probable tokens after every loop; empty where not reported.
 * @property {number | undefined} logprob Natural logarithm of its probability.
 * @property {number | undefined} at Milliseconds from the request to its arrival.
 * @property {number | undefined} gap Milliseconds since the token before it.
 * @property {boolean} isReasoning Whether it belongs to the model's reasoning.
 */

const PARTIAL = "bytes:";

/**
 * @param {Token} token The token.
 * @returns {boolean} Whether it is a part of a character.
 */
export function isPartial(token) {
  return token.text === "" && token.name.startsWith(PARTIAL);
}

/**
 * @param {string} name The name of a token.
 * @returns {string | null} The bytes of a part of a character, such as `e2 80`; else null.
 */
export function bytesOf(name) {
  return name.startsWith(PARTIAL) ? name.slice(PARTIAL.length).replaceAll("\\x", " ").trim() : null;
}

/**
 * @param {any} choice A choice of a completion, or of a chunk of one.
 * @returns {Token[]} Its tokens, without their times.
 */
export function tokensOfCompletion(choice) {
  const names = choice.logprobs?.tokens ?? [];
  return tokensOf(choice, names, choice.logprobs?.token_logprobs ?? [], choice.text, false);
}

/**
 * @param {any} choice A choice of a chunk of a chat.
 * @returns {Token[]} Its tokens, without their times.
 */
export function tokensOfChat(choice) {
  const { content, reasoning_content: reasoning } = choice.delta;
  const entries = choice.logprobs?.content ?? [];
  const names = entries.map((entry) => entry.token);
  return tokensOf(
    choice,
    names,
    entries.map((entry) => entry.logprob),
    content || reasoning || "",
    !content && Boolean(reasoning),
  );
}

/**
 * @param {any} answer An answer of a comparison.
 * @returns {Token[]} Its tokens.
 */
export function tokensOfAnswer(answer) {
  return tokensOf(answer, answer.tokens, [], null, false);
}

function tokensOf(source, names, logprobs, text, isReasoning) {
  const texts = textsOf(names, source.exit_steps.length, text);
  return source.exit_steps.map((exitStep, i) => {
    const loops = source.loop_logprobs?.[i] ?? [];
    const id = source.token_ids?.[i];
    return {
      index: i,
      text: texts[i],
      name: names[i] ?? texts[i],
      id,
      exitStep,
      gates: source.gate_probabilities?.[i] ?? [],
      loops,
      logprob: logprobs[i] ?? loops[exitStep - 1]?.find((candidate) => candidate.id === id)?.logprob,
      at: undefined,
      gap: undefined,
      isReasoning,
    };
  });
}

// A chunk has the text of all its tokens. Where the names of the tokens make up that text, each has its name;
// else the last one has it, which completes what the ones before began.
function textsOf(names, count, text) {
  if (text === null) {
    return decodedTexts(names);
  }

  return Array.from({ length: count }, (_, i) => (names.length > 1 && names.join("") === text ? names[i] : i === count - 1 ? text : ""));
}

// The texts of tokens of which only the names are known: parts of a character are put together.
function decodedTexts(names) {
  const decoder = new TextDecoder("utf-8");
  return names.map((name) => {
    const bytes = bytesOf(name);
    if (bytes !== null) {
      return decoder.decode(
        Uint8Array.from(bytes.split(" "), (byte) => Number.parseInt(byte, 16)),
        { stream: true },
      );
    }

    return /^<\|.*\|>$/.test(name) ? "" : name;
  });
}
