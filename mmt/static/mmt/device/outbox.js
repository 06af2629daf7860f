// What was done and has not reached the server: starts, scores and signatures, one entry each.
//
// An entry leaves only when the server has said yes, or the person throws it away. Every request
// may be sent again: a start is known by its id, a score by its page and number, a signature by
// its assessment.

import { post, who } from "./server.js";
import {
  current,
  possible,
  read,
  readAll,
  remove,
  removeSame,
  seal,
  unseal,
  write,
} from "./vault.js";

const AGAIN = 15000; // ms
const SETTLED = 2000; // ms
const CLOCK_LEEWAY = 60000; // ms
const CHANGED = "outbox";
const channel = possible ? new BroadcastChannel(CHANGED) : null;

export const lockOf = (assessment) => `assessment:${assessment}`;
export const scoreId = (client, key) => `score/${client}/${key}`;
export const startId = (assessment) => `start/${assessment}`;
export const signId = (assessment) => `sign/${assessment}`;
const sentPath = (assessment) => `/assessments/${assessment}/sent`;

function changed() {
  channel?.postMessage(CHANGED);
  dispatchEvent(new Event(CHANGED));
}

// Returns whether it is kept; without a key there is nowhere to keep it.
export async function put(kind, id, assessment, content) {
  const owner = possible && (await current());
  if (!owner) return false;
  const sealed = await seal(owner.key, content);
  await write("outbox", { id, kind, assessment, user: owner.user, at: Date.now(), ...sealed });
  changed();
  return true;
}

export async function drop(id) {
  if (!possible) return;
  await remove("outbox", id);
  changed();
}

// A score that was sent; not a newer one that has taken its place, or takes it while this is opened.
export async function dropScore(client, key, seq) {
  const found = await find(scoreId(client, key));
  if (!found?.content || found.content.operation.seq > seq) return;
  await removeSame("outbox", found.id, found);
  changed();
}

export async function open(id) {
  return (await find(id))?.content ?? null;
}

// This person's entry, opened.
async function find(id) {
  const owner = possible && (await current());
  const entry = owner && (await read("outbox", id));
  if (!entry || entry.user !== owner.user) return null;
  return { ...entry, content: await contentOf(entry, owner) };
}

// Null where it was sealed with a key that there is no more; it stays, and stands in no other's way.
const contentOf = (entry, owner) => unseal(owner.key, entry).catch(() => null);

// {key: {value, revision}} of what this device has sent of a draft: a page made before, or copied,
// may not show it.
export async function sentOf(assessment) {
  const owner = possible && (await current());
  const found = owner && (await read("pages", sentPath(assessment)));
  return found ? unseal(owner.key, found).catch(() => ({})) : {};
}

export async function keepSent(assessment, sent) {
  const owner = possible && (await current());
  if (!owner) return;
  const sealed = await seal(owner.key, sent);
  await write("pages", { path: sentPath(assessment), at: Date.now(), ...sealed });
}

export const asSent = (operations, revision) =>
  Object.fromEntries(operations.map(({ key, value }) => [key, { value, revision }]));

// Throws away what waits of a person, were it no longer to be opened.
export async function dropAll(user) {
  const own = (await readAll("outbox")).filter((entry) => entry.user === user);
  for (const { id } of own) await remove("outbox", id);
}

// The entries of this person, oldest first, opened; of one assessment where one is named.
export async function mine(assessment = null) {
  const owner = possible && (await current());
  if (!owner) return [];
  const all = (await readAll("outbox")).filter(
    (entry) => entry.user === owner.user && (!assessment || entry.assessment === assessment),
  );
  all.sort((one, two) => one.at - two.at);
  const opened = await Promise.all(
    all.map(async (entry) => ({ ...entry, content: await contentOf(entry, owner) })),
  );
  return opened.filter(({ content }) => content);
}

// {mine, others, since}: how many entries wait, of the person and of anybody else; from when the
// person's oldest is.
export async function count(user) {
  const all = possible ? await readAll("outbox") : [];
  const own = all.filter((entry) => entry.user === user);
  const since = Math.min(...own.map(({ at }) => at));
  return { mine: own.length, others: all.length - own.length, since };
}

