import { exitDistribution } from "../runs/stats.js";
import { svg } from "./dom.js";

/**
 * A column for each loop, as high as the share of tokens that left there.
 * @param {number[]} histogram Tokens that left at each loop, loop 1 first.
 * @returns {SVGElement} The chart, with its numbers as its name.
 */
export function histogramChart(histogram) {
  const [width, height, gap] = [22, 40, 6];
  const most = Math.max(1, ...histogram);
  const total = Math.max(
    1,
    histogram.reduce((sum, count) => sum + count, 0),
  );
  const name = histogram.map((count, i) => `loop ${i + 1}: ${count}`).join(", ");
  return svg(
    "svg",
    {
      class: "histogram",
      role: "img",
      "aria-label": `Tokens by the loop that they left at: ${name}`,
      viewBox: `0 0 ${histogram.length * (width + gap)} ${height + 14}`,
    },
    ...histogram.flatMap((count, i) => {
      const tall = count === 0 ? 1 : Math.max(2, (count / most) * height);
      return [
        svg(
          "rect",
          { class: `column e${i + 1}`, x: i * (width + gap), y: height - tall, width, height: tall, rx: 2 },
          svg("title", {}, `${count} tokens left at loop ${i + 1} (${((count / total) * 100).toFixed(0)} %)`),
        ),
        svg("text", { x: i * (width + gap) + width / 2, y: height + 11 }, String(i + 1)),
      ];
    }),
  );
}

/**
 * The gate's probability after every loop as columns, and the probability to have left as a line.
 * @param {import("../runs/tokens.js").Token} token The token.
 * @param {number} loops Loops that are shown.
 * @param {number | null} threshold Where the line lets the token leave; null where another rule decides.
 * @returns {SVGElement} The chart, with its numbers as its name.
 */
export function gateChart(token, loops, threshold) {
  const [width, height, left, top] = [320, 96, 28, 8];
  const step = (width - left) / loops;
  const y = (share) => top + (1 - share) * height;
  const left_ = exitDistribution(token.gates);
  const names = token.gates.map((gate, i) => `loop ${i + 1}: gate ${gate.toFixed(2)}, left ${left_[i].toFixed(2)}`).join("; ");
  const middle = (i) => left + (i + 0.5) * step;
  const marks = [0, 0.5, 1].flatMap((share) => [
    svg("line", { class: "grid", x1: left, x2: width, y1: y(share), y2: y(share) }),
    svg("text", { class: "axis", x: left - 6, y: y(share) + 3.5 }, String(share)),
  ]);
  const columns = Array.from({ length: loops }, (_, i) => {
    const gate = token.gates[i];
    return svg(
      "g",
      {},
      gate === undefined
        ? svg(
            "rect",
            { class: "skipped", x: middle(i) - 14, y: top, width: 28, height, rx: 3 },
            svg("title", {}, `Loop ${i + 1} was skipped`),
          )
        : svg(
            "rect",
            { class: `column e${i + 1}`, x: middle(i) - 14, y: y(gate), width: 28, height: Math.max(1, gate * height), rx: 3 },
            svg("title", {}, `Gate after loop ${i + 1}: ${gate.toFixed(3)}`),
          ),
      svg("text", { class: i + 1 === token.exitStep ? "loop left" : "loop", x: middle(i), y: top + height + 15 }, String(i + 1)),
    );
  });
  const line = svg("polyline", { class: "distribution", points: left_.map((share, i) => `${middle(i)},${y(share)}`).join(" ") });
  const dots = left_.map((share, i) => svg("circle", { class: "distribution", cx: middle(i), cy: y(share), r: 3 }));
  const limit =
    threshold === null || threshold > 1
      ? []
      : [
          svg("line", { class: "threshold", x1: left, x2: width, y1: y(threshold), y2: y(threshold) }),
          svg("text", { class: "threshold", x: left + 2, y: y(threshold) - 4 }, `threshold ${threshold}`),
        ];
  return svg(
    "svg",
    { class: "gates", role: "img", "aria-label": `Gate probabilities. ${names}`, viewBox: `0 0 ${width} ${top + height + 20}` },
    ...marks,
    ...columns,
    line,
    ...dots,
    ...limit,
  );
}
