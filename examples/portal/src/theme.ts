/** Light, dark, or what the system says. */

import { byId } from "./dom";

const THEMES = ["auto", "light", "dark"] as const;

export function themeButton(): void {
  const button = byId("theme");
  let at = 0;
  const show = () => {
    const theme = THEMES[at] ?? "auto";
    document.documentElement.dataset["theme"] = theme;
    button.textContent = { auto: "◐", light: "☀", dark: "☾" }[theme];
    button.setAttribute("aria-label", `Theme: ${theme}`);
    button.title = `Theme: ${theme}`;
  };
  button.addEventListener("click", () => {
    at = (at + 1) % THEMES.length;
    show();
  });
  show();
}
