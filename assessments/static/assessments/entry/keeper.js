// What the device keeps of one draft: changes not yet sent, and those sent since the page was
// copied, so that a copy opened without a network shows everything.

import { drop, dropScore, lockOf, mine, open, put, scoreId, sendStart, startId } from "../../mmt/device/outbox.js";
import { current, possible, read, seal, unseal, write } from "../../mmt/device/vault.js";

const PATIENCE = 10000; // ms for another page to send what it has
const LATE = 500; // ms

export class Keeper {
  constructor({ assessment, client, url, patient }) {
    Object.assign(this, { assessment, client, url, patient });
    this.sent = {};
    this.holding = new Map(); // the latest writing of each cell
    this.path = `/assessments/${assessment}/sent`;
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
    for (const { key, value } of operations) this.sent[key] = { value, revision };
    for (const { key, seq } of operations) await dropScore(this.client, key, seq);
    const owner = possible && (await current());
    if (!owner) return;
    const sealed = await seal(owner.key, this.sent);
    await write("pages", { path: this.path, at: Date.now(), ...sealed });
  }

  // {key: {value, revision}} of what this device has sent; a copied page may not show it.
  async remembered() {
    const owner = possible && (await current());
    const found = owner && (await read("pages", this.path));
    this.sent = found ? await unseal(owner.key, found).catch(() => ({})) : {};
    return this.sent;
  }

  // Calls `adopt` with the changes that a closed page of this draft left behind, oldest first,
  // and removes them once it has them. A page that is open keeps its own. Where another page was
  // just sending them, this one calls `late`: it may show less than the server has.
  async leftBehind(adopt, late) {
    if (!possible || !navigator.locks) return;
    const asked = Date.now();
    const signal = AbortSignal.timeout(PATIENCE);
    await new Promise((done) => {
      const held = navigator.locks.request(lockOf(this.assessment), { signal }, async () => {
        await this.adopt(adopt);
        done();
        if (Date.now() - asked > LATE) late();
        await new Promise(() => {}); // held as long as the page is open
      });
      held.catch(done); // another page of the same draft is open
    });
  }

  async adopt(adopt) {
    // Who types at once has entries of this very page among them.
    const isOthers = ({ kind, content }) => kind === "score" && content.client !== this.client;
    for (const { id, content } of (await mine(this.assessment)).filter(isOthers)) {
      await adopt(content.operation);
      await drop(id);
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
