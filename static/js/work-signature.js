// A signature drawn with a finger: a picture without a name.
export function watchSignature(root) {
  for (const part of root.querySelectorAll("[data-sign]")) {
    const canvas = part.querySelector("canvas");
    const pen = canvas.getContext("2d");
    part.hidden = false;
    pen.lineWidth = 3;
    pen.lineCap = "round";
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...place(canvas, event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      pen.lineTo(...place(canvas, event));
      pen.stroke();
      canvas.dataset.drawn = "yes";
    });
    const clear = () => {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      delete canvas.dataset.drawn;
    };
    part.querySelector("[data-sign-clear]").addEventListener("click", clear);
    part.closest("form").addEventListener("city:cleared", clear);
  }
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

export function drawn(form) {
  const canvas = form.querySelector("[data-sign] canvas");
  if (!canvas?.dataset.drawn) return null;
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
