import { h } from "../views/dom.js";

const POLICIES = { "": "the server\u2019s", "q-exit": "q-exit", act: "act", "hidden-delta": "hidden-delta", fixed: "fixed" };

/** The fields of one depth of a comparison. */
export class DepthForm {
  /**
   * @param {Partial<import("../runs/requests.js").Depth>} depth What is in them at first.
   * @param {number} index Its place, from 0.
   * @param {(() => void) | null} onRemove Called to take it away; null where that cannot be.
   */
  constructor(depth, index, onRemove) {
    const number = (value, attributes) => h("input", { type: "number", value: value ?? "", ...attributes });
    this.policy = h(
      "select",
      {},
      ...Object.entries(POLICIES).map(([value, text]) => h("option", { value, selected: value === (depth.policy ?? "") }, text)),
    );
    this.threshold = number(depth.threshold, { min: 0, step: "any" });
    this.minLoops = number(depth.minLoops, { min: 1, step: 1, placeholder: "1" });
    this.maxLoops = number(depth.maxLoops, { min: 1, step: 1 });
    const remove =
      onRemove &&
      h("button", { type: "button", class: "quiet close", "aria-label": `Remove depth ${index + 1}`, click: onRemove }, "\u2715");
    this.element = h(
      "fieldset",
      { class: "depth" },
      h("legend", {}, `Depth ${index + 1}`),
      remove,
      h("label", {}, "Exit policy ", this.policy),
      h("label", {}, "Threshold ", this.threshold),
      h("label", {}, "Min loops ", this.minLoops),
      h("label", {}, "Max loops ", this.maxLoops),
    );
  }

  /** @param {import("../settings.js").SettingsForm} settings Says what empty fields mean. */
  show(settings) {
    this.threshold.placeholder = settings.model?.loop.exit_threshold ?? "";
    this.maxLoops.placeholder = settings.modelLoops;
    this.maxLoops.max = settings.model?.loop.max_loops ?? "";
  }

  /** @returns {import("../runs/requests.js").Depth} What is in the fields. */
  read() {
    const number = ({ value }) => (value === "" ? null : Number(value));
    return {
      policy: this.policy.value,
      threshold: number(this.threshold),
      minLoops: number(this.minLoops),
      maxLoops: number(this.maxLoops),
      trace: null,
    };
  }
}

/**
 * @param {import("../runs/requests.js").Depth} depth A depth.
 * @param {import("../settings.js").SettingsForm} settings Says what empty fields mean.
 * @returns {string} It in a few words, such as `at most 1 loop`.
 */
export function describeDepth(depth, settings) {
  const policy = depth.policy || settings.model?.loop.exit_policy || "q-exit";
  const loops = (count) => `${count} loop${count === 1 ? "" : "s"}`;
  if (policy === "fixed") {
    return `always ${loops(depth.maxLoops ?? settings.modelLoops)}`;
  }

  const parts = [];
  const threshold = depth.threshold ?? (policy === settings.model?.loop.exit_policy ? settings.model.loop.exit_threshold : null);
  if (depth.maxLoops !== 1) {
    parts.push(threshold === null ? policy : `${policy} at ${threshold}`);
  }

  if (depth.minLoops !== null && depth.minLoops > 1) {
    parts.push(`at least ${loops(depth.minLoops)}`);
  }

  if (depth.maxLoops !== null) {
    parts.push(`at most ${loops(depth.maxLoops)}`);
  }

  return parts.join(", ");
}
