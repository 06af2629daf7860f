// Soft questions about a score, asked at its cell: kept with one key, or corrected, or left open
// to be asked again before signing. The rules stand in assessments/consistency.py; thresholds and
// words come from the page.

const PACE = "pace";

export class Prompts {
  constructor(cells) {
    this.cells = cells;
    this.element = document.getElementById("ask");
    this.aloud = document.getElementById("ask-aloud");
    const { jump, above, normal, limiter, cells: many, seconds, thirds } = this.element.dataset;
    this.limits = { jump: Number(jump), above: Number(above), normal: Number(normal), limiter };
    this.many = Number(many);
    this.span = Number(seconds) * 1000;
    this.thirds = thirds.split(" ").map(Number);
    this.recent = [];
    this.shown = null; // {key, cells}: what is asked now
  }

  // The keys of what is to be asked of this cell alone, answered or not.
  asked(cell) {
    const { grade, was, state, limiters, position, untestable } = cell.dataset;
    const level = this.cells.lattice.get(grade);
    const before = this.cells.lattice.get(was);
    const { jump, above, normal, limiter } = this.limits;
    const graded = state === "graded";
    const places = cell.closest("tr").dataset.withoutGravity.split(" ");
    const rules = {
      jump: graded && before !== undefined && this.distance(level, before) >= jump,
      untestable: graded
        ? level === 0 && Boolean(untestable)
        : state === "not_testable" && before === 0 && !untestable,
      gravity: graded && level > above && Boolean(position) && places.includes(position),
      pain: graded && level === normal && list(limiters).includes(limiter),
    };
    return Object.keys(rules).filter((key) => rules[key]);
  }

  distance(one, two) {
    return Math.abs(this.thirds[one] - this.thirds[two]);
  }

  // What nobody has answered yet.
  open(cell) {
    return this.paced.includes(cell) ? [...this.own(cell), PACE] : this.own(cell);
  }

  own(cell) {
    const kept = list(cell.dataset.confirmed);
    return this.asked(cell).filter((key) => !kept.includes(key));
  }

  // The graded cells that were typed. Those filled at once are confirmed on their own.
  get byHand() {
    return this.cells.all.filter(
      ({ dataset: { state, entered } }) => state === "graded" && entered !== "filled",
    );
  }

  // The cells to be asked about for their pace: all that were typed, or none.
  get paced() {
    const cells = this.byHand;
    if (!this.alike(cells) || !cells.every(({ dataset }) => dataset.quick)) return [];
    return cells.filter(({ dataset }) => !list(dataset.confirmed).includes(PACE));
  }

  alike(cells) {
    const isSame = ({ dataset }) => dataset.grade === cells[0].dataset.grade;
    return cells.length >= this.many && cells.every(isSame);
  }

  // Notes when a grade was typed. While all of them are the same, and typed within seconds, they
  // are marked.
  typed(cell) {
    const now = performance.now();
    this.recent = this.recent.filter((one) => one.cell !== cell && now - one.at <= this.span);
    this.recent.push({ cell, at: now });
    const cells = this.byHand;
    const isRecent = (one) => this.recent.some((other) => other.cell === one);
    if (!this.alike(cells) || !cells.every(isRecent)) return;
    for (const one of cells) {
      if (!one.dataset.quick) this.cells.set(one, { ...this.cells.value(one), quick: true });
    }
  }

  // Shows the first question of these cells, else none; about the pace once nothing is left to score.
  show(candidates) {
    const cell = candidates.find((one) => one && this.own(one).length);
    const quick = cell || this.cells.blanks.length ? [] : this.paced;
    this.shown = null;
    if (cell) this.shown = { keys: this.own(cell), cells: [cell], about: aboutOf(cell) };
    else if (quick.length) this.shown = { keys: [PACE], cells: quick, about: this.paceOf(quick) };
    this.element.hidden = !this.shown;
    this.element.querySelector("[data-act=correct]").hidden = !this.doubted;
    const questions = this.shown?.keys.map((key) => this.words(key)) ?? [];
    this.tell(this.shown?.about ?? "", questions.join(" "));
  }

  // The cell that "Correct" is about: what is asked of one cell alone.
  get doubted() {
    return this.shown?.cells.length === 1 ? this.shown.cells[0] : null;
  }

  tell(about, question) {
    const before = this.aloud.textContent;
    const now = this.doubted ? `${about} ${question}` : question; // a count that grows is not told at every key
    this.element.querySelector("#ask-about").textContent = about;
    this.element.querySelector("#ask-question").textContent = question;
    if (now !== before) this.aloud.textContent = now;
  }

  // Keeps what is asked now. Returns the words about it, or null where nothing is asked.
  keep() {
    if (!this.shown) return null;
    const { cells, about } = this.shown;
    for (const cell of cells) {
      const confirmed = [...list(cell.dataset.confirmed), ...this.shown.keys];
      this.cells.set(cell, { ...this.cells.value(cell), confirmed });
    }
    return `${about} ${this.cells.words.kept}`;
  }

  words(key) {
    return this.element.querySelector(`[data-question="${key}"]`).textContent;
  }

  paceOf(cells) {
    return this.cells.words.pace.replace("%s", cells.length);
  }
}

function aboutOf(cell) {
  return `${cell.getAttribute("aria-label")} ${cell.dataset.text ?? cell.value}`;
}

export function list(words) {
  return words ? words.split(" ") : [];
}
