// Light or dark by choice: kept in this browser, forgotten when it equals the system's preference.
export function watchTheme() {
  const root = document.documentElement;
  const system = () => (window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.querySelectorAll("[data-theme-toggle]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = (root.dataset.theme ?? system()) === "dark" ? "light" : "dark";
      if (next === system()) delete root.dataset.theme;
      else root.dataset.theme = next;
      remember(root.dataset.theme);
    });
  });
}

function remember(theme) {
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // Storage refused by the browser: the choice lasts for this page.
  }
}
