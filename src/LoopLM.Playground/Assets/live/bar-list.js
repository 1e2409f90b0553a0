import { h } from "../views/dom.js";

/**
 * @param {{label: string, count: number, depth?: number}[]} bars What is counted; those at the end that are 0 and have a
 *   depth are left out.
 * @returns {HTMLElement} A table with a bar beside each number.
 */
export function barList(bars) {
  const last = bars.findLastIndex((bar) => bar.count > 0 || bar.depth === undefined);
  const shown = bars.slice(0, Math.max(1, last + 1));
  const total = shown.reduce((sum, bar) => sum + bar.count, 0);
  return h(
    "table",
    { class: "bars" },
    h(
      "tbody",
      {},
      ...shown.map(({ label, count, depth }) => {
        const bar = h("span", { class: `bar swatch ${depth ? `e${depth}` : "plain"}` });
        bar.style.setProperty("--share", total === 0 ? 0 : count / total);
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, label),
          h("td", { class: "room" }, bar),
          h("td", { class: "count" }, count.toLocaleString("en")),
        );
      }),
    ),
  );
}
