// How long until something, counted on while the page is open; the server wrote it once (web/shared/boards.py).
const UNITS = [["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const EVERY = 30000;

export function watchCountdowns() {
  const marks = [...document.querySelectorAll("[data-countdown]")];
  if (!marks.length) return;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "narrow" });
  const count = () => marks.forEach((mark) => { mark.textContent = left(mark, words); });
  count();
  setInterval(count, EVERY);
}

function left(mark, words) {
  const seconds = (new Date(mark.dataset.countdown) - Date.now()) / 1000;
  if (seconds <= 0) return mark.dataset.over;
  const [unit, length] = UNITS.find(([, one]) => seconds / one >= 2) ?? UNITS.at(-1);
  return words.format(Math.max(1, Math.round(seconds / length)), unit);
}
