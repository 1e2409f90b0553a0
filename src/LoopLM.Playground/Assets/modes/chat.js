import { ConversationBar } from "../chat/conversation-bar.js";
import { ConversationStore } from "../chat/conversation-store.js";
import { addMessage, branchOf, copyOfBranch, merged, newConversation, newestLeaf, storedToken } from "../chat/conversation.js";
import { MessageView } from "../chat/message-view.js";
import { chatRequest, randomSeed } from "../runs/requests.js";
import { Run } from "../runs/run.js";
import { h } from "../views/dom.js";
import { RunView } from "../views/run-view.js";
import { outcomeOfRun } from "./outcomes.js";
import { PromptForm } from "./prompt-form.js";

const SAVE_EVERY = 1000;

/** Holds conversations, which are kept in this browser. */
export class ChatMode {
  #store = new ConversationStore();
  #conversation = newConversation();
  #run = null;
  #message = null;
  // What shows the answers of this page's life, by the ids of their messages: more is known of them than is kept.
  #live = new Map();

  /**
   * @param {HTMLElement} element Where it is.
   * @param {import("../app.js").App} app What all modes share.
   */
  constructor(element, app) {
    this.app = app;
    this.bar = new ConversationBar(this.#store, {
      onOpen: (id) => this.#open(this.#store.get(id)),
      onNew: () => this.#open(newConversation()),
      onDelete: () => this.#delete(),
      onSay: (text) => this.#say(text),
    });
    this.said = h("p", { class: "note", role: "status" });
    this.system = h("textarea", {
      rows: 2,
      dir: "auto",
      "aria-label": "System prompt",
      placeholder: "Says who the model is, before the conversation",
      input: () => {
        this.#conversation.system = this.system.value;
        if (this.#conversation.messages.length > 0) {
          this.#save();
        }
      },
    });
    this.messages = h("div", { class: "messages" });
    /** The prompt that is written. */
    this.form = new PromptForm({
      label: "Message",
      action: "Send",
      placeholder: "Say something\u2026",
      sendsOnEnter: true,
      onStart: () => this.send(),
      onStop: () => this.stop(),
    });
    element.append(
      this.bar.element,
      this.said,
      h("details", {}, h("summary", {}, "System prompt"), this.system),
      this.messages,
      this.form.element,
    );
    this.#store.addEventListener("change", (event) => this.#changedElsewhere(event.detail));
    addEventListener("pagehide", () => this.#keep());
    this.#open(this.#store.list()[0] ?? this.#conversation);
  }

  /** What the panel of tools works on; null before the first answer. */
  get outcome() {
    return this.#run && outcomeOfRun(this.#run);
  }

  /** Begins a new conversation. */
  begin() {
    this.#open(newConversation());
  }

