// Keeps work lists and what they are shown with, so that they open where there is no network. Nothing else is kept.
const KEPT = "city-work-1";
const LIST = /\/departures\/[0-9a-f-]{36}\/work$/;
const SHOWN_WITH = /^\/static\/(css|js|vendor|img)\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keep(event.data.keep).then(() => event.source.postMessage("kept"))));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  // Who logs out leaves no list behind.
  if (pathname.endsWith("/logout")) event.waitUntil(caches.delete(KEPT));
  if (request.method !== "GET") return;
  if (LIST.test(pathname) || SHOWN_WITH.test(pathname)) event.respondWith(fresh(request, pathname));
});

async function fresh(request, pathname) {
  try {
    const answer = await fetch(request);
    const kept = await caches.open(KEPT);
    // An answer by way of another address is a door, not a list.
    if (answer.ok && !answer.redirected && (LIST.test(pathname) || (await kept.match(pathname)))) {
      await kept.put(pathname, answer.clone());
    }
    return answer;
  } catch (unreachable) {
    const found = await (await caches.open(KEPT)).match(pathname);
    if (found) return found;
    throw unreachable;
  }
}

async function keep(addresses) {
  const kept = await caches.open(KEPT);
  await Promise.allSettled(addresses.map((address) => kept.add(address)));
}
