import { merged, newId } from "./conversation.js";

const PREFIX = "looplm.conversation.";

/**
 * The conversations of this browser, each under a name of its own, so that tabs do not overwrite each other's.
 *
 * Events: `change` with `detail` the id of a conversation that another tab has changed or removed.
 */
export class ConversationStore extends EventTarget {
  constructor() {
    super();
    addEventListener("storage", (event) => {
      if (event.key?.startsWith(PREFIX)) {
        this.dispatchEvent(new CustomEvent("change", { detail: event.key.slice(PREFIX.length) }));
      }
    });
  }

  /** @returns {import("./conversation.js").Conversation[]} All of them, the newest first. */
  list() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => this.get(key.slice(PREFIX.length)))
      .filter((conversation) => conversation !== null)
      .sort((one, other) => other.updated - one.updated);
  }

  /**
   * @param {string} id A conversation's id.
   * @returns {import("./conversation.js").Conversation | null} The conversation, or null where there is none that can be read.
   */
  get(id) {
    try {
      const conversation = JSON.parse(localStorage.getItem(PREFIX + id));
      return isConversation(conversation) ? conversation : null;
    } catch {
      return null;
    }
  }

  /**
   * Saves a conversation, with what another tab has added to it.
   * @param {import("./conversation.js").Conversation} conversation The conversation.
   * @returns {boolean} Whether there was room for it.
   */
  save(conversation) {
    conversation.updated = Date.now();
    try {
      localStorage.setItem(PREFIX + conversation.id, JSON.stringify(merged(conversation, this.get(conversation.id))));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} id The conversation that goes. */
  remove(id) {
    localStorage.removeItem(PREFIX + id);
  }

  /** @returns {string} All conversations as JSON. */
  exportAll() {
    return JSON.stringify({ format: "looplm-conversations", version: 1, conversations: this.list() }, null, 2);
  }

  /**
   * Adds the conversations of an export. One that is there already is added under a new id.
   * @param {string} text The export.
   * @returns {number} How many were added.
   * @throws {Error} The text is no export, or there is no room for it.
   */
  importAll(text) {
    const conversations = readExport(text);
    for (const conversation of conversations) {
      const id = this.get(conversation.id) === null ? conversation.id : newId();
      if (!this.save({ ...conversation, id })) {
        throw new Error("This browser has no room for all of these conversations.");
      }
    }

    return conversations.length;
  }
}

function readExport(text) {
  let file = null;
  try {
    file = JSON.parse(text);
  } catch {
    // Said below, as for any other file.
  }

  if (file?.format !== "looplm-conversations" || !Array.isArray(file.conversations) || !file.conversations.every(isConversation)) {
    throw new Error("This file holds no conversations of a LoopLM playground.");
  }

  return file.conversations;
}

function isConversation(value) {
  const isText = (each) => typeof each === "string";
  return (
    Boolean(value) &&
    [value.id, value.title, value.system].every(isText) &&
    /^[\w-]+$/.test(value.id) &&
    Array.isArray(value.messages) &&
    value.messages.every(isMessage) &&
    Number.isFinite(value.updated)
  );
}

function isMessage(message) {
  return (
    Boolean(message) &&
    typeof message.id === "string" &&
    typeof message.content === "string" &&
    ["user", "assistant"].includes(message.role) &&
    (message.tokens === undefined || (Array.isArray(message.tokens) && message.tokens.every(isStoredToken)))
  );
}

function isStoredToken(token) {
  return (
    Array.isArray(token) &&
    typeof token[0] === "string" &&
    typeof token[1] === "string" &&
    Number.isInteger(token[3]) &&
    Array.isArray(token[5])
  );
}
