// Acts on this device until the city has answered them.
const STORE = "acts";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("city-work", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function within(mode, work) {
  const base = await open();
  try {
    return await new Promise((resolve, reject) => {
      const turn = base.transaction(STORE, mode);
      const asked = work(turn.objectStore(STORE));
      turn.oncomplete = () => resolve(asked.result);
      turn.onabort = turn.onerror = () => reject(turn.error);
    });
  } finally {
    base.close();
  }
}

export const keep = (one) => within("readwrite", (store) => store.put(one));
export const forget = (id) => within("readwrite", (store) => store.delete(id));
export async function kept() {
  const found = await within("readonly", (store) => store.getAll());
  return found.sort((one, other) => (one.act.done_at < other.act.done_at ? -1 : 1));
}
