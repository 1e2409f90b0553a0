const NAME = "looplm.theme";
const THEMES = ["auto", "light", "dark"];

/**
 * Lets a button choose the theme, which this browser remembers.
 * @param {HTMLElement} button The button.
 */
export function startTheme(button) {
  let theme = THEMES.includes(localStorage.getItem(NAME)) ? localStorage.getItem(NAME) : "auto";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    localStorage.setItem(NAME, theme);
    show();
  });
  show();
}
