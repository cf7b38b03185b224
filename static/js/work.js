// A work list that goes on without a network: what is done is kept on the device and sent when there is one.
// Without this script every form is sent as it stands.
import { forget, keep, kept } from "./work-queue.js";
import { watchLabels } from "./work-labels.js";
import { drawn, watchSignature } from "./work-signature.js";

const root = document.querySelector("[data-work]");
const said = JSON.parse(root.dataset.said);
const here = location.pathname;
const device = deviceId();
let token = document.querySelector("[name=csrf_token]")?.value ?? "";
let busy = false;
let reached = navigator.onLine;

if ("indexedDB" in window) {
  document.addEventListener("submit", take, true);
  window.addEventListener("online", send);
  window.addEventListener("offline", send);
  setInterval(send, 20_000);
  if ("serviceWorker" in navigator) letOpenOffline();
  send();
} else {
  root.querySelector("[data-network]").textContent = said.lost;
}
watchLabels(root, said);
watchSignature(root);

function deviceId() {
  const known = localStorage.getItem("city-device");
  if (known) return known;
  const made = crypto.randomUUID();
  localStorage.setItem("city-device", made);
  return made;
}

async function letOpenOffline() {
  navigator.serviceWorker.addEventListener("message", () => {
    root.dataset.ready = "yes";
    showNetwork();
  });
  await navigator.serviceWorker.register("/work-worker.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const own = loaded.filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
  active.postMessage({ keep: [here, ...new Set(own.map((url) => url.pathname))] });
}

// A form becomes an act on this device; it is sent from there, now or later.
async function take(event) {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  const act = { id: crypto.randomUUID(), device, base: Number(root.dataset.version), files: [] };
  for (const [name, value] of new FormData(form)) {
    if (["csrf_token", "idempotency_key", "id", "base"].includes(name)) continue;
    if (value instanceof File) {
      if (value.size) act.files.push({ name, file: value });
    } else if (value) {
      act[name] = value;
    }
  }
  act.done_at ||= new Date().toISOString();
  const signature = await drawn(form);
  if (signature && !act.files.some((one) => one.name === "signature")) {
    act.files.push({ name: "signature", file: new File([signature], "signature.png", { type: "image/png" }) });
  }
  await keep({ ...about(), id: act.id, said: label(form, act), act });
  form.reset();
  form.dispatchEvent(new Event("city:cleared"));
  await showQueue();
  await send();
}

function about() {
  return { page: here, person: root.dataset.person };
}

function label(form, act) {
  const kind = form.closest("details").querySelector("summary").textContent.trim();
  const booking = act.booking && form.querySelector(`option[value="${act.booking}"]`)?.textContent;
  const parts = [kind, booking, act.label, act.pieces && `× ${act.pieces}`, act.gross_kg && `${act.gross_kg} kg`, act.seals];
  return parts.filter(Boolean).join(" · ");
}

async function waiting() {
  return (await kept()).filter((one) => one.page === here && one.person === root.dataset.person);
}

async function send() {
  if (busy) return showQueue();
  busy = true;
  try {
    reached = await answers();
    showNetwork();
    if (!reached) return;
    const mine = (await waiting()).filter((one) => !one.refused);
    if (mine.length && (await renewed())) {
      for (let start = 0; start < mine.length; start += 20) await sendSome(mine.slice(start, start + 20));
      await renewed();
    }
  } catch {
    // Still no network, or none that carries: what waits stays.
  } finally {
    busy = false;
    await showQueue();
  }
}

// A browser says that it is on line also where nothing answers.
async function answers() {
  if (!navigator.onLine) return false;
  try {
    await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
}

async function sendSome(some) {
  const form = new FormData();
  form.append("csrf_token", token);
  form.append("acts", JSON.stringify(some.map(({ act: { files, ...act } }) => act)));
  for (const { act } of some) for (const { name, file } of act.files) form.append(`${name}.${act.id}`, file);
  const answer = await fetch(here, { method: "POST", body: form, redirect: "manual" });
  if (!answer.ok) throw new Error(String(answer.status));
  for (const told of (await answer.json()).answers) {
    const one = some.find((each) => each.id === told.id);
    if (!one) continue;
    if (told.answer === "refused") await keep({ ...one, refused: told.text });
    else await forget(told.id);
    if (told.answer === "conflict") await keep({ ...one, refused: told.text, done: true });
  }
}

// The page as it stands now: what it lists, its version, and a token that is not too old.
async function renewed() {
  const answer = await fetch(here, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    root.querySelector("[data-network]").textContent = said.login;
    return false;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const other = page.querySelector("[data-work]");
  if (!other || other.dataset.person !== root.dataset.person) return false;
  token = page.querySelector("[name=csrf_token]")?.value ?? token;
  root.dataset.version = other.dataset.version;
  for (const part of ["[data-list]", "[data-log]"]) root.querySelector(part).replaceChildren(...other.querySelector(part).childNodes);
  for (const act of other.querySelectorAll("[data-kind]")) {
    if (!root.querySelector(`[data-kind="${act.dataset.kind}"]`)) root.querySelector("[data-forms]").append(act);
  }
  return true;
}

async function showQueue() {
  const mine = await waiting();
  root.querySelector("[data-queue-sheet]").hidden = !mine.length;
  root.querySelector("[data-queue]").replaceChildren(...mine.map(line));
}

function line(one) {
  const item = document.createElement("li");
  const at = document.createElement("time");
  at.textContent = new Date(one.act.done_at).toLocaleTimeString();
  const text = document.createElement("span");
  text.textContent = `${one.said} – ${one.refused ? (one.done ? one.refused : `${said.refused}: ${one.refused}`) : said.kept}`;
  item.append(at, text);
  if (one.refused && !one.done) text.append(" ", button(said.again, () => keep({ ...one, refused: undefined }).then(send)));
  if (one.refused) text.append(" ", button(said.discard, () => forget(one.id).then(showQueue)));
  return item;
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn--small";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function showNetwork() {
  root.querySelector("[data-network]").textContent = reached ? (root.dataset.ready ? said.ready : said.online) : said.offline;
}
