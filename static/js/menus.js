// Menus close on Escape and on a click elsewhere; "/" goes to the search; the current station is scrolled into view.
export function watchMenus() {
  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") openMenus().forEach(closeWithFocus);
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) focusSearch(event);
  });
  document.querySelectorAll(".site-nav__scroll [aria-current]").forEach(reveal);
  foldFacets();
}

const openMenus = () => document.querySelectorAll("details.tool[open]");
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function closeWithFocus(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}

function focusSearch(event) {
  const field = document.querySelector("[data-hotkey='/']");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function reveal(entry) {
  const strip = entry.closest(".site-nav__scroll");
  // What can be seen as it stands is not moved: else the first stations would slide under the edge.
  if (entry.offsetLeft + 2 * entry.offsetWidth < strip.clientWidth) return;
  strip.scrollLeft = entry.offsetLeft - (strip.clientWidth - entry.offsetWidth) / 2;
}

function foldFacets() {
  if (!window.matchMedia("(max-width: 59.99rem)").matches) return;
  // "Any" and an order are always among the checked ones; they narrow nothing.
  const chosen = ':checked:not([value=""], [name="sort"])';
  document.querySelectorAll(".facets__toggle").forEach((fold) => (fold.open = Boolean(fold.querySelector(chosen))));
}
