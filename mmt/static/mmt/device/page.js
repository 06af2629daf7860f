// On every page of a person who is signed in: the session, what waits to be sent, work offline.

import { count, drop, dropAll, mine, watch } from "./outbox.js";
import { who } from "./server.js";
import { Session } from "./session.js";
import { current, empty, forgetKey, possible, prolong } from "./vault.js";

const UNDERWAY = 3000; // ms

const part = document.getElementById("device");

let telling = null;
let told = "[]"; // the problems on the screen

if (part) begin();
else if (possible) forgetKey();

// Signing out takes the storage away from under whoever is just reading it: no fault, and no news.
addEventListener("unhandledrejection", (event) => {
  if (event.reason?.name === "AbortError") event.preventDefault();
});

async function begin() {
  const session = new Session(part);
  for (const form of document.querySelectorAll("[data-sign-out]")) {
    form.addEventListener("submit", signOut);
  }
  tellCopy();
  if (!possible) return;
  await takeKey(session);
  watch(tellWaiting);
  tellWaiting();
  addEventListener("outbox-problems", ({ detail }) => tellProblems(detail));
  dispatchEvent(new Event("device-ready"));
  if ("serviceWorker" in navigator) keepAhead();
}

async function takeKey(session) {
  const owner = await current();
  if (owner?.user === part.dataset.user) return prolong(session.idle);
  const account = await who();
  if (account?.user === part.dataset.user) await session.renew(account);
}

async function keepAhead() {
  await navigator.serviceWorker.register("/service-worker.js", { type: "module" });
  const { active } = await navigator.serviceWorker.ready;
  const keep = [...document.querySelectorAll("[data-keep]")].map((each) => each.dataset.keep);
  // What was opened before the worker was there, or before it had the key, has passed it by.
  keep.push("/", location.pathname + location.search);
  if (!document.documentElement.dataset.copy) active.postMessage({ keep });
}

// A page shown without a network says of when it is.
function tellCopy() {
  const { copy } = document.documentElement.dataset;
  if (!copy) return;
  const notice = document.getElementById("copy-notice");
  notice.textContent = part.dataset.copyWords.replace("%s", written(new Date(copy)));
  notice.hidden = false;
}

// As the product writes a time: 10:14, or 2026-11-22 10:14 when it was not today.
function written(moment) {
  const iso = (time) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(time);
  const clock = new Intl.DateTimeFormat("sv-SE", { timeStyle: "short" }).format(moment);
  return iso(moment) === iso(new Date()) ? clock : `${iso(moment)} ${clock}`;
}

// A score that is on its way is no news: it is told when it stays.
async function tellWaiting() {
  const waiting = await count(part.dataset.user);
  const stays = !navigator.onLine || Date.now() - waiting.since >= UNDERWAY;
  clearTimeout(telling);
  if (waiting.mine && !stays) telling = setTimeout(tellWaiting, UNDERWAY);
  const parts = [];
  if (stays && waiting.mine === 1) parts.push(part.dataset.waitingOne);
  else if (stays && waiting.mine) parts.push(part.dataset.waiting.replace("%s", waiting.mine));
  if (waiting.others) parts.push(part.dataset.others);
  const pill = document.getElementById("unsent");
  pill.dataset.waiting = waiting.mine;
  pill.textContent = parts.join(" ");
  pill.hidden = !parts.length;
}

// What was sent and could not be taken as it is: a person must look.
async function tellProblems(problems) {
  if (told === JSON.stringify(problems)) return;
  told = JSON.stringify(problems);
  const list = document.getElementById("outbox-problems");
  list.replaceChildren(...(await Promise.all(problems.map(problemLine))));
  list.hidden = !problems.length;
}

async function problemLine({ assessment, why }) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/assessments/${assessment}/${why === "review" ? "sign" : "score"}/`;
  link.textContent = part.dataset.open;
  line.append(part.dataset[why] ?? part.dataset.problem, " ", link);
  const entries = await mine(assessment);
  const scores = entries.filter(({ kind }) => kind === "score").map(({ content }) => content.operation);
  const said = scores.map(({ key, value }) => `${key.replaceAll(/[._]/g, " ")} ${value.text}`);
  if (said.length) line.append(` (${said.join(", ")})`);
  line.append(" ", throwAway(entries, line));
  return line;
}

function throwAway(entries, line) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn btn-link btn-sm" });
  button.textContent = part.dataset.throwAway;
  button.addEventListener("click", async () => {
    if (!confirm(part.dataset.sureToThrow)) return;
    for (const { id } of entries) await drop(id);
    line.remove();
  });
  return button;
}

async function signOut(event) {
  const form = event.target;
  if (!possible || form.dataset.sure) return;
  event.preventDefault();
  const waiting = await count(part.dataset.user);
  if (waiting.mine && !confirm(part.dataset.signOut.replace("%s", waiting.mine))) return;
  await dropAll(part.dataset.user);
  await empty("pages");
  await forgetKey();
  // The scores of somebody else must outlive this: only our own part goes.
  form.elements.device.disabled = waiting.others > 0;
  form.dataset.sure = "yes";
  form.submit();
}
