// Signing without a network: the person says so now, the signature goes once the scores have.

import { drop, open, put, sendSignature, signId } from "../../mmt/device/outbox.js";

export class SignLater {
  constructor({ form, signForm, cells, saver, words, assessment }) {
    Object.assign(this, { form, signForm, cells, saver, words, assessment });
    this.dialog = document.getElementById("sign-later");
    this.line = document.getElementById("will-sign");
    this.sending = false;
    this.dialog.addEventListener("close", () => this.settle());
    document.getElementById("sign-not").addEventListener("click", () => this.takeBack());
    saver.onSaved = () => this.send();
  }

  async restore() {
    this.show(Boolean(await open(signId(this.assessment))));
    if (!this.line.hidden && (await this.saver.flush())) this.send();
  }

  ask() {
    if (this.dialog.open || !this.line.hidden) return;
    const count = (test) => this.cells.all.filter(test).length;
    const lines = [
      [this.words.blankCells, count((cell) => cell.dataset.state === "blank")],
      [this.words.invalidCells, count((cell) => cell.dataset.state === "invalid")],
      [this.words.filledCells, count((cell) => cell.dataset.entered === "filled")],
      [this.words.askedCells, count((cell) => this.cells.prompts.open(cell).length)],
    ].filter(([, number]) => number);
    document.getElementById("sign-later-list").replaceChildren(
      ...lines.map(([text, number]) => {
        const line = document.createElement("li");
        line.textContent = text.replace("%s", number);
        return line;
      }),
    );
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  // What the dialog listed is confirmed by it.
  async settle() {
    if (this.dialog.returnValue !== "sign") return;
    const fields = {
      patient: this.form.elements.patient.value,
      filled_confirmed: "yes",
      revision: this.saver.revision,
      seen: this.saver.seen(),
    };
    const content = { url: this.form.dataset.signUrl, fields };
    this.show(await put("sign", signId(this.assessment), this.assessment, content));
    if (await this.saver.flush()) this.send();
  }

  async takeBack() {
    await drop(signId(this.assessment));
    this.show(false);
  }

  show(waiting) {
    this.line.hidden = !waiting;
  }

  // All scores are on the server: now the signature.
  async send() {
    if (this.line.hidden || this.sending || this.saver.waiting.size) return;
    this.sending = true;
    const shown = { revision: this.saver.revision, seen: this.saver.seen() };
    const outcome = await sendSignature(this.assessment, shown, this.saver.token);
    this.sending = false;
    if (outcome === "signed") location.assign(this.form.dataset.readUrl);
    else if (outcome === "review") location.assign(this.form.dataset.signUrl);
    else if (outcome === "session") dispatchEvent(new Event("session-over"));
  }
}
