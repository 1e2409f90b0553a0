// Makes elements. Whatever comes from a model or a server becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name An HTML element's name.
 * @param {Record<string, any>} [attributes] Its attributes; `class` and the like as in HTML. null, undefined and false are left out, and a
 *   function listens to the event of its name.
 * @param {...(Node | string | null)} children What is in it; strings are text.
 * @returns {HTMLElement} The element.
 */
export function h(name, attributes = {}, ...children) {
  return build(document.createElement(name), attributes, children);
}

/**
 * @param {string} name An SVG element's name.
 * @param {Record<string, any>} [attributes] Its attributes, as in `h`.
 * @param {...(Node | string | null)} children What is in it; strings are text.
 * @returns {SVGElement} The element.
 */
export function svg(name, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, name), attributes, children);
}

/**
 * @param {string} id An element's id.
 * @returns {HTMLElement} The element of this page.
 */
export function byId(id) {
  return document.getElementById(id);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }

  element.append(...children.filter((child) => child !== null));
  return element;
}
