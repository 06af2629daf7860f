// Choosing cells and filling them with one key. What was filled so is marked, can be taken back
// at once, and must be confirmed before signing.

export class Ranges {
  constructor(cells, { say, onChosen }) {
    Object.assign(this, { cells, say, onChosen });
    this.chosen = new Set();
    this.anchor = null;
    this.before = null; // what stood in the cells that were filled last
    this.fresh = false; // nothing was pressed since
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
    const told = this.cells.words.selected.replace("%s", cells.length);
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

  fill(code) {
    const cells = [...this.chosen];
    this.clear();
    this.before = new Map(cells.map((cell) => [cell, this.cells.value(cell)]));
    for (const [cell, { limiters, position, note }] of this.before) {
      this.cells.set(cell, { text: code, limiters, position, note, entered: "filled" });
    }
    this.fresh = true;
    this.say(this.cells.words.rangeFilled.replace("%1", cells.length).replace("%2", code));
  }

  // Puts back what stood before the last filling. Returns its first cell, or null.
  undo() {
    if (!this.before) return null;
    const [cell] = this.before.keys();
    for (const [one, value] of this.before) this.cells.set(one, value);
    this.say(this.cells.words.rangeUndone.replace("%s", this.before.size));
    this.forget();
    return cell;
  }

  forget() {
    this.before = null;
    this.fresh = false;
  }
}
