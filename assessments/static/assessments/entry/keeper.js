// What the device keeps of one draft: changes not yet sent, and those sent since the page was
// made, so that a copy opened without a network shows everything.

import {
  asSent,
  dropScore,
  keepSent,
  lockOf,
  mine,
  open,
  put,
  scoreId,
  sendStart,
  sentOf,
  startId,
} from "../../mmt/device/outbox.js";
import { within } from "../../mmt/device/patience.js";
import { current, possible } from "../../mmt/device/vault.js";

const PATIENCE = 10000; // ms for another page to send what it has, and for the key

export class Keeper {
  constructor({ assessment, client, url, patient }) {
    Object.assign(this, { assessment, client, url, patient });
    this.sent = {};
    this.holding = new Map(); // the latest writing of each cell
    this.device = new Promise((ready) => addEventListener("device-ready", ready, { once: true }));
  }

  // Right after signing in the key is on its way, and nothing that waits can be read without it.
  async hasKey() {
    if (!possible || (await current())) return;
    await Promise.race([this.device, new Promise((late) => setTimeout(late, PATIENCE))]);
  }

  // One after the other: an older value must not come to lie over a newer one.
  hold(operation) {
    const { assessment, client, url, patient } = this;
    const id = scoreId(client, operation.key);
    const before = this.holding.get(operation.key) ?? Promise.resolve();
    const held = before.then(() =>
      put("score", id, assessment, { operation, client, url, patient }).catch(() => false),
    );
    this.holding.set(operation.key, held);
    return held;
  }

  // The server has taken these, perhaps before they were held.
  async taken(operations, revision) {
    await Promise.all(operations.map(({ key }) => this.holding.get(key)));
    Object.assign(this.sent, asSent(operations, revision));
    // In this order: a page that opens now finds each change in one place at least.
    await keepSent(this.assessment, this.sent);
    for (const { key, seq } of operations) await dropScore(this.client, key, seq);
  }

  // Another's value stands in its place.
  async forget({ key, seq }) {
    await this.holding.get(key);
    await dropScore(this.client, key, seq);
  }

  // {key: {value, revision}} of what this device has sent; this page may not show it.
  async remembered() {
    this.sent = { ...(await sentOf(this.assessment)), ...this.sent };
    return this.sent;
  }

  // Calls `adopt` with the changes that a closed page of this draft left behind, oldest first,
  // and removes them once it has them. A page that is open keeps its own; one that was just
  // sending them is waited for.
  async leftBehind(adopt) {
    if (!possible || !navigator.locks) return;
    const signal = within(PATIENCE);
    await new Promise((done) => {
      const held = navigator.locks.request(lockOf(this.assessment), { signal }, async () => {
        await this.adopt(adopt);
        done();
        await new Promise(() => {}); // held as long as the page is open
      });
      held.catch(done); // another page of the same draft is open
    });
  }

  async adopt(adopt) {
    // Who types at once has entries of this very page among them.
    const isOthers = ({ kind, content }) => kind === "score" && content.client !== this.client;
    for (const { content } of (await mine(this.assessment)).filter(isOthers)) {
      const { client, operation } = content;
      await adopt(operation);
      await dropScore(client, operation.key, operation.seq);
    }
  }

  // Whether the draft was started without a network and the server has not heard of it.
  async isUnstarted() {
    return Boolean(await open(startId(this.assessment)));
  }

  start(token) {
    return sendStart(this.assessment, token);
  }
}
