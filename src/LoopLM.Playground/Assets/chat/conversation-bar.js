import { download } from "../tools/exporters.js";
import { h } from "../views/dom.js";

/** Chooses among the conversations of this browser, and exports and imports them. */
export class ConversationBar {
  /**
   * @param {import("./conversation-store.js").ConversationStore} store The conversations.
   * @param {object} actions What it does.
   * @param {(id: string) => void} actions.onOpen Opens a conversation.
   * @param {() => void} actions.onNew Begins one.
   * @param {() => void} actions.onDelete Removes the one that is open.
   * @param {(text: string) => void} actions.onSay Says how it went.
   */
  constructor(store, { onOpen, onNew, onDelete, onSay }) {
    Object.assign(this, { store, onSay });
    this.choice = h("select", { "aria-label": "Conversation", change: () => onOpen(this.choice.value) });
    this.file = h("input", {
      type: "file",
      accept: "application/json,.json",
      hidden: true,
      "aria-label": "File of conversations",
      change: () => this.#import(),
    });
    const button = (label, click) => h("button", { type: "button", class: "quiet", click }, label);
    this.element = h(
      "div",
      { class: "conversations" },
      this.choice,
      button("New", onNew),
      button("Delete", onDelete),
      button("Export", () => download("looplm-conversations.json", new Blob([store.exportAll()], { type: "application/json" }))),
      button("Import", () => this.file.click()),
      this.file,
    );
  }

  /** @param {import("./conversation.js").Conversation} open The conversation that is open; it may not be stored yet. */
  show(open) {
    this.open = open;
    const stored = this.store.list();
    const all = stored.some((each) => each.id === open.id) ? stored : [open, ...stored];
    this.choice.replaceChildren(...all.map((each) => new Option(each.title || "New conversation", each.id)));
    this.choice.value = open.id;
  }

  async #import() {
    const [file] = this.file.files;
    try {
      const count = this.store.importAll(await file.text());
      this.show(this.open);
      this.onSay(`${count} conversation${count === 1 ? " was" : "s were"} imported.`);
    } catch (error) {
      this.onSay(error.message);
    }

    this.file.value = "";
  }
}
