// Charts that move from right to left, drawn anew with every snapshot.

import { h } from "../views/dom.js";

const LEFT = 64;
const LANE = 44;
const GAP = 8;

/**
 * A lane for each loop: how many rows ran it in a pass.
 * @param {HTMLCanvasElement} canvas Where it is drawn.
 * @param {any[]} snapshots The snapshots, the newest last.
 * @param {number} width How many fit.
 */
export function drawRows(canvas, snapshots, width) {
  const now = snapshots.at(-1);
  const perPass = (rows, ticks, loop) => (ticks > 0 ? (rows[loop] ?? 0) / ticks : 0);
  const deepest = snapshots.reduce((most, { rows }) => Math.max(most, lastUsed(rows.decode), lastUsed(rows.prefill)), now.loops);
  const most = snapshots.reduce((top, { rows, ticks }) => {
    const sums = Array.from({ length: deepest }, (_, loop) => perPass(rows.decode, ticks, loop) + perPass(rows.prefill, ticks, loop));
    return Math.max(top, ...sums);
  }, 1);
  const { context, columns, style } = prepare(canvas, deepest * (LANE + GAP), deepest, width);
  for (let loop = 0; loop < deepest; loop++) {
    const bottom = (loop + 1) * (LANE + GAP) - GAP;
    context.fillStyle = style.muted;
    context.fillText(`Loop ${loop + 1}`, 0, bottom - LANE / 2 + 4);
    context.fillStyle = style.line;
    context.fillRect(LEFT, bottom, columns.right - LEFT, 1);
    snapshots.forEach(({ rows, ticks }, i) => {
      // The root keeps a few rows of answers visible beside the many of a prompt.
      const tall = (count) => Math.sqrt(count / most) * LANE;
      const decode = tall(perPass(rows.decode, ticks, loop));
      const prefill = tall(perPass(rows.decode, ticks, loop) + perPass(rows.prefill, ticks, loop)) - decode;
      const x = columns.right - (snapshots.length - i) * columns.step;
      context.fillStyle = style.depths[loop];
      context.fillRect(x, bottom - decode, columns.bar, decode);
      context.globalAlpha = 0.35;
      context.fillRect(x, bottom - decode - prefill, columns.bar, prefill);
      context.globalAlpha = 1;
    });
  }

  const latest = Array.from(
    { length: deepest },
    (_, loop) => `loop ${loop + 1}: ${(now.rows.decode[loop] ?? 0) + (now.rows.prefill[loop] ?? 0)}`,
  );
  canvas.setAttribute("aria-label", `Rows by loop since the last snapshot: ${latest.join(", ")}`);
}

/**
 * Tokens per second as columns, and the bound as a dashed line.
 * @param {HTMLCanvasElement} canvas Where it is drawn.
 * @param {any[]} snapshots The snapshots, the newest last.
 * @param {number} width How many fit.
 */
export function drawSpeed(canvas, snapshots, width) {
  const height = 120;
  const { context, columns, style } = prepare(canvas, height + 16, 1, width);
  const most = snapshots.reduce((top, each) => Math.max(top, each.tokens_per_second ?? 0, each.ideal_tokens_per_second ?? 0), 1);
  const y = (value) => height + 8 - (value / most) * height;
  context.fillStyle = style.muted;
  context.fillText(most.toFixed(0), 0, y(most) + 8);
  context.fillText("0", 0, y(0));
  context.fillStyle = style.line;
  context.fillRect(LEFT, y(0), columns.right - LEFT, 1);
  context.strokeStyle = style.alert;
  context.setLineDash([4, 3]);
  context.beginPath();
  let isDrawing = false;
  snapshots.forEach(({ tokens_per_second: pace, ideal_tokens_per_second: bound }, i) => {
    const x = columns.right - (snapshots.length - i) * columns.step;
    context.fillStyle = style.accent;
    context.fillRect(x, y(pace ?? 0), columns.bar, y(0) - y(pace ?? 0));
    if (bound !== null) {
      context[isDrawing ? "lineTo" : "moveTo"](x + columns.bar / 2, y(bound));
    }

    isDrawing = bound !== null;
  });
  context.stroke();
  const { tokens_per_second: pace, ideal_tokens_per_second: bound } = snapshots.at(-1);
  canvas.setAttribute("aria-label", `Tokens per second: ${pace?.toFixed(0) ?? "none"}; the bound: ${bound?.toFixed(0) ?? "none"}`);
}

function prepare(canvas, height, depths, width) {
  const scale = devicePixelRatio;
  const right = canvas.clientWidth;
  canvas.style.setProperty("height", `${height}px`);
  canvas.width = Math.round(right * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const step = (right - LEFT) / width;
  return { context, columns: { right, step, bar: Math.max(1, step - (step > 3 ? 1 : 0)) }, style: coloursOf(depths) };
}

// The canvas knows no style sheets: colours are asked of elements that have them.
function coloursOf(depths) {
  const probe = h("div", { class: "hidden" });
  document.body.append(probe);
  const colour = (name) => {
    const element = h("span", { class: name });
    probe.append(element);
    return getComputedStyle(element).backgroundColor;
  };
  const style = {
    muted: colour("colour-muted"),
    line: colour("colour-line"),
    alert: colour("colour-alert"),
    accent: colour("colour-accent"),
    depths: Array.from({ length: depths }, (_, i) => colour(`swatch e${i + 1}`)),
  };
  probe.remove();
  return style;
}

function lastUsed(counts) {
  return counts.findLastIndex((count) => count > 0) + 1;
}
