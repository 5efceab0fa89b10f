// Light or dark: as the system has it, until the visitor chooses.

const KEY = "rollcall-look";
const system = matchMedia("(prefers-color-scheme: dark)");

const chosen = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

export const isDark = () => (chosen() ?? (system.matches ? "dark" : "light")) === "dark";

export function wear() {
  document.documentElement.dataset.look = isDark() ? "dark" : "light";
}

export function turn() {
  try {
    localStorage.setItem(KEY, isDark() ? "light" : "dark");
  } catch {
    document.documentElement.dataset.look = isDark() ? "light" : "dark";
    return;
  }
  wear();
}

system.addEventListener("change", wear);
