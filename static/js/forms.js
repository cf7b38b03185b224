// Forms: a second click is not a second act, errors get the focus, files may be dropped, texts copied.
export function watchForms() {
  document.querySelector("[data-focus]")?.focus();
  reveal(document);
  document.addEventListener("htmx:after:swap", () => reveal(document));
  document.addEventListener("submit", holdSecondClick);
  document.addEventListener("click", copyText);
  document.addEventListener("dragover", (event) => mark(event, true));
  document.addEventListener("dragleave", (event) => mark(event, false));
  document.addEventListener("drop", takeFiles);
  // A form whose answer the reader is waiting for is sent by the page itself.
  document.querySelector("form[data-at-once]")?.requestSubmit();
}

function reveal(root) {
  root.querySelectorAll("[data-copy][hidden], [data-dismiss][hidden]").forEach((button) => (button.hidden = false));
}

function holdSecondClick(event) {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // A form that answers with a file leaves the page standing: let it be sent again after a while.
  setTimeout(() => delete form.dataset.sent, 5000);
}

async function copyText(event) {
  const button = event.target.closest("[data-copy]");
  if (button && navigator.clipboard) await navigator.clipboard.writeText(button.dataset.copy);
}

function mark(event, over) {
  const field = event.target.closest?.("[data-drop]");
  if (!field) return;
  event.preventDefault();
  field.classList.toggle("is-over", over);
}

function takeFiles(event) {
  const field = event.target.closest?.("[data-drop]");
  const input = field?.querySelector("input[type=file]");
  if (!input) return;
  event.preventDefault();
  field.classList.remove("is-over");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}
