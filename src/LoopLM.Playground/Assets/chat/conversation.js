// A conversation is a tree: editing a message or asking again adds a sibling, and what was there stays.

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string | null} parent The message before it; null for the first.
 * @property {"user" | "assistant"} role
 * @property {string} content
 * @property {StoredToken[]} [tokens] The tokens of an answer.
 * @property {number} [modelLoops] The loops of the model that answered.
 * @property {number | null} [threshold] The threshold of `q-exit`, where that decided.
 * @property {number} [seed] The seed of an answer.
 * @property {"running" | "done" | "stopped" | "failed"} [status] How an answer ended.
 */

/**
 * @typedef {[text: string, name: string, id: number | undefined, exitStep: number, logprob: number | undefined, gates: number[]]} StoredToken
 * What is kept of a token.
 */

/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title
 * @property {string} system The system prompt; empty for none.
 * @property {number} updated Milliseconds since 1970.
 * @property {Message[]} messages All of them, parents before children.
 * @property {string | null} leaf The last message of the branch that is shown.
 */

/** @returns {string} An id that no other has. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @returns {Conversation} An empty one. */
export function newConversation() {
  return { id: newId(), title: "", system: "", updated: Date.now(), messages: [], leaf: null };
}

/**
 * @param {Conversation} conversation A conversation.
 * @param {string | null} [leaf] The message that the branch ends with.
 * @returns {Message[]} The branch, its first message first.
 */
export function branchOf(conversation, leaf = conversation.leaf) {
  const byId = new Map(conversation.messages.map((message) => [message.id, message]));
  const branch = [];
  for (let message = byId.get(leaf); message; message = byId.get(message.parent)) {
    branch.unshift(message);
  }

  return branch;
}

/**
 * @param {Conversation} conversation A conversation.
 * @param {Message} message One of its messages.
 * @returns {Message[]} The messages that are in its place in all branches, itself among them.
 */
export function siblingsOf(conversation, message) {
  return conversation.messages.filter((each) => each.parent === message.parent);
}

/**
 * @param {Conversation} conversation A conversation.
 * @param {string} id A message.
 * @returns {string} The end of the newest branch that goes through it.
 */
export function newestLeaf(conversation, id) {
  const child = conversation.messages.findLast((message) => message.parent === id);
  return child ? newestLeaf(conversation, child.id) : id;
}

/**
 * @param {Conversation} conversation A conversation.
 * @param {Omit<Message, "id">} message A message, which becomes its leaf.
 * @returns {Message} The message.
 */
export function addMessage(conversation, message) {
  const added = { id: newId(), ...message };
  conversation.messages.push(added);
  conversation.leaf = added.id;
  if (conversation.title === "" && message.role === "user") {
    conversation.title = message.content.trim().slice(0, 60);
  }

  return added;
}

/**
 * @param {Conversation} conversation A conversation.
 * @param {string} leaf One of its messages.
 * @returns {Conversation} A new one with the branch up to that message.
 */
export function copyOfBranch(conversation, leaf) {
  const copy = { ...newConversation(), title: conversation.title, system: conversation.system };
  for (const message of branchOf(conversation, leaf)) {
    addMessage(copy, { ...message, id: newId(), parent: copy.leaf });
  }

  return copy;
}

/**
 * @param {Conversation} mine A conversation, as this tab has it.
 * @param {Conversation | null} stored The same, as another tab may have changed it.
 * @returns {Conversation} `mine` with the messages that only the other has.
 */
export function merged(mine, stored) {
  const known = new Set(mine.messages.map((message) => message.id));
  mine.messages.push(...(stored?.messages ?? []).filter((message) => !known.has(message.id)));
  return mine;
}

/**
 * @param {import("../runs/tokens.js").Token} token A token.
 * @returns {StoredToken} What is kept of it: its loops take too much room.
 */
export function storedToken(token) {
  return [token.text, token.name, token.id, token.exitStep, token.logprob, token.gates.map((gate) => Number(gate.toPrecision(4)))];
}

/**
 * @param {StoredToken} stored What was kept of a token.
 * @param {number} index Its place in the answer.
 * @returns {import("../runs/tokens.js").Token} The token.
 */
export function tokenOf([text, name, id, exitStep, logprob, gates], index) {
  return {
    index,
    text,
    name,
    id: id ?? undefined,
    exitStep,
    logprob: logprob ?? undefined,
    gates,
    loops: [],
    at: undefined,
    gap: undefined,
    isReasoning: false,
  };
}
