// The panel of the current cell: what it is, what grades mean, and one more key for a reason.

import { nameOf } from "./cells.js";

const AGAINST_GRAVITY = 6; // the level of grade 3; below it, gravity is eliminated
const FEW = 6; // codes whose meanings all have room
const NEAR = 5; // of more codes, those about the grade

export class Panel {
  constructor(element, lattice, { onChoice, onClose }) {
    this.element = element;
    this.lattice = lattice;
    this.name = element.querySelector("#now-name");
    this.position = element.querySelector("#now-position");
    this.near = element.querySelector("#near");
    this.keys = [...element.querySelectorAll("[data-grade-key]")];
    this.meanings = this.keys.map((key) => key.querySelector(".meaning").textContent);
    this.choosers = [...element.querySelectorAll("[data-chooser]")];
    this.onClose = onClose;
    new ResizeObserver(() => this.measure()).observe(element);
    this.open = null;
    for (const chooser of this.choosers) {
      chooser.addEventListener("click", (event) => {
        const choice = event.target.closest("[data-choice]");
        if (choice) onChoice(choice.dataset.choice);
        if (event.target.closest("[data-close]")) this.close();
      });
    }
  }

  // On touch it lies over the foot of the page, which leaves as much room after its end.
  measure() {
    document.documentElement.style.setProperty("--panel-height", `${this.element.offsetHeight}px`);
  }

  show(cell) {
    const row = cell.closest("tr");
    this.name.textContent = nameOf(cell);
    const low = this.lattice.get(cell.dataset.was) < AGAINST_GRAVITY;
    this.position.textContent = low ? row.dataset.eliminated : row.dataset.against;
    this.keys.forEach((key, place) => {
      const own = row.getAttribute(`data-meaning-${key.dataset.level}`);
      key.querySelector(".meaning").textContent = key.title = own || this.meanings[place];
      key.toggleAttribute("data-chosen", key.dataset.gradeKey === cell.dataset.grade);
    });
    this.tellNear(this.lattice.get(cell.dataset.grade || cell.dataset.was) ?? AGAINST_GRAVITY);
  }

  // What the codes about a level mean, where the keys have no room to say it.
  tellNear(level) {
    const { keys } = this;
    const many = keys.length > FEW ? NEAR : FEW;
    const place = keys.findIndex((key) => Number(key.dataset.level) >= level);
    const first = Math.min(Math.max(place - Math.floor(many / 2), 0), keys.length - many);
    this.near.replaceChildren(...keys.slice(many === FEW ? 0 : first).slice(0, many).map(meant));
    this.near.toggleAttribute("data-part", keys.length > many);
  }

  // Opens "not_testable", "not_done", "limiter", "position" or "note" about what is named.
  choose(name, about, chosen = []) {
    this.close({ quietly: true });
    this.open = this.choosers.find((chooser) => chooser.dataset.chooser === name);
    this.open.hidden = false;
    this.open.querySelector(".chooser-cell").textContent = about;
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

function meant(key) {
  const line = document.createElement("li");
  const code = document.createElement("strong");
  code.textContent = key.dataset.gradeKey;
  line.append(code, ` ${key.querySelector(".meaning").textContent}`);
  line.toggleAttribute("data-chosen", key.hasAttribute("data-chosen"));
  return line;
}
