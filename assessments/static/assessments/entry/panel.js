// The panel of the current cell: what it is, what grades mean, and one more key for a reason.

import { nameOf } from "./cells.js";

const AGAINST_GRAVITY = 6; // the level of grade 3; below it, gravity is eliminated

export class Panel {
  constructor(element, lattice, { onChoice, onClose }) {
    this.element = element;
    this.lattice = lattice;
    this.name = element.querySelector("#now-name");
    this.position = element.querySelector("#now-position");
    this.keys = [...element.querySelectorAll("[data-grade-key]")];
    this.meanings = this.keys.map((key) => key.querySelector(".meaning").textContent);
    this.choosers = [...element.querySelectorAll("[data-chooser]")];
    this.onClose = onClose;
    this.open = null;
    for (const chooser of this.choosers) {
      chooser.addEventListener("click", (event) => {
        const choice = event.target.closest("[data-choice]");
        if (choice) onChoice(choice.dataset.choice);
        if (event.target.closest("[data-close]")) this.close();
      });
    }
  }

  show(cell) {
    const row = cell.closest("tr");
    this.name.textContent = nameOf(cell);
    const low = this.lattice.get(cell.dataset.was) < AGAINST_GRAVITY;
    this.position.textContent = low ? row.dataset.eliminated : row.dataset.against;
    this.keys.forEach((key, place) => {
      const own = row.getAttribute(`data-meaning-${key.dataset.level}`);
      key.querySelector(".meaning").textContent = own || this.meanings[place];
      key.toggleAttribute("data-chosen", key.dataset.gradeKey === cell.dataset.grade);
    });
  }

  // Opens "not_testable", "not_done", "limiter" or "note" for a cell.
  choose(name, cell, chosen = []) {
    this.close({ quietly: true });
    this.open = this.choosers.find((chooser) => chooser.dataset.chooser === name);
    this.open.hidden = false;
    this.open.querySelector(".chooser-cell").textContent = nameOf(cell);
    for (const choice of this.open.querySelectorAll("[aria-pressed]")) {
      choice.setAttribute("aria-pressed", chosen.includes(choice.dataset.choice));
    }
    this.element.classList.add("choosing");
  }

  get choosing() {
    return this.open?.dataset.chooser ?? null;
  }

  choiceOf(key) {
    const wanted = key.toLowerCase();
    const choices = [...(this.open?.querySelectorAll("[data-choice]") ?? [])];
    return choices.find((choice) => choice.dataset.choiceKey === wanted)?.dataset.choice ?? null;
  }

  spoken() {
    return [...this.open.querySelectorAll("[data-choice]")]
      .map((choice) => choice.textContent.trim())
      .join(", ");
  }

  close({ quietly = false } = {}) {
    if (!this.open) return;
    this.open.hidden = true;
    this.open = null;
    this.element.classList.remove("choosing");
    if (!quietly) this.onClose();
  }
}
