// The score grid: one key a score. Ties cells, panel and saver together.

import { Cells, nameOf } from "./cells.js";
import { Conflict } from "./conflict.js";
import { Keeper } from "./keeper.js";
import { Keys } from "./keys.js";
import { Panel } from "./panel.js";
import { remembered, remember } from "./preferences.js";
import { Saver } from "./saver.js";
import { SignLater } from "./sign_later.js";

const TIDY = 1000; // ms

const form = document.getElementById("score-form");
const signForm = document.getElementById("sign-form");
const sign = document.getElementById("sign");
const words = document.getElementById("words").dataset;
const state = document.getElementById("save-state");
const announcer = document.getElementById("announce");
const restNormal = document.getElementById("rest-normal");

for (const element of document.querySelectorAll("[data-script]")) element.hidden = false;
// What changed stands beside each cell and in the review, too: on a low screen the keys go first.
document.getElementById("changed").open = !matchMedia("(min-width: 60rem) and (max-height: 52rem)").matches;
for (const each of [document.documentElement, document.body]) each.classList.add("scripted");
// Scores save themselves: these buttons need not take them along.
for (const element of document.querySelectorAll("[data-form]")) {
  element.setAttribute("form", element.dataset.form);
}

const revisions = new Map();
const cells = new Cells(document.getElementById("score-grid"), words, (cell, value) => {
  saver.put(cell.id, value);
  confirmPatient();
  tell();
});
for (const cell of cells.all) revisions.set(cell.id, Number(cell.dataset.rev));

// A page may be shown twice from a copy: each showing numbers its own changes.
const draft = {
  assessment: form.dataset.assessment,
  client: newId(),
  url: form.dataset.saveUrl,
  patient: form.elements.patient.value,
};
const keeper = new Keeper(draft);
const saver = new Saver({
  ...draft,
  user: document.getElementById("device").dataset.user,
  keeper,
  token: form.elements.csrfmiddlewaretoken.value,
  revisions,
  onState: showState,
  onConflict: (answer) => new Conflict(answer, cells, saver, words).ask(),
});
saver.revision = saver.made = Number(form.elements.revision.value);

const panel = new Panel(document.getElementById("now"), cells.lattice, {
  onChoice: (choice) => keys.choose(choice),
  onClose: () => keys.focus(keys.current),
});

const keys = new Keys({ cells, panel, words, say: announce, onEnd: () => sign.focus(), onSign: signNow });

const signLater = new SignLater({ form, signForm, cells, saver, words, assessment: draft.assessment });

// Not crypto.randomUUID: browsers keep that from pages over plain HTTP.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The first key says whom it is about: two windows may stand side by side. When it was tested, and
// by whom, stays in sight beside the name.
function confirmPatient() {
  const banner = document.getElementById("patient-banner");
  if (banner.classList.contains("banner-confirmed")) return;
  banner.classList.add("banner-confirmed");
  const line = document.getElementById("recording");
  line.textContent = line.dataset.of;
}

function announce(text) {
  announcer.textContent = text;
}

function showState({ state: name, why, message, waiting }) {
  state.dataset.state = name;
  state.dataset.waiting = waiting;
  const offline = waiting === 1 ? words.offlineOne : words.offline.replace("%s", waiting);
  const sentences = {
    saved: `${words.saved} ${why}`,
    saving: words.saving,
    offline,
    conflict: words.conflict,
    error: { content: `${words.content} ${message}` }[why] ?? words[why],
  };
  state.textContent = sentences[name];
  document.getElementById("save-again").hidden = !["error", "offline"].includes(name);
}

// The count, the list of changes, the rows that are done.
function tell() {
  const count = (wanted) => cells.all.filter((cell) => cell.dataset.state === wanted).length;
  const parts = [words.progress.replace("%1", count("graded")).replace("%2", cells.all.length)];
  if (count("not_testable")) parts.push(words.notTestable.replace("%s", count("not_testable")));
  if (count("not_done")) parts.push(words.notDone.replace("%s", count("not_done")));
  document.getElementById("progress").textContent = parts.join(", ");
  const steps = cells.all.filter((cell) => cells.step(cell.dataset.was, cell.dataset.grade));
  steps.sort((one, two) => stepOf(one) - stepOf(two));
  document.getElementById("changed").hidden = !steps.length;
  document.getElementById("changed-count").textContent = steps.length;
  document.getElementById("changed-list").replaceChildren(
    ...steps.map((cell) => {
      const line = document.createElement("li");
      const arrow = document.createElement("span");
      arrow.className = stepOf(cell) < 0 ? "arrow-worse" : "arrow-better";
      const step = document.createElement("span");
      step.className = "nowrap";
      step.textContent = `${cell.dataset.was} → ${cell.dataset.grade}`;
      line.append(arrow, ` ${nameOf(cell)} `, step);
      return line;
    }),
  );
  const filled = cells.all.some((cell) => cell.dataset.entered === "filled");
  restNormal.setAttribute("aria-pressed", filled);
  restNormal.textContent = filled ? words.undoRest : words.rest;
}

