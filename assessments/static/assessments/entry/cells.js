// The cells of the grid: their values, looks, and the ways from one to the next.

import { list, Prompts } from "./prompts.js";

const STATES = { NT: "not_testable", ND: "not_done" };
const LOOKS = { not_testable: "nt", not_done: "nd", blank: "blank", invalid: "invalid" };

export class Cells {
  constructor(table, words, onChange) {
    this.table = table;
    this.words = words;
    this.onChange = onChange;
    this.codes = table.dataset.codes.split(" ");
    this.lattice = new Map(
      table.dataset.lattice.split(" ").map((pair) => {
        const [code, level] = pair.split("=");
        return [code, Number(level)];
      }),
    );
    this.all = [...table.querySelectorAll("input.cell")];
    this.rows = [...table.querySelectorAll("tr[data-row]")];
    this.prompts = new Prompts(this);
    this.all.forEach((cell) => this.mark(cell));
    this.travel("rows");
  }

  travel(mode) {
    const column = (cell) => (cell.dataset.side === "left" ? 1 : 0);
    this.order =
      mode === "columns" ? [...this.all].sort((one, two) => column(one) - column(two)) : this.all;
  }

  get blanks() {
    return this.order.filter((cell) => cell.dataset.state === "blank");
  }

  next(cell, step = 1) {
    return this.order[this.order.indexOf(cell) + step] ?? null;
  }

  // The neighbour in the table, as arrows move.
  neighbour(cell, direction) {
    const { rows } = this;
    const row = cell.closest("tr");
    const cells = [...row.querySelectorAll("input.cell")];
    const column = cells.indexOf(cell);
    if (direction === "left" || direction === "right") {
      return cells[column + (direction === "left" ? -1 : 1)] ?? null;
    }
    const other = rows[rows.indexOf(row) + (direction === "up" ? -1 : 1)];
    const others = other ? [...other.querySelectorAll("input.cell")] : [];
    return others[Math.min(column, others.length - 1)] ?? null;
  }

  value(cell) {
    const { reason, limiters, position, note, entered, confirmed, quick } = cell.dataset;
    return {
      text: cell.dataset.text ?? cell.value,
      reason,
      limiters: list(limiters),
      position,
      note,
      entered: entered || "typed",
      confirmed: list(confirmed),
      quick: Boolean(quick),
    };
  }

  // Takes {text, reason, limiters, position, note, entered, confirmed, quick}; what is left out is
  // emptied: answers and pace belong to the text that stood.
  set(cell, value, { silent = false } = {}) {
    const { text = "", reason = "", limiters = [], position = "", note = "" } = value;
    const { entered = "typed", confirmed = [], quick = false } = value;
    const state = !text ? "blank" : (STATES[text] ?? (this.codes.includes(text) ? "graded" : "invalid"));
    const level = state === "graded" ? this.lattice.get(text) : null;
    cell.value = text;
    Object.assign(cell.dataset, { state, reason, note, entered, text });
    cell.dataset.grade = state === "graded" ? text : "";
    cell.dataset.limiters = state === "graded" ? limiters.join(" ") : "";
    cell.dataset.position = state === "graded" ? position : "";
    cell.dataset.confirmed = confirmed.join(" ");
    cell.dataset.quick = quick ? "yes" : "";
    cell.className = `cell ${level === null ? LOOKS[state] : `g${level}`}`;
    cell.setAttribute("aria-invalid", state === "invalid");
    this.mark(cell);
    if (!silent) this.onChange(cell, this.value(cell));
  }

  // What stands beside the cell: a reason, limiters, an arrow against the last grade, a question.
  mark(cell) {
    const { was, grade, reason, limiters, position, note, entered, confirmed, state } = cell.dataset;
    const asked = this.prompts.own(cell).length > 0;
    const parts = [];
    if (state === "invalid") parts.push(this.words.invalid);
    if (state === "not_testable" || state === "not_done") parts.push(labelOf(reason));
    for (const limiter of list(limiters)) parts.push(labelOf(limiter));
    if (position) parts.push(labelOf(position));
    if (note) parts.push(this.words.note);
    if (entered === "filled") parts.push(this.words.filled);
    if (asked) parts.push(this.words.asked);
    else if (confirmed) parts.push(this.words.kept);
    cell.toggleAttribute("data-asked", asked);
    const mark = cell.parentElement.querySelector(".beside");
    mark.replaceChildren();
    const step = this.step(was, grade);
    if (step) {
      const arrow = document.createElement("span");
      arrow.className = step < 0 ? "arrow-worse" : "arrow-better";
      arrow.setAttribute("role", "img");
      arrow.setAttribute("aria-label", step < 0 ? this.words.lower : this.words.higher);
      mark.append(arrow);
    }
    if (parts.length) mark.append(` ${parts.join(", ")}`);
  }

  step(was, grade) {
    if (!was || !grade || !this.lattice.has(was) || !this.lattice.has(grade)) return 0;
    return this.lattice.get(grade) - this.lattice.get(was);
  }
}

function labelOf(value) {
  const choice = document.querySelector(`[data-choice="${CSS.escape(value)}"] span`);
  return choice ? choice.textContent.toLowerCase() : value;
}

export function nameOf(cell) {
  return cell.getAttribute("aria-label");
}
