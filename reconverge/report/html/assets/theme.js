"use strict";
/* The theme: the system's, unless one was chosen here. */

const root = document.documentElement;

function remembered(key, value) {
  try { return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value); }
  catch { return null; } // a browser may keep nothing for a file
}

function showTheme(theme) {
  if (theme) root.dataset.theme = theme;
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  for (const button of document.querySelectorAll("[data-theme-choice]"))
    button.setAttribute("aria-pressed", String((button.dataset.themeChoice === "dark") === dark));
}
for (const button of document.querySelectorAll("[data-theme-choice]"))
  button.addEventListener("click", () => {
    remembered("reconverge-theme", button.dataset.themeChoice);
    showTheme(button.dataset.themeChoice);
  });
showTheme(remembered("reconverge-theme"));