  /** Sends what is written. */
  send() {
    if (this.form.text.trim() === "" || this.#isRunning || this.app.settings.read() === null) {
      return;
    }

    addMessage(this.#conversation, { parent: this.#conversation.leaf, role: "user", content: this.form.text });
    this.form.text = "";
    this.#save();
    this.#answer();
  }

  /** Asks again for the answer that failed. */
  retry() {
    const last = branchOf(this.#conversation).at(-1);
    if (last?.role === "assistant") {
      this.#regenerate(last, true);
    } else {
      this.#answer();
    }
  }

  /** Ends the answer. */
  stop() {
    this.#run?.stop();
  }

  get #isRunning() {
    return this.#run?.status === "running";
  }

  async #answer(seed = null) {
    const settings = this.app.settings.read();
    if (settings === null || this.#isRunning) {
      return;
    }

    settings.seed = seed ?? settings.seed ?? randomSeed();
    const conversation = this.#conversation;
    const system = conversation.system.trim() === "" ? [] : [{ role: "system", content: conversation.system }];
    const request = chatRequest(settings, [...system, ...branchOf(conversation).map(({ role, content }) => ({ role, content }))]);
    const run = new Run("/v1/chat/completions", request, this.app.settings.modelLoops);
    const threshold = this.app.gateThreshold;
    this.#run = run;
    this.#message = addMessage(conversation, {
      parent: conversation.leaf,
      role: "assistant",
      content: "",
      seed: settings.seed,
      modelLoops: run.modelLoops,
      threshold,
      status: "running",
    });
    const view = new RunView(this.app.inspector, run, { threshold, hasGrid: false, onFrame: () => this.app.tools.update() });
    this.#live.set(this.#message.id, view.element);
    this.#show();
    this.form.isRunning = true;
    const saving = setInterval(() => this.#keep(), SAVE_EVERY);
    await this.app.follow(run, this);
    clearInterval(saving);
    this.form.isRunning = false;
    this.#keep();
    this.bar.show(this.#conversation);
    this.app.pickAfter(view);
  }

  // Keeps what has come of the answer. Of one that did not come at all nothing stays.
  #keep() {
    const run = this.#run;
    if (this.#message !== null && run.tokens.length > 0) {
      Object.assign(this.#message, { content: run.text, tokens: run.tokens.map(storedToken), status: run.status });
      this.#save();
    } else if (this.#message !== null && run.status !== "running") {
      this.#conversation.messages.splice(this.#conversation.messages.indexOf(this.#message), 1);
      this.#conversation.leaf = this.#message.parent;
      this.#show();
    }

    if (run?.status !== "running") {
      this.#message = null;
    }
  }

  #save(conversation = this.#conversation) {
    if (!this.#store.save(conversation)) {
      this.#say("This browser has no room for more conversations. Export them, then delete some.");
    }
  }

  #open(conversation) {
    if (this.#isRunning || conversation === null) {
      this.bar.show(this.#conversation);
      this.#say(this.#isRunning ? "Stop the answer first." : "This conversation is gone.");
      return;
    }

    this.#conversation = conversation;
    this.system.value = conversation.system;
    this.#show();
  }

  #delete() {
    if (this.#isRunning) {
      this.#say("Stop the answer first.");
      return;
    }

    this.#store.remove(this.#conversation.id);
    this.#open(this.#store.list()[0] ?? newConversation());
    this.#say("The conversation was deleted.");
  }

  #show() {
    this.#say("");
    this.bar.show(this.#conversation);
    const actions = {
      onEdit: (message, text) => this.#edit(message, text),
      onRegenerate: (message, keepsSeed) => this.#regenerate(message, keepsSeed),
      onBranch: (message) => this.#branch(message),
      onSwitch: (message) => this.#switch(message),
    };
    this.messages.replaceChildren(
      ...branchOf(this.#conversation).map(
        (message) => new MessageView(this.#conversation, message, actions, this.app.inspector, this.#live.get(message.id) ?? null).element,
      ),
    );
  }

  #edit(message, text) {
    if (this.#isRunning || text.trim() === "") {
      return;
    }

    addMessage(this.#conversation, { parent: message.parent, role: "user", content: text });
    this.#answer();
  }

  #regenerate(message, keepsSeed) {
    if (!this.#isRunning) {
      this.#conversation.leaf = message.role === "user" ? message.id : message.parent;
      this.#answer(keepsSeed ? message.seed : null);
    }
  }

  #branch(message) {
    if (this.#isRunning) {
      this.#say("Stop the answer first.");
      return;
    }

    const copy = copyOfBranch(this.#conversation, message.id);
    this.#save(copy);
    this.#open(copy);
    this.#say("This is a copy up to that message.");
  }

  #switch(message) {
    if (!this.#isRunning) {
      this.#conversation.leaf = newestLeaf(this.#conversation, message.id);
      this.#save();
      this.#show();
    }
  }

  #changedElsewhere(id) {
    const stored = this.#store.get(id);
    if (id !== this.#conversation.id || this.#message !== null) {
      this.bar.show(this.#conversation);
    } else if (stored === null) {
      this.#open(this.#store.list()[0] ?? newConversation());
      this.#say("The conversation was deleted in another tab.");
    } else {
      this.#openWith(stored);
    }
  }

  // Two tabs that save at once overwrite each other: what the other did not know of is saved again.
  #openWith(stored) {
    const { leaf } = this.#conversation;
    const known = stored.messages.length;
    const all = merged(stored, this.#conversation);
    // Another tab that goes on with the branch that is shown is followed; one that shows another branch is not.
    const isFollowed = leaf === null || branchOf(all).some((message) => message.id === leaf);
    this.#open(isFollowed ? all : { ...all, leaf });
    if (all.messages.length > known) {
      this.#save();
    }
  }

  #say(text) {
    this.said.textContent = text;
  }
}
