// Draws a result as a picture: the tokens with their bars, and what they cost.

import { depthStats } from "../runs/stats.js";
import { bytesOf } from "../runs/tokens.js";
import { h } from "../views/dom.js";
import { visible } from "../views/text.js";

const WIDTH = 1200;
const MARGIN = 48;
const BAR = 5;
const MOST_LINES = 400;

/**
 * @param {import("./exporters.js").Result} result A result.
 * @returns {Promise<Blob>} It as PNG, 1200 pixels wide, in the colours of the page; very long answers are cut.
 */
export function toPng(result) {
  const style = coloursOf(result);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const lines = layOut(context, result);
  const lineHeight = 34 + BAR * (style.bars.length + 1);
  canvas.width = WIDTH;
  canvas.height = 2 * MARGIN + lines.length * lineHeight;
  context.fillStyle = style.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  lines.forEach((line, i) => drawLine(context, line, MARGIN + i * lineHeight, style));
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

// The canvas knows no style sheets: colours are asked of elements that have them.
function coloursOf(result) {
  const depth = Math.max(result.modelLoops, ...result.answers.flatMap((answer) => answer.tokens.map((token) => token.exitStep)));
  const probe = h("div", { class: `tokens hidden of${result.modelLoops}` });
  document.body.append(probe);
  const bars = Array.from({ length: depth }, (_, i) => {
    const bar = h("span", { class: `swatch e${i + 1}` });
    probe.append(bar);
    return getComputedStyle(bar).backgroundColor;
  });
  const { color, backgroundColor } = getComputedStyle(document.body);
  probe.remove();
  return { bars, ink: color, paper: backgroundColor };
}

function layOut(context, result) {
  const lines = [];
  for (const answer of result.answers) {
    const { mean, tokens, saved } = depthStats(answer.tokens, result.modelLoops);
    lines.push({
      title: `${answer.name}: ${tokens} tokens, ${mean.toFixed(2)} loops on average, ${Math.round(saved * 100)} % of the compute saved`,
    });
    context.font = font();
    let line = { tokens: [] };
    let x = MARGIN;
    for (const token of answer.tokens) {
      const text = bytesOf(token.name) ?? visible(token.text || token.name).replaceAll("\u00b7", " ");
      const width = context.measureText(text).width + 2;
      if (x + width > WIDTH - MARGIN && line.tokens.length > 0) {
        lines.push(line);
        [line, x] = [{ tokens: [] }, MARGIN];
      }

      line.tokens.push({ text, x, width, exitStep: token.exitStep });
      x += width;
      if (token.text.endsWith("\n")) {
        lines.push(line);
        [line, x] = [{ tokens: [] }, MARGIN];
      }
    }

    lines.push(line);
  }

  return lines.slice(0, MOST_LINES);
}

function drawLine(context, line, top, style) {
  context.fillStyle = style.ink;
  context.textBaseline = "top";
  if (line.title !== undefined) {
    context.font = `600 18px ${family()}`;
    context.fillText(line.title, MARGIN, top);
    return;
  }

  context.font = font();
  for (const { text, x, width, exitStep } of line.tokens) {
    context.fillStyle = style.ink;
    context.fillText(text, x, top);
    context.fillStyle = style.bars[exitStep - 1];
    for (let loop = 0; loop < exitStep; loop++) {
      context.fillRect(x, top + 30 + loop * BAR, width - 2, BAR - 1);
    }
  }
}

function font() {
  return `24px ${family()}`;
}

function family() {
  return getComputedStyle(document.body).fontFamily;
}
