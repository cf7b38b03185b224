// Runs before the first paint, so that a chosen theme never flashes the other one. No cookie: the choice stays in this browser.
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage refused by the browser: the system's preference holds.
  }
})();
