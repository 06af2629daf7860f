// The service worker: the network first; without one, what this person has opened before.
//
// Files of the product itself are kept as they are; pages of patients only encrypted (vault.js).

import { put, startId, open } from "./outbox.js";
import { current, possible, read, readAll, remove, seal, unseal, write } from "./vault.js";

const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const PERSON = new RegExp(`^/patients/${ID}/$`);
const NEW = new RegExp(`^(/patients/${ID}/assessments/)new/$`);
const GRID = new RegExp(`^/assessments/(${ID})/score/$`);
const BLANK = new RegExp(`^/patients/${ID}/assessments/blank/$`);
const KEPT = [/^\/$/, PERSON, NEW, GRID];
const WAIT = 5000; // ms for a page that is kept here, too
const PATIENCE = 30000; // ms for a start: longer than the server waits for its database
const FRESH = 10 * 60 * 1000; // ms during which a page fetched ahead is not fetched again
const KEEP = 2 * 24 * 3600 * 1000; // ms
const HEADERS = ["Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Frame-Options"];

// What stands in a blank grid for an assessment that does not exist yet.
const NO_ID = "00000000-0000-4000-8000-000000000000";
const NO_DAY = "2000-01-01";

export function start({ version, files, offline }) {
  const wanted = `files-${version}`;

  addEventListener("install", (event) => {
    event.waitUntil(
      caches
        .open(wanted)
        .then((cache) => cache.addAll([...files, offline]))
        .then(() => skipWaiting()),
    );
  });

  addEventListener("activate", (event) => event.waitUntil(takeOver(wanted)));

  addEventListener("message", (event) => event.waitUntil(keepAhead(event.data.keep ?? [])));

  addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (url.origin !== location.origin) return;
    if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
    else if (request.mode !== "navigate") return;
    else if (request.method === "GET") event.respondWith(page(event, url, offline));
    else if (NEW.test(url.pathname)) event.respondWith(begin(request, offline));
  });
}

async function takeOver(wanted) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== wanted).map((name) => caches.delete(name)));
  await clients.claim();
}

// Names carry a digest of the content: what is kept never grows old.
async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(event, url, offline) {
  const started = possible && (await startedHere(url.pathname));
  if (started) return blankFor(started).then((found) => found ?? fallback(offline));
  const kept = possible && (await keptPage(url));
  try {
    const response = await fromNetwork(event.request, kept ? WAIT : 0);
    if (possible && KEPT.some((known) => known.test(url.pathname)) && isPage(response)) {
      event.waitUntil(keep(url.pathname + url.search, response.clone()));
    }
    return response;
  } catch {
    return kept ? respond(kept, kept.html) : fallback(offline);
  }
}

function fromNetwork(request, wait) {
  if (!wait) return fetch(request);
  const late = new Promise((_done, failed) => setTimeout(failed, wait));
  return Promise.race([fetch(request), late]);
}

async function fallback(offline) {
  return (await caches.match(offline)) ?? Response.error();
}

const isPage = (response) => response.ok && response.type === "basic" && !response.redirected;

async function keep(path, response) {
  const owner = await current();
  const html = await response.text();
  // Somebody else may have signed in a moment ago.
  if (!owner || !html.includes(`data-user="${owner.user}"`)) return;
  const headers = HEADERS.map((name) => [name, response.headers.get(name)]).filter(([, it]) => it);
  await write("pages", { path, at: Date.now(), ...(await seal(owner.key, { html, headers })) });
}

async function keptPage(url) {
  const owner = await current();
  const found =
    owner &&
    ((await read("pages", url.pathname + url.search)) ?? (await read("pages", url.pathname)));
  if (!found || found.at < Date.now() - KEEP) return null;
  return { at: found.at, ...(await unseal(owner.key, found)) };
}

// The page says that it is a copy, and of when.
function respond({ at, headers }, html) {
  const said = html.replace("<html ", `<html data-copy="${new Date(at).toISOString()}" `);
  return new Response(said, { headers });
}

async function keepAhead(paths) {
  if (!possible || !(await current())) return;
  await removeOld();
  const wanted = ({ pathname }) => [...KEPT, BLANK].some((known) => known.test(pathname));
  for (const path of paths.filter((each) => wanted(new URL(each, location.origin)))) {
    const before = await read("pages", path);
    if (before && before.at > Date.now() - FRESH) continue;
    const response = await fetch(path).catch(() => null);
    if (response && isPage(response)) await keep(path, response);
  }
}

async function removeOld() {
  const old = (await readAll("pages")).filter(({ at }) => at < Date.now() - KEEP);
  for (const { path } of old) await remove("pages", path);
}

// A visit started without a network, or one that never answers: kept until it can be sent, and
// shown on a blank grid. Should the first request get through after all, it is the same visit.
async function begin(request, offline) {
  const copy = request.clone();
  try {
    return await fromNetwork(request, PATIENCE);
  } catch {
    const fields = Object.fromEntries(await copy.formData());
    delete fields.csrfmiddlewaretoken;
    const url = new URL(request.url).pathname;
    const blank = await keptPage(new URL(blankPath({ url, fields }), location.origin));
    if (!blank) return fallback(offline);
    // Nobody is there to be asked whether this is a second test of the day: the scores come first.
    const sent = { ...fields, second: "yes" };
    await put("start", startId(fields.id), fields.id, { url, fields: sent });
    return Response.redirect(`/assessments/${fields.id}/score/`, 303);
  }
}

function blankPath({ url, fields }) {
  const query = new URLSearchParams({ battery: fields.battery, profile: fields.profile });
  return `${NEW.exec(url)[1]}blank/?${query}`;
}

async function startedHere(path) {
  const found = GRID.exec(path);
  return found ? open(startId(found[1])) : null;
}

async function blankFor(started) {
  const { fields } = started;
  const blank = await keptPage(new URL(blankPath(started), location.origin));
  if (!blank) return null;
  const html = blank.html
    .replaceAll(NO_ID, fields.id)
    .replaceAll(`${NO_DAY}T00:00`, fields.tested_at)
    .replaceAll(`${NO_DAY} 00:00`, fields.tested_at.replace("T", " "));
  return respond(blank, html);
}
