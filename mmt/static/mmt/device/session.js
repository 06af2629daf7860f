// The session's end: a warning before, and a dialog over the untouched page after.
//
// The same person signs in there and goes on; anybody else gets a clean page.

import { possible as passkeysPossible, questionIn, show } from "../passkeys.js";
import { factorPage, showFactor, signIn, who } from "./server.js";
import { forgetKey, keepKey, possible, prolong } from "./vault.js";

const WARN = 120; // seconds before the end

export class Session {
  constructor(part) {
    this.user = part.dataset.user;
    this.idle = Number(part.dataset.idle);
    this.words = part.dataset;
    this.warning = document.getElementById("session-warning");
    this.dialog = document.getElementById("session-over");
    this.steps = Object.fromEntries(
      [...this.dialog.querySelectorAll("[data-step]")].map((form) => [form.dataset.step, form]),
    );
    this.passkey = this.dialog.querySelector("[data-show-passkey]");
    this.lastTouch = Date.now();
    this.timer = null;
    for (const sign of ["keydown", "pointerdown"]) {
      addEventListener(sign, () => (this.lastTouch = Date.now()), { passive: true, capture: true });
    }
    addEventListener("session-alive", () => this.alive(this.idle));
    addEventListener("session-over", () => this.over());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.look();
    });
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.steps.password.addEventListener("submit", (event) => this.enterPassword(event));
    this.steps.factor.addEventListener("submit", (event) => this.enterCode(event));
    this.passkey.addEventListener("click", () => this.showPasskey());
    this.warning.addEventListener("close", () => this.stay());
    this.alive(this.idle);
  }

  // The server has just answered this session: it lasts `seconds` from now.
  alive(seconds) {
    this.ends = Date.now() + seconds * 1000;
    if (possible) prolong(seconds);
    if (this.warning.open && seconds > WARN) this.warning.close("alive");
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    const left = this.ends - Date.now();
    const soon = left > WARN * 1000 ? left - WARN * 1000 : left;
    this.timer = setTimeout(() => this.look(), Math.max(soon, 0) + 500);
  }

  // Ask how it stands: another window may have kept the session alive.
  async look() {
    if (this.dialog.open || this.ends - Date.now() > WARN * 1000) return;
    const account = await who();
    if (!account) return this.withoutNetwork();
    if (account.user !== this.user) return account.user ? this.leave() : this.over();
    this.ends = Date.now() + account.seconds * 1000;
    if (account.seconds > WARN) return this.alive(account.seconds);
    if (!this.warning.open) this.warning.showModal();
    this.wait();
  }

  // Who keeps working keeps the session: it is idleness that ends it.
  withoutNetwork() {
    const left = this.idle - (Date.now() - this.lastTouch) / 1000;
    if (left > 0) this.alive(left);
    else this.over();
  }

  async stay() {
    if (this.warning.returnValue === "alive") return;
    const account = await who();
    const kept = account?.user && (await who({ stay: true, token: account.csrf }));
    if (kept?.user === this.user) this.alive(kept.seconds);
    else this.look();
  }

  over() {
    if (this.dialog.open) return;
    if (this.warning.open) this.warning.close("alive");
    if (possible) forgetKey();
    this.dialog.showModal();
  }

  async enterPassword(event) {
    event.preventDefault();
    const { login, password } = this.steps.password.elements;
    const outcome = await signIn(login.value, password.value);
    password.value = "";
    if (outcome === "more") this.askFactor();
    else this.comeBack(outcome);
  }

  // The second factor in the same place: a code, or a passkey where the person has one.
  async askFactor() {
    this.turnTo("factor");
    this.question = passkeysPossible ? questionIn((await factorPage()) ?? document) : null;
    const known = this.question?.request_options.publicKey.allowCredentials;
    this.passkey.hidden = !known?.length;
  }

  async enterCode(event) {
    event.preventDefault();
    const { code } = this.steps.factor.elements;
    const outcome = await showFactor({ code: code.value });
    code.value = "";
    this.comeBack(outcome);
  }

  async showPasskey() {
    const credential = await show(this.question).catch(() => null);
    this.comeBack(credential ? await showFactor({ credential }) : "wrongFactor");
  }

  turnTo(step) {
    this.tell("");
    for (const [name, form] of Object.entries(this.steps)) form.hidden = name !== step;
    this.steps[step].querySelector("input:not([type=hidden], [readonly])").focus();
  }

  async comeBack(outcome) {
    if (outcome === "passwordAgain") this.turnTo("password");
    if (outcome !== "in") return this.tell(this.words[outcome]);
    const account = await who();
    if (account?.user !== this.user) return this.leave();
    await this.renew(account);
    this.turnTo("password");
    this.dialog.close();
    dispatchEvent(new CustomEvent("session-back", { detail: { csrf: account.csrf } }));
  }

  tell(text) {
    this.dialog.querySelector("[role=alert]").textContent = text;
  }

  // Takes the key and the token of the session that there is now.
  async renew(account) {
    if (possible) await keepKey(account.user, account.secret, account.seconds);
    for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = account.csrf;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": account.csrf }));
    this.alive(account.seconds);
  }

  // Somebody else is signed in: nothing of the first person stays on the screen.
  leave() {
    document.body.replaceChildren();
    location.replace("/");
  }
}
