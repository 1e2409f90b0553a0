import { byId } from "./views/dom.js";

const NUMBERS = ["threshold", "minLoops", "maxLoops", "temperature", "maxTokens", "topP", "topK", "minP", "seed"];

/**
 * The form of settings.
 *
 * Events: `change` when anything in it has changed.
 */
export class SettingsForm extends EventTarget {
  #form = byId("settings-form");
  #models = [];

  constructor() {
    super();
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => this.#changed());
    if (matchMedia("(max-width: 84rem)").matches) {
      byId("settings").open = false;
    }
  }

  /** @param {any[]} models What `/v1/models` lists. */
  setModels(models) {
    const chosen = this.#field("model").value;
    this.#models = models;
    this.#field("model").replaceChildren(...models.map((model) => new Option(model.id, model.id)));
    if (this.modelNamed(chosen)) {
      this.#field("model").value = chosen;
    }

    this.#changed();
  }

  /** The model that is chosen, as `/v1/models` lists it; undefined before that has answered. */
  get model() {
    return this.modelNamed(this.#field("model").value);
  }

  /**
   * @param {string} name A model's name.
   * @returns {any} The model, or undefined.
   */
  modelNamed(name) {
    return this.#models.find((model) => model.id === name);
  }

  /** The loops of the chosen model. */
  get modelLoops() {
    return this.model?.loop.total_ut_steps ?? 4;
  }

  /** The exit policy that decides, be it the form's or the server's. */
  get policy() {
    return this.#field("policy").value || this.model?.loop.exit_policy || "q-exit";
  }

  /** The threshold that decides, or null where the policy has none. */
  get threshold() {
    if (this.policy === "fixed" || this.policy === "trace") {
      return null;
    }

    return this.#number("threshold") ?? (this.policy === this.model?.loop.exit_policy ? this.model.loop.exit_threshold : null);
  }

  /**
   * @returns {import("./runs/requests.js").Settings | null} What the form says; null where something in it cannot be used,
   *   which it then shows.
   */
  read() {
    const field = (name) => this.#field(name).value;
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, this.#number(name)]));
    const { threshold, minLoops, maxLoops, ...sampling } = numbers;
    const problem = this.#problem();
    byId("settings-problem").hidden = problem === null;
    byId("settings-problem").textContent = problem ?? "";
    if (problem !== null) {
      byId("settings").open = true;
      return null;
    }

    return {
      ...sampling,
      model: field("model"),
      schema: field("schema"),
      report: field("report"),
      depth: { policy: field("policy"), threshold, minLoops, maxLoops, trace: readTrace(field("trace")) },
    };
  }

  /** @param {Record<string, any>} values New values by the names of fields; null and undefined empty a field. */
  write(values) {
    for (const [name, value] of Object.entries(values)) {
      this.#field(name).value = value ?? "";
    }

    this.#changed();
  }

  #field(name) {
    return this.#form.elements[name];
  }

  #number(name) {
    const { value } = this.#field(name);
    return value === "" ? null : Number(value);
  }

  #changed() {
    const { policy } = this;
    byId("settings-model").textContent = this.model?.id ?? "";
    this.#form.querySelector("[data-field=threshold]").hidden = policy === "fixed" || policy === "trace";
    this.#form.querySelector("[data-field=trace]").hidden = policy !== "trace";
    this.#field("threshold").placeholder =
      policy === this.model?.loop.exit_policy ? `default: ${this.model.loop.exit_threshold}` : "default";
    this.#field("maxLoops").placeholder = `default: ${this.modelLoops}`;
    this.#field("maxLoops").max = this.model?.loop.max_loops ?? "";
    this.dispatchEvent(new Event("change"));
  }

  #problem() {
    const wrong = [...this.#form.elements].find((element) => element.willValidate && !element.validity.valid);
    if (wrong) {
      return `${wrong.closest("label").firstChild.textContent.trim()}: ${wrong.validationMessage}`;
    }

    try {
      JSON.parse(this.#field("schema").value.trim() || "{}");
      return null;
    } catch (error) {
      return `JSON schema: ${error.message}`;
    }
  }
}

function readTrace(text) {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(Number);
}