// Starts the assessment on the server if it was started without a network. Returns
// "done", "offline", "session" or "refused".
export async function sendStart(assessment, token) {
  const content = await open(startId(assessment));
  if (!content) return "done";
  const isStarted = ({ path }) => path?.endsWith(`/${assessment}/score/`);
  let answer = await post(content.url, content.fields, token);
  if (answer.state === "ok" && !isStarted(answer) && answer.ahead > CLOCK_LEEWAY) {
    answer = await post(content.url, setBack(content.fields, answer.ahead), token);
  }
  if (answer.state !== "ok") return answer.state;
  if (!isStarted(answer)) return "refused";
  await drop(startId(assessment));
  return "done";
}

// The same start by the server's clock: this device's had put it into the future.
function setBack(fields, ahead) {
  const moment = new Date(Date.parse(`${fields.tested_at}Z`) - ahead);
  return { ...fields, tested_at: moment.toISOString().slice(0, 16) };
}

// Signs as was asked for without a network, with what has been `shown` since. Returns "signed" or
// what stood in the way: "offline", "session", "server", or "review" where a person must look again.
export async function sendSignature(assessment, shown, token) {
  const content = await open(signId(assessment));
  if (!content) return "review";
  const answer = await post(content.url, { ...content.fields, ...shown }, token);
  if (answer.state !== "ok") return answer.state;
  await drop(signId(assessment));
  // Elsewhere a person is asked: the review, or who they are.
  return answer.path.endsWith(`/assessments/${assessment}/`) ? "signed" : "review";
}

// Sends what pages that are closed have left behind. A page that is open sends its own.
export async function sendLeftBehind() {
  const entries = await mine();
  if (!entries.length || !navigator.onLine) return;
  const account = await who();
  const owner = await current();
  if (!owner || account?.user !== owner.user) return;
  const problems = [];
  for (const assessment of new Set(entries.map((entry) => entry.assessment))) {
    await navigator.locks.request(lockOf(assessment), { ifAvailable: true }, async (lock) => {
      const found = lock && (await sendAssessment(assessment, account.csrf));
      if (found) problems.push(found);
    });
  }
  dispatchEvent(new CustomEvent("outbox-problems", { detail: problems }));
}

async function sendAssessment(assessment, token) {
  const started = await sendStart(assessment, token);
  if (started !== "done") return started === "refused" ? { assessment, why: "refused" } : null;
  const entries = await mine(assessment);
  const scores = entries.filter(({ kind }) => kind === "score").map(({ content }) => content);
  let revision = null;
  for (const client of new Set(scores.map((content) => content.client))) {
    const own = scores.filter((content) => content.client === client);
    const answer = await sendScores(own, client, token);
    if (answer.state !== "ok") {
      const waits = ["offline", "session", "server"].includes(answer.state);
      return waits ? null : { assessment, why: answer.state };
    }
    revision = answer.body.revision;
    const operations = own.map(({ operation }) => operation);
    await keepSent(assessment, { ...(await sentOf(assessment)), ...asSent(operations, revision) });
    for (const { key, seq } of operations) await dropScore(client, key, seq);
  }
  return signLeftBehind(assessment, revision, token);
}

async function signLeftBehind(assessment, revision, token) {
  const content = await open(signId(assessment));
  if (!content) return null;
  const outcome = await sendSignature(assessment, revision === null ? {} : { revision }, token);
  const settled = ["signed", "offline", "session", "server"].includes(outcome);
  return settled ? null : { assessment, why: outcome === "review" ? outcome : "problem" };
}

async function sendScores(scores, client, token) {
  const ops = scores.map(({ operation }) => operation);
  const { url, patient } = scores[0];
  return post(url, { client, patient, ops }, token, { json: true });
}

export function watch(onChange) {
  addEventListener(CHANGED, onChange);
  channel?.addEventListener("message", onChange);
  addEventListener("online", sendLeftBehind);
  setInterval(sendLeftBehind, AGAIN);
  // Who only passes through on the way to the grid shall find the scores there, not on their way.
  setTimeout(sendLeftBehind, SETTLED);
}