function stepOf(cell) {
  return cells.step(cell.dataset.was, cell.dataset.grade);
}

async function signNow() {
  sign.disabled = true;
  const saved = await saver.flush();
  if (!saved) {
    sign.disabled = false;
    state.scrollIntoView({ block: "nearest" });
    if (state.dataset.state === "offline") signLater.ask();
    return;
  }
  signForm.elements.revision.value = saver.revision;
  signForm.elements.seen.value = saver.seen();
  // The next page must not find on the device what the server has; nor may a slow device delay it.
  await Promise.race([saver.forgetting, new Promise((done) => setTimeout(done, TIDY))]);
  signForm.submit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signNow();
});
document.getElementById("save-again").addEventListener("click", () => saver.resume());

restNormal.addEventListener("click", () => {
  const filled = cells.all.filter((cell) => cell.dataset.entered === "filled");
  if (filled.length) {
    keys.ranges.remember(filled);
    for (const cell of filled) cells.set(cell, {});
    return;
  }
  const blanks = cells.blanks;
  keys.ranges.remember(blanks);
  for (const cell of blanks) {
    cells.set(cell, { text: cells.table.dataset.normal, entered: "filled" });
  }
  announce(words.restDone.replace("%s", blanks.length));
});

for (const button of document.querySelectorAll("[data-travel]")) {
  button.addEventListener("click", () => travel(button.dataset.travel));
}

function travel(mode) {
  cells.travel(mode);
  for (const button of document.querySelectorAll("[data-travel]")) {
    button.setAttribute("aria-pressed", button.dataset.travel === mode);
  }
  remember("travel", mode);
}

const advance = document.getElementById("advance");
advance.addEventListener("click", () => setAdvance(!keys.advancing, true));

function setAdvance(on, aloud = false) {
  keys.advancing = on;
  advance.setAttribute("aria-pressed", on);
  remember("advance", on ? "on" : "off");
  if (aloud) announce(on ? words.advanceOn : words.advanceOff);
}

// The context panel: every field is a cell of the same protocol.
for (const field of document.querySelectorAll("#context [name]")) {
  const send = () =>
    saver.put(field.name, {
      text: field.value,
      reason: "",
      limiters: [],
      position: "",
      note: "",
      entered: "typed",
    });
  field.addEventListener("change", send);
  field.addEventListener("input", send);
}

document.getElementById("discard-form").addEventListener("submit", (event) => {
  if (confirm(words.discard)) saver.waiting.clear();
  else event.preventDefault();
});

// What this device knows and the page does not show: changes sent since the page was made, by a
// closed page or on a copy, and those that a closed page left behind.
async function restore() {
  const copied = Boolean(document.documentElement.dataset.copy);
  await keeper.hasKey();
  if (copied) saver.unstarted = await keeper.isUnstarted();
  let adopted = 0;
  // At once: the next key must not fall on a score that was just shown.
  const goOn = () => {
    tell();
    if (saver.seq === adopted) keys.focus(cells.blanks[0] ?? cells.order[0]);
  };
  if (await showSent()) goOn();
  await keeper.leftBehind(async ({ key, base, value }) => {
    if (saver.waiting.has(key)) return; // typed anew meanwhile
    adopted += 1;
    show(key, value);
    saver.put(key, value, base);
    await saver.holding;
  });
  const shown = await showSent(); // what another page was sending till now
  if (saver.unstarted) saver.flush();
  if (copied || adopted || shown) goOn();
  signLater.restore();
}

// Returns how many changes were shown.
async function showSent() {
  let shown = 0;
  for (const [key, { value, revision }] of Object.entries(await keeper.remembered())) {
    if (revision <= (revisions.get(key) ?? 0)) continue;
    revisions.set(key, revision);
    if (saver.waiting.has(key)) continue; // typed meanwhile
    saver.revision = Math.max(saver.revision, revision);
    show(key, value);
    shown += 1;
  }
  return shown;
}

function show(key, value) {
  const field = document.getElementById(key);
  if (field?.matches("input.cell")) cells.set(field, value, { silent: true });
  else for (const each of document.getElementsByName(key)) each.value = value.text;
}

travel(remembered("travel", ["rows", "columns"]) ?? "rows");
setAdvance((remembered("advance", ["on", "off"]) ?? "on") === "on");
tell();
keys.focus(cells.blanks[0] ?? cells.order[0]);
restore();
