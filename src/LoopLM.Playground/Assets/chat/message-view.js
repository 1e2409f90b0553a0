import { depthStats } from "../runs/stats.js";
import { AnswerView } from "../views/answer-view.js";
import { h } from "../views/dom.js";
import { outcomeOf } from "../views/run-view.js";
import { withoutControls } from "../views/text.js";
import { siblingsOf, tokenOf } from "./conversation.js";

/**
 * @typedef {object} MessageActions What can be done with a message.
 * @property {(message: import("./conversation.js").Message, text: string) => void} onEdit
 * @property {(message: import("./conversation.js").Message, keepsSeed: boolean) => void} onRegenerate
 * @property {(message: import("./conversation.js").Message) => void} onBranch
 * @property {(message: import("./conversation.js").Message) => void} onSwitch Shows the branch of a sibling.
 */

/** Shows a message of a conversation, with what can be done with it. */
export class MessageView {
  /**
   * @param {import("./conversation.js").Conversation} conversation The conversation.
   * @param {import("./conversation.js").Message} message The message.
   * @param {MessageActions} actions What can be done with it.
   * @param {import("../views/inspector.js").Inspector} inspector Where tokens are looked into.
   * @param {HTMLElement | null} live What shows the answer while it comes, and afterwards with all that is known of it; null to show
   *   what was kept.
   */
  constructor(conversation, message, actions, inspector, live) {
    Object.assign(this, { conversation, message, actions, inspector });
    this.body = h("div", { class: "body" }, live ?? this.#kept());
    this.element = h(
      "article",
      { class: `message ${message.role}`, "aria-label": message.role === "user" ? "You" : "The model" },
      this.body,
      this.#bar(),
    );
  }

  get #isUnanswered() {
    return !this.conversation.messages.some((message) => message.parent === this.message.id);
  }

  #kept() {
    const { message } = this;
    if (!message.tokens?.length) {
      return h("p", { class: "plain", dir: "auto" }, withoutControls(message.content) || "\u2013");
    }

    const tokens = message.tokens.map(tokenOf);
    const { mean, saved } = depthStats(tokens, message.modelLoops ?? 4);
    const { element } = new AnswerView(this.inspector, {
      tokens,
      loops: message.modelLoops ?? 4,
      threshold: message.threshold ?? null,
      hasGrid: false,
    });
    // What still ran when it was kept was broken off by a reload.
    const outcome = outcomeOf({ status: message.status === "running" ? "failed" : message.status, tokens, finishReason: null });
    return h(
      "div",
      {},
      element,
      h(
        "p",
        { class: "note" },
        `${tokens.length} tokens \u00b7 ${mean.toFixed(2)} loops on average \u00b7 ${Math.round(saved * 100)} % saved. ${outcome}`,
      ),
    );
  }

  #bar() {
    const { message, actions } = this;
    const button = (label, click) => h("button", { type: "button", class: "quiet", click }, label);
    const own =
      message.role === "user"
        ? [
            button("Edit", () => this.#edit()),
            ...(this.#isUnanswered ? [button("Answer", () => actions.onRegenerate(message, false))] : []),
          ]
        : [
            button("Regenerate", () => actions.onRegenerate(message, false)),
            button("Same seed again", () => actions.onRegenerate(message, true)),
          ];
    return h(
      "div",
      { class: "bar" },
      ...this.#siblings(),
      ...own,
      button("Branch", () => actions.onBranch(message)),
    );
  }

  #siblings() {
    const siblings = siblingsOf(this.conversation, this.message);
    const at = siblings.indexOf(this.message);
    if (siblings.length < 2) {
      return [];
    }

    const turn = (step, label, sign) =>
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": label,
          disabled: siblings[at + step] === undefined,
          click: () => this.actions.onSwitch(siblings[at + step]),
        },
        sign,
      );
    return [
      h(
        "span",
        { class: "siblings", role: "group", "aria-label": "Versions" },
        turn(-1, "The version before", "\u2039"),
        h("span", {}, `${at + 1} / ${siblings.length}`),
        turn(1, "The next version", "\u203a"),
      ),
    ];
  }

  #edit() {
    const field = h("textarea", { dir: "auto", rows: 3, "aria-label": "Your message" });
    field.value = this.message.content;
    const form = h(
      "form",
      {
        class: "edit",
        submit: (event) => {
          event.preventDefault();
          this.actions.onEdit(this.message, field.value);
        },
      },
      field,
      h(
        "div",
        { class: "actions" },
        h("button", { type: "submit", class: "primary" }, "Send"),
        h("button", { type: "button", class: "quiet", click: () => this.body.replaceChildren(this.#kept()) }, "Cancel"),
      ),
    );
    this.body.replaceChildren(form);
    field.focus();
  }
}
