import { getJson } from "./api/api.js";
import { EXAMPLES } from "./examples.js";
import { startKeyDialog } from "./key-dialog.js";
import { ChatMode } from "./modes/chat.js";
import { CompareMode } from "./modes/compare.js";
import { CompleteMode } from "./modes/complete.js";
import { SettingsForm } from "./settings.js";
import { startTheme } from "./theme.js";
import { ToolsPanel } from "./tools/tools-panel.js";
import { showWhiteSpace } from "./views/answer-view.js";
import { byId, h } from "./views/dom.js";
import { showLegend } from "./views/legend.js";
import { Inspector } from "./views/inspector.js";
import { Notice } from "./views/notice.js";
import { Tabs } from "./views/tabs.js";

const DEFAULTS = {
  policy: "",
  threshold: null,
  minLoops: null,
  maxLoops: null,
  trace: "",
  temperature: 0.7,
  maxTokens: 128,
  topP: null,
  topK: null,
  minP: null,
  seed: null,
  schema: "",
};

/** Puts the page together, and holds what its modes share. */
export class App {
  constructor() {
    startTheme(byId("theme-button"));
    this.askForKey = startKeyDialog(() => this.#loadModels());
    this.settings = new SettingsForm();
    this.inspector = new Inspector(byId("inspector"));
    this.notice = new Notice(byId("notice"), this.askForKey);
    this.tools = new ToolsPanel(byId("tools"));
    this.modes = {
      complete: new CompleteMode(byId("panel-complete"), this),
      chat: new ChatMode(byId("panel-chat"), this),
      compare: new CompareMode(byId("panel-compare"), this),
    };
    this.tabs = new Tabs(byId("tab-complete").parentElement, (name, before) => this.#switched(name, before));
    this.settings.addEventListener("change", () => showLegend(byId("legend"), this.settings.modelLoops));
    this.settings.write(DEFAULTS);
    this.#showExamples();
    byId("white-space").addEventListener("change", (event) => showWhiteSpace(event.target.checked));
    this.#loadModels();
  }

  /** The threshold of the gate, where it decides; else null. */
  get gateThreshold() {
    return this.settings.policy === "q-exit" ? this.settings.threshold : null;
  }

  /** @param {string} text What screen readers say. */
  say(text) {
    byId("status").textContent = text;
  }

  /**
   * Starts a run and shows how it goes, to its end.
   * @param {import("./runs/run.js").Run} run The run.
   * @param {{outcome: import("./tools/tools-panel.js").Outcome, retry: () => void}} mode The mode that it belongs to.
   */
  async follow(run, mode) {
    this.notice.clear();
    this.say("The model answers.");
    this.tools.show(mode.outcome);
    await run.start();
    this.tools.update();
    const { tokens, mean } = run.depth.stats;
    this.say(`${run.status === "done" ? "Done" : "Ended"}: ${tokens} tokens, ${mean.toFixed(2)} loops on average.`);
    if (run.status === "failed") {
      this.notice.show(run.error, () => mode.retry());
    }
  }

  /**
   * Picks a token of an answer for the inspector, unless one is picked or there is no room beside the answer.
   * @param {{answer: import("./views/answer-view.js").AnswerView}} view Where the answer is.
   * @param {number} [index] The token; without it, the one where the model changed its mind most.
   */
  pickAfter({ answer }, index) {
    if (this.inspector.hasPick || matchMedia("(max-width: 60rem)").matches) {
      return;
    }

    answer.update();
    if (index !== undefined && answer.tokens[index]) {
      answer.pick(answer.tokens[index]);
    } else {
      answer.pickMostChanged();
    }
  }

  /**
   * Shows a prompt at several depths side by side.
   * @param {string} prompt The prompt.
   * @param {number} seed The seed.
   * @param {import("./runs/requests.js").Depth[]} depths The depths.
   */
  compare(prompt, seed, depths) {
    this.tabs.select("compare");
    this.modes.compare.form.text = prompt;
    this.modes.compare.setDepths(depths);
    this.modes.compare.start({ seed });
  }

  #switched(name, before) {
    if (before !== "chat" && name !== "chat" && this.modes[before].form.text !== "") {
      this.modes[name].form.text = this.modes[before].form.text;
    }

    this.inspector.pick(null, null);
    if (this.modes[name].outcome) {
      this.tools.show(this.modes[name].outcome);
    } else {
      byId("tools").hidden = true;
    }
  }

  async #loadModels() {
    try {
      const { data } = await getJson("/v1/models");
      this.notice.clear();
      this.settings.setModels(data);
      this.#showExamples();
    } catch (error) {
      this.notice.show(error, () => this.#loadModels());
    }
  }

  #showExamples() {
    byId("examples").replaceChildren(
      ...EXAMPLES.map((example) => {
        const isServed = this.settings.modelNamed(example.model) !== undefined;
        return h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "example", disabled: !isServed, click: () => this.#run(example) },
            example.title,
            isServed ? null : h("small", {}, ` needs the model ${example.model}`),
          ),
        );
      }),
    );
  }

  #run(example) {
    const mode = this.modes[example.mode];
    byId("caption").hidden = false;
    byId("caption").replaceChildren(h("strong", {}, `${example.title}. `), example.says);
    this.settings.write({ ...DEFAULTS, ...example.settings, model: example.model });
    this.tabs.select(example.mode);
    if (example.mode === "chat") {
      mode.begin();
    }

    mode.form.text = example.prompt;
    if (example.depths) {
      mode.setDepths(example.depths);
    }

    mode[example.mode === "chat" ? "send" : "start"]({ pick: example.pick });
  }
}

new App();
