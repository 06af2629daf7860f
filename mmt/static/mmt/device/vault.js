// What the device holds while there is no network: IndexedDB, every content encrypted.
//
// The key comes from the server, is the same for a person at every sign-in, cannot be read out by
// a script, and stays no longer than the session. What it has locked may outlive it: the same
// person, signed in again, opens it; nobody else can. docs/privacy.md lists what is kept.

const NAME = "strength-recorder";
const STORES = { keys: { keyPath: "is" }, pages: { keyPath: "path" }, outbox: { keyPath: "id" } };
const CURRENT = "current";

// Over plain HTTP, other than on the machine itself, browsers give no cryptography.
export const possible = Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

let opening = null;

function database() {
  opening ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [store, options] of Object.entries(STORES)) {
        request.result.createObjectStore(store, options);
      }
    };
    request.onsuccess = () => {
      // Signing out in another window deletes it: do not stand in the way.
      request.result.onversionchange = () => {
        request.result.close();
        opening = null;
      };
      request.result.onclose = () => (opening = null);
      done(request.result);
    };
    request.onerror = () => {
      opening = null;
      failed(request.error);
    };
  });
  return opening;
}

// Does one thing in a store; resolves once it is on the disk.
async function within(store, mode, act) {
  const opened = await database();
  return new Promise((done, failed) => {
    const transaction = opened.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

export const read = (store, key) => within(store, "readonly", (rows) => rows.get(key));
export const readAll = (store) => within(store, "readonly", (rows) => rows.getAll());
export const write = (store, row) => within(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, key) => within(store, "readwrite", (rows) => rows.delete(key));
// Removes this row and none that was written in its place: each is sealed with a nonce of its own.
export const removeSame = (store, key, { iv }) =>
  within(store, "readwrite", (rows) => {
    const request = rows.get(key);
    request.onsuccess = () => {
      if (String(request.result?.iv) === String(iv)) rows.delete(key);
    };
    return request;
  });
export const empty = (store) => within(store, "readwrite", (rows) => rows.clear());

// The person whose session this is: {user, key, ends}, or null once it has ended.
export async function current() {
  const found = await read("keys", CURRENT);
  if (!found) return null;
  if (found.ends > Date.now()) return found;
  await forgetKey();
  return null;
}

// `secret` in base64; `seconds` until the session ends unless something is done.
export async function keepKey(user, secret, seconds) {
  const bytes = Uint8Array.from(atob(secret), (sign) => sign.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const before = await read("keys", CURRENT);
  if (before && before.user !== user) await empty("pages");
  await write("keys", { is: CURRENT, user, key, ends: Date.now() + seconds * 1000 });
}

export async function prolong(seconds) {
  const found = await current();
  if (found) await write("keys", { ...found, ends: Date.now() + seconds * 1000 });
}

export const forgetKey = () => remove("keys", CURRENT);

export async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

export async function unseal(key, { iv, data }) {
  const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
  return JSON.parse(new TextDecoder().decode(bytes));
}
