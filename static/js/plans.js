// A plan of lorries by mouse: a booking dragged onto a departure is moved there by the same form that keyboards use.
export function watchPlans() {
  const plan = document.querySelector("[data-plan]");
  const form = document.querySelector("#plan-move");
  if (!plan || !form) return;
  for (const radio of plan.querySelectorAll("input[name=booking]")) {
    const row = radio.closest("tr");
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      radio.checked = true;
      event.dataTransfer.setData("text/plain", radio.value);
      event.dataTransfer.effectAllowed = "move";
    });
  }
  for (const place of plan.querySelectorAll("[data-departure]")) {
    place.addEventListener("dragover", (event) => event.preventDefault());
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      form.elements.departure.value = place.dataset.departure;
      form.requestSubmit();
    });
  }
}
