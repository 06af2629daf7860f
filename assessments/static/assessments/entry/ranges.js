// Choosing cells and filling them with one key. What was filled so is marked and must be confirmed
// before signing. What stood in a cell before each change is remembered here, to be put back.

import { nameOf } from "./cells.js";

export class Ranges {
  constructor(cells, { say, onChosen }) {
    Object.assign(this, { cells, say, onChosen });
    this.chosen = new Set();
    this.anchor = null;
    this.steps = []; // what stood in the cells before each change, the last one at the end
    this.fresh = false; // cells were filled, and nothing was pressed since
    const menu = document.getElementById("select-cells");
    menu.addEventListener("click", (event) => this.menu(event.target.closest("button")));
    cells.table.addEventListener("pointerdown", (event) => this.point(event));
  }

  get size() {
    return this.chosen.size;
  }

  menu(button) {
    if (!button) return;
    const { selectSide: side, selectLimb: limb } = button.dataset;
    const wanted = (cell) => cell.dataset.side === side && cell.closest("tr").dataset.limb === limb;
    this.choose("selectAll" in button.dataset ? this.cells.order : this.cells.order.filter(wanted));
  }

  point(event) {
    const cell = event.target.closest("input.cell");
    if (!cell) return;
    this.fresh = false;
    if (event.shiftKey && this.current) this.extend(this.current, cell);
    else this.clear();
  }

  all() {
    this.choose(this.cells.order);
  }

  // Takes the cells, and the one that is to be in focus.
  choose(cells, here = cells[0]) {
    this.clear();
    this.chosen = new Set(cells);
    for (const cell of cells) cell.classList.add("chosen");
    const { selected, selectedOver } = this.cells.words;
    const over = cells.filter((cell) => cell.dataset.state !== "blank").length;
    const told = selected.replace("%s", cells.length) + (over ? ` ${selectedOver.replace("%s", over)}` : "");
    this.say(told);
    this.onChosen(here, told);
  }

  // The rectangle of the table from the cell where choosing began to this one.
  extend(from, to) {
    const anchor = this.anchor ?? from;
    const rows = this.cells.rows;
    const [first, last] = [anchor, to].map((cell) => rows.indexOf(cell.closest("tr"))).sort((one, two) => one - two);
    const sides = [anchor, to].map((cell) => cell.dataset.side);
    const inside = (cell) => {
      const row = rows.indexOf(cell.closest("tr"));
      const { side } = cell.dataset;
      const wide = side === "midline" || sides.includes("midline") || sides.includes(side);
      return wide && row >= first && row <= last;
    };
    this.choose(this.cells.order.filter(inside), to);
    this.anchor = anchor;
  }

  clear() {
    for (const cell of this.chosen) cell.classList.remove("chosen");
    this.chosen.clear();
    this.anchor = null;
  }

  // With a grade, or with why there is none: nobody says then that these were tested.
  fill(text, reason = "") {
    const cells = [...this.chosen];
    this.clear();
    const over = cells.filter(({ dataset }) => dataset.state !== "blank" && dataset.text !== text).length;
    const entered = reason ? "typed" : "filled";
    for (const [cell, { limiters, position, note }] of this.remember(cells)) {
      this.cells.set(cell, { text, reason, limiters, position, note, entered });
    }
    this.fresh = true;
    const { rangeFilled, rangeReason, rangeOver } = this.cells.words;
    const words = reason ? rangeReason : rangeFilled;
    const told = words.replace("%1", cells.length).replace("%2", text);
    this.say(over ? `${told} ${rangeOver.replace("%s", over)}` : told);
  }

  // Before each change of these cells. Returns what stands in them.
  remember(cells) {
    const before = new Map(cells.map((cell) => [cell, this.cells.value(cell)]));
    if (before.size) this.steps.push(before);
    this.fresh = false;
    return before;
  }

  // Puts back what stood before the last change. Returns its first cell, or null.
  undo() {
    const before = this.steps.pop();
    if (!before) return null;
    const [cell] = before.keys();
    for (const [one, value] of before) this.cells.set(one, value);
    const { cellUndone, rangeUndone } = this.cells.words;
    const told = before.size === 1 ? cellUndone.replace("%s", nameOf(cell)) : rangeUndone.replace("%s", before.size);
    this.say(told);
    this.fresh = false;
    return cell;
  }
}
