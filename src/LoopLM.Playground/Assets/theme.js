const NAME = "looplm.theme";
const THEMES = ["auto", "light", "dark"];
const SIGNS = { auto: "\u25d0", light: "\u25cb", dark: "\u25cf" };

/**
 * Lets a button choose the theme, which this browser remembers.
 * @param {HTMLElement} button The button.
 */
export function startTheme(button) {
  let theme = THEMES.includes(localStorage.getItem(NAME)) ? localStorage.getItem(NAME) : "auto";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-label", `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
    button.textContent = SIGNS[theme];
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    localStorage.setItem(NAME, theme);
    show();
  });
  show();
}
