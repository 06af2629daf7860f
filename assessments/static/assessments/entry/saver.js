// Sends changes of a draft to the server, in order, and tells the truth about it.
//
// Each change is an operation with a number; the server skips what it has taken before, so any
// request may be sent again. A change leaves `waiting` only when the server has said yes; till then
// the keeper holds it on the device, too.

import { within } from "../../mmt/device/patience.js";
import { who } from "../../mmt/device/server.js";

const SOON = 300; // ms from the first change to its sending
const RETRIES = [1000, 2000, 5000]; // ms; as often as a server that is not able asks for
const PATIENCE = 30000; // ms: longer than the server waits for its database

export class Saver {
  constructor({ url, client, patient, user, token, revisions, keeper, onState, onConflict }) {
    Object.assign(this, { url, client, patient, user, token, revisions, keeper });
    Object.assign(this, { onState, onConflict });
    this.waiting = new Map();
    this.seq = 0;
    this.failures = 0;
    this.timer = null;
    this.sending = null;
    this.stopped = false;
    this.unstarted = false;
    addEventListener("online", () => this.flush());
    // The key came after the first changes.
    addEventListener("device-ready", () => this.holdAll());
    addEventListener("session-back", ({ detail }) => {
      this.token = detail.csrf;
      this.holdAll();
      this.resume();
    });
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.flush();
    });
    addEventListener("beforeunload", (event) => {
      if (!this.waiting.size) return;
      event.preventDefault();
      event.returnValue = true; // what Chrome before 119 asks by
    });
  }

  put(key, value, base = this.revisions.get(key) ?? 0) {
    this.seq += 1;
    const operation = { seq: this.seq, key, base, value };
    this.waiting.set(key, operation);
    this.holding = this.keeper.hold(operation);
    this.say(this.failures ? null : "saving");
    this.schedule(SOON);
  }

  holdAll() {
    for (const operation of this.waiting.values()) this.keeper.hold(operation);
  }

  schedule(delay) {
    if (this.timer === null && !this.stopped) {
      this.timer = setTimeout(() => this.flush(), delay);
    }
  }

  // Returns true when nothing waits any more.
  async flush() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.sending) await this.sending;
    if (!this.waiting.size && !this.unstarted) return true;
    this.sending = this.send();
    const sent = await this.sending;
    this.sending = null;
    if (sent && this.waiting.size) this.schedule(SOON);
    return this.waiting.size === 0;
  }

  async send() {
    if (this.unstarted) {
      const started = await this.keeper.start(this.token);
      if (started === "offline" || started === "server") return this.failed(started);
      if (started === "session") return this.over();
      if (started !== "done") return this.stop("start");
      this.unstarted = false;
    }
    if (!this.waiting.size) return this.taken([], { revision: this.revision, saved: "" });
    const operations = [...this.waiting.values()];
    let response;
    try {
      response = await this.request(operations);
    } catch {
      return this.failed("offline");
    }
    if (response.type === "opaqueredirect") return this.over();
    if (response.status === 404) return this.stop("signed"); // discarded elsewhere
    if (response.status >= 500 || response.status === 429) return this.failed("server");
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return this.taken(operations, answer);
    if (!answer) return response.status === 403 ? this.renewToken() : this.failed("server");
    if (answer.error === "conflict") return this.conflict(answer);
    return this.stop(answer.error === "signed" ? "signed" : "content", answer.message);
  }

  request(operations, options = {}) {
    return fetch(this.url, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify({ client: this.client, patient: this.patient, ops: operations }),
      signal: within(PATIENCE),
      ...options,
    });
  }

  taken(operations, answer) {
    for (const { key, seq } of operations) {
      this.revisions.set(key, answer.revision);
      if (this.waiting.get(key)?.seq === seq) this.waiting.delete(key);
    }
    this.forgetting = this.keeper.taken(operations, answer.revision).catch(() => {});
    dispatchEvent(new Event("session-alive"));
    this.failures = 0;
    this.revision = answer.revision;
    this.savedAt = answer.saved;
    this.say(this.waiting.size ? "saving" : "saved", answer.saved);
    if (!this.waiting.size) this.onSaved?.();
    return true;
  }

  failed(why) {
    this.say(why === "offline" ? "offline" : "error", why);
    const delay = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    this.schedule(delay);
    return false;
  }

  stop(why, message = "") {
    this.stopped = true;
    this.failures += 1;
    this.say("error", why, message);
    return false;
  }

  over() {
    dispatchEvent(new Event("session-over"));
    return this.stop("session");
  }

  // The page is older than the session: it may be the same person's.
  async renewToken() {
    const account = await who();
    if (!account) return this.failed("offline");
    if (account.user !== this.user || account.csrf === this.token) return this.over();
    this.token = account.csrf;
    return this.failed("server");
  }

  conflict(answer) {
    this.stopped = true;
    this.savedAt = answer.saved;
    this.say("conflict");
    this.onConflict(answer);
    return false;
  }

  // After a person has chosen, signed in again, or pressed "Try again".
  resume() {
    this.stopped = false;
    this.failures = 0;
    if (!this.waiting.size) this.say("saved", this.savedAt);
    return this.flush();
  }

  // The person kept theirs: nothing of this cell waits, and we have seen their revision.
  forget(key, revision) {
    const operation = this.waiting.get(key);
    this.waiting.delete(key);
    this.revisions.set(key, revision);
    if (operation) this.keeper.forget(operation).catch(() => {});
  }

  // They kept ours: a new change, for the server may have taken the first before the other page's.
  rebase(key, revision) {
    const operation = this.waiting.get(key);
    this.revisions.set(key, revision);
    if (operation) this.put(key, operation.value, revision);
  }

  // What a person has seen of the draft here: entry/seen.py.
  seen() {
    const { client, made, revisions } = this;
    return JSON.stringify({ client, made, cells: Object.fromEntries(revisions) });
  }

  leave() {
    if (this.waiting.size) this.request([...this.waiting.values()], { keepalive: true }).catch(() => {});
  }

  say(state, why = "", message = "") {
    if (state) this.last = { state, why, message };
    this.onState({ ...this.last, waiting: this.waiting.size });
  }
}
