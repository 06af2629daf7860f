// Two pages changed the same cell: both versions are shown, a person picks, nothing is lost. Neither
// is picked beforehand.

import { nameOf } from "./cells.js";

export class Conflict {
  constructor(answer, cells, saver, words) {
    Object.assign(this, { answer, cells, saver, words });
    this.dialog = document.getElementById("conflict");
  }

  ask() {
    const list = document.getElementById("conflict-list");
    list.replaceChildren(...this.answer.conflicts.map((found) => this.field(found)));
    this.dialog.oncancel = (event) => event.preventDefault();
    this.dialog.onclose = () => this.closed();
    this.open();
  }

  open() {
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  // A second Escape, or a gesture of the system, closes it unasked: it comes again.
  closed() {
    if (this.dialog.returnValue) this.settle();
    else this.open();
  }

  field(found) {
    const cell = document.getElementById(found.key);
    const set = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = cell?.matches("input.cell") ? nameOf(cell) : found.key;
    set.append(legend, this.choice(found, "yours"), this.choice(found, "theirs"));
    return set;
  }

  choice(found, whose) {
    const label = document.createElement("label");
    label.className = "form-check";
    const radio = document.createElement("input");
    Object.assign(radio, {
      type: "radio",
      name: `pick.${found.key}`,
      value: whose,
      className: "form-check-input",
      required: true,
    });
    const value = found[whose];
    const by = whose === "theirs" ? ` (${value.by}, ${found.clock})` : "";
    const text = [value.text || this.words.nothing, value.reason].filter(Boolean).join(" ");
    label.append(radio, ` ${this.words[whose]}: ${text}${by}`);
    return label;
  }

  settle() {
    for (const found of this.answer.conflicts) {
      const picked = this.dialog.querySelector(`[name="pick.${CSS.escape(found.key)}"]:checked`);
      if (picked.value === "yours") {
        this.saver.rebase(found.key, this.answer.revision);
        continue;
      }
      this.saver.forget(found.key, this.answer.revision);
      this.show(found);
    }
    this.saver.resume();
  }

  show(found) {
    const cell = document.getElementById(found.key);
    if (cell?.matches("input.cell")) this.cells.set(cell, found.theirs, { silent: true });
    else document.getElementsByName(found.key)[0].value = found.theirs.text;
  }
}
