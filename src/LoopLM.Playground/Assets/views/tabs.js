/** Tabs of which one panel is shown; arrows lead from one to the next. */
export class Tabs {
  #tabs;

  /**
   * @param {HTMLElement} element The list of tabs, whose ids are `tab-NAME`.
   * @param {(name: string, before: string) => void} onSwitch Called when another is shown.
   */
  constructor(element, onSwitch) {
    this.#tabs = [...element.querySelectorAll("[role=tab]")];
    this.onSwitch = onSwitch;
    this.selected = nameOf(this.#tabs[0]);
    element.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) {
        this.select(nameOf(tab));
      }
    });
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        const next = this.#tabs.at((this.#tabs.findIndex((tab) => nameOf(tab) === this.selected) + step) % this.#tabs.length);
        this.select(nameOf(next));
        next.focus();
      }
    });
  }

  /** @param {string} name The tab whose panel is shown. */
  select(name) {
    const before = this.selected;
    if (name === before) {
      return;
    }

    this.selected = name;
    for (const tab of this.#tabs) {
      const isSelected = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(isSelected));
      tab.tabIndex = isSelected ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isSelected;
    }

    this.onSwitch(name, before);
  }
}

function nameOf(tab) {
  return tab.id.slice("tab-".length);
}
