// Labels: a scanner types and presses Enter; a camera's picture is read by the browser where it can.
export function watchLabels(root, said) {
  root.addEventListener("keydown", goOn);
  if (!("BarcodeDetector" in window)) return;
  root.querySelectorAll("[data-scan-by-camera]").forEach((part) => (part.hidden = false));
  root.addEventListener("change", (event) => {
    if (event.target.dataset.camera) read(event.target, said);
  });
}

// A form with one more thing to say is not sent by the Enter of a scanner.
function goOn(event) {
  if (event.key !== "Enter" || !("scan" in event.target.dataset)) return;
  const next = event.target.form.querySelector("[name=pieces]");
  if (event.target.form.querySelector("[name=gross_kg], [name=signed]") && next) {
    event.preventDefault();
    next.focus();
  }
}

async function read(input, said) {
  const field = document.getElementById(input.dataset.camera);
  try {
    const picture = await createImageBitmap(input.files[0]);
    const [found] = await new BarcodeDetector().detect(picture);
    field.value = found ? found.rawValue : "";
    field.setCustomValidity(found ? "" : said.unread);
    field.reportValidity();
  } finally {
    input.value = "";
  }
}
