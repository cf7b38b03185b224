// Messages can be dismissed; they never vanish by themselves, so that slow readers miss nothing.
export function watchToasts() {
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".said").remove());
}
