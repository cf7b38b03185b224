// The queue of reviews by keyboard: j and k walk, x chooses, a, d and r pick a decision, ? shows the keys.
export function watchReviews() {
  const desk = document.querySelector("[data-reviews]");
  if (!desk) return;
  const boxes = [...desk.querySelectorAll("input[name=cases]")];
  const acts = {
    j: () => walk(boxes, 1),
    k: () => walk(boxes, -1),
    x: () => current(boxes)?.click(),
    a: () => pick(desk, boxes, "approve"),
    d: () => pick(desk, boxes, "reject"),
    r: () => pick(desk, boxes, "request_changes"),
    "?": () => toggleKeys(desk),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

const current = (boxes) => boxes.find((box) => box === document.activeElement);
const typing = (target) => target.closest("textarea, select, input:not([type=checkbox]):not([type=radio])");

function walk(boxes, steps) {
  const here = boxes.indexOf(document.activeElement);
  const next = boxes[here < 0 ? 0 : Math.min(Math.max(here + steps, 0), boxes.length - 1)];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

// A decision is only picked here: it is made by the form's button, or by Enter once the reason is chosen.
function pick(desk, boxes, decision) {
  const here = current(boxes);
  if (here && !boxes.some((box) => box.checked)) here.checked = true;
  const radio = desk.querySelector(`input[name=decision][value=${decision}]`);
  radio.checked = true;
  const next = decision === "approve" ? desk.querySelector("button[type=submit]") : desk.querySelector("[name=canned]");
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function toggleKeys(desk) {
  const keys = desk.querySelector("[data-keys]");
  keys.open = !keys.open;
  if (keys.open) keys.querySelector("summary").focus();
}
