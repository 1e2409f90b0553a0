import { h } from "./dom.js";

/**
 * Shows what the bars below tokens mean, and gives the page the scale of the model.
 * @param {HTMLElement} element The list.
 * @param {number} loops The loops of the model.
 */
export function showLegend(element, loops) {
  if (element.childElementCount === loops) {
    return;
  }

  document.documentElement.className = `of${loops}`;
  element.replaceChildren(...Array.from({ length: loops }, (_, i) => h("li", {}, h("span", { class: `sample e${i + 1}` }, String(i + 1)))));
}
