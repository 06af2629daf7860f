// From keys and taps to scores: a digit fills the cell and moves on.

import { nameOf } from "./cells.js";
import { Choices } from "./choices.js";
import { list } from "./prompts.js";
import { Ranges } from "./ranges.js";

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const HELD = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];
const TEN = "x"; // the one grade of two signs has a key of its own

export class Keys {
  constructor({ cells, panel, words, say, onEnd, onSign }) {
    Object.assign(this, { cells, panel, words, say, onEnd, onSign });
    this.current = null;
    this.filled = null; // the cell just scored, which + and - refine
    this.advancing = true;
    this.prompts = cells.prompts;
    this.choices = new Choices(this);
    this.ranges = new Ranges(cells, { say, onChosen: (cell, told) => this.chosen(cell, told) });
    this.scale = new Map(cells.codes.map((code) => [code.length > 1 && !/[+-]/.test(code) ? TEN : code.toLowerCase(), code]));
    const { table } = cells;
    table.addEventListener("keydown", (event) => this.down(event));
    table.addEventListener("input", (event) => this.typed(event.target));
    table.addEventListener("focusin", (event) => this.arrive(event.target));
    panel.element.addEventListener("click", (event) => this.tap(event));
    this.prepare();
  }

  // Tab enters and leaves the grid; arrows move inside. No keyboard pops up on a tablet.
  prepare() {
    for (const cell of this.cells.all) {
      cell.tabIndex = -1;
      cell.inputMode = "none";
      cell.removeAttribute("list");
    }
    (this.cells.blanks[0] ?? this.cells.order[0]).tabIndex = 0;
    // After the last score the focus is on the button: the keys of the panel still work there.
    document.getElementById("sign").addEventListener("keydown", (event) => {
      if (this.signing(event)) return;
      if (event.key.toLowerCase() === "k" && this.prompts.shown) this.keep();
      if (event.key === "Backspace" && this.prompts.doubted) this.correct();
    });
  }

  focus(cell) {
    if (!cell) return;
    cell.focus({ preventScroll: true });
    cell.closest("tr").scrollIntoView({ block: "nearest" });
  }

  arrive(cell) {
    if (!cell.matches("input.cell")) return;
    if (this.current) {
      this.current.tabIndex = -1;
      this.current.closest("tr").classList.remove("here");
    }
    if (cell !== this.current) this.panel.close({ quietly: true });
    this.current = cell;
    cell.tabIndex = 0;
    cell.select();
    cell.closest("tr").classList.add("here");
    this.ranges.current = cell;
    this.panel.show(cell);
    this.attend();
  }

  // Asks about the cell just scored, or the current one.
  attend() {
    this.prompts.show([this.filled, this.current]);
  }

  down(event) {
    if (this.signing(event)) return;
    if (this.choosing(event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    if (event.key === "Unidentified" || event.isComposing) return; // `typed` sees what comes of it
    if (/^F\d+$/.test(event.key) || ["PageUp", "PageDown"].includes(event.key)) return;
    if (HELD.includes(event.key)) return;
    event.preventDefault();
    if (event.repeat && !ARROWS[event.key]) return;
    this.press(event.key);
  }

  // Ctrl and Enter sign, which a button does not do by itself. Returns whether it was that.
  signing(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return false;
    event.preventDefault();
    this.onSign();
    return true;
  }

  // Keys that choose cells, or take back the last change. Returns whether it was one.
  choosing({ key, ctrlKey, metaKey, shiftKey }) {
    const control = ctrlKey || metaKey;
    if (control && key.toLowerCase() === "a") this.ranges.all();
    else if (control && key.toLowerCase() === "z") this.takeBack();
    else if (shiftKey && ARROWS[key]) this.stretch(ARROWS[key]);
    else return false;
    return true;
  }

  stretch(direction) {
    const cell = this.cells.neighbour(this.current, direction);
    if (cell) this.ranges.extend(this.current, cell);
  }

  chosen(cell, told) {
    this.filled = null;
    this.focus(cell);
    this.panel.name.textContent = told;
  }

  takeBack() {
    const cell = this.ranges.undo();
    if (!cell) return;
    this.move(cell);
    this.panel.show(cell);
    this.attend();
  }

  press(key) {
    if (this.panel.choosing) return this.choices.press(key);
    if (key === "Backspace" && this.ranges.fresh) return this.takeBack();
    this.ranges.fresh = false;
    if (!this.fills(key)) this.ranges.clear();
    if (ARROWS[key]) return this.move(this.cells.neighbour(this.current, ARROWS[key]));
    const actions = {
      Enter: () => this.move(this.cells.next(this.current)),
      Home: () => this.move(this.cells.order[0]),
      End: () => this.move(this.cells.order.at(-1)),
      Backspace: () => this.back(),
      Delete: () => this.clear(this.current),
      "+": () => this.refine("+"),
      "-": () => this.refine("-"),
      n: () => this.choices.ask("not_testable"),
      d: () => this.choices.ask("not_done"),
      l: () => this.choices.limit(),
      p: () => this.choices.place(),
      k: () => this.keep(),
      ";": () => this.choices.openNote(),
    };
    const code = this.scale.get(key.toLowerCase());
    if (code !== undefined) return this.grade(code);
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (action) return action();
    if (key.length === 1) this.say(this.words.offScale);
    return undefined;
  }

  // Whether a key means all cells that are chosen.
  fills(key) {
    return this.scale.has(key.toLowerCase()) || ["n", "d"].includes(key.toLowerCase());
  }

  // Whether a key that no chooser knows goes on with the grid.
  goesOn(key) {
    return Boolean(ARROWS[key]) || this.scale.has(key.toLowerCase());
  }

  choose(choice) {
    this.choices.choose(choice);
  }

  // What a soft keyboard or a dictation put into the cell.
  typed(cell) {
    const text = cell.value.trim();
    const before = cell.dataset.text ?? cell.defaultValue;
    cell.value = before;
    const fresh = text.startsWith(before) ? text.slice(before.length) : text;
    if (this.cells.codes.includes(text)) this.grade(text);
    else if (fresh.length === 1) this.press(fresh);
    else if (text !== before) this.say(this.words.offScale);
  }

  grade(code) {
    if (this.ranges.size) return this.fill(code);
    const cell = this.current;
    const over = isFilled(cell);
    this.ranges.remember([cell]);
    this.cells.set(cell, { text: code, ...stays(cell) });
    this.prompts.typed(cell);
    this.filled = cell;
    return this.advance(`${nameOf(cell)} ${code}`, over);
  }

  // Asks nothing at once: Backspace takes back all that was filled, no single cell.
  fill(text, reason) {
    this.ranges.fill(text, reason);
    this.filled = null;
    this.focus(this.cells.blanks[0] ?? this.current);
    this.panel.show(this.current);
    this.prompts.show([]);
  }

  refine(sign) {
    const cell = this.filled ?? this.current;
    const code = `${cell.dataset.grade.replace(/[+-]$/, "")}${sign}`;
    if (!this.cells.codes.includes(code)) return this.say(this.words.offScale);
    this.ranges.remember([cell]);
    this.cells.set(cell, { text: code, ...stays(cell) });
    this.prompts.typed(cell);
    this.panel.show(this.current);
    this.attend();
    return this.say(`${nameOf(cell)} ${code}`);
  }

  // A limiter or note belongs to the cell just scored while the current one is empty.
  get subject() {
    return this.current.dataset.state === "blank" && this.filled ? this.filled : this.current;
  }

  keep() {
    if (this.prompts.shown) this.ranges.remember(this.prompts.shown.cells);
    this.say(this.prompts.keep() ?? this.words.nothingAsked);
    this.attend();
  }

  correct() {
    const cell = this.prompts.doubted;
    this.clear(cell);
    this.move(cell);
  }

  // What is asked about is what is taken back, as the panel says, wherever the focus is.
  back() {
    if (this.prompts.doubted) return this.correct();
    if (this.current.dataset.state !== "blank") return this.clear(this.current);
    const before = this.filled ?? this.cells.next(this.current, -1);
    if (!before) return undefined;
    this.clear(before);
    return this.move(before);
  }

  clear(cell) {
    if (cell.dataset.state === "blank") return;
    this.ranges.remember([cell]);
    this.cells.set(cell, {});
    this.filled = null;
    this.panel.show(this.current);
    this.attend();
    this.say(`${nameOf(cell)} ${this.words.cleared}`);
  }

  move(cell) {
    if (!cell) return;
    this.filled = null;
    this.focus(cell);
  }

  // Goes on, and tells once what was scored and, at the end of the grid, what comes. What was
  // filled at once is passed over, unless it is being typed over.
  advance(told, over = false) {
    const next = this.advancing ? this.following(over) : this.current;
    const [blank] = this.cells.blanks;
    if (next) this.say(told);
    else if (blank) this.say(`${told}. ${this.words.firstEmpty} ${nameOf(blank)}`);
    else this.say(`${told}. ${this.words.allDone}`);
    if (next !== this.current && (next ?? blank)) return this.focus(next ?? blank);
    this.panel.show(this.current);
    this.attend();
    return next ? undefined : this.onEnd();
  }

  following(over) {
    const after = this.cells.order.slice(this.cells.order.indexOf(this.current) + 1);
    return after.find((cell) => over || !isFilled(cell)) ?? null;
  }

  tap(event) {
    const grade = event.target.closest("[data-grade-key]");
    const action = event.target.closest("[data-act]");
    if (grade) this.grade(grade.dataset.gradeKey);
    if (action) {
      const keysOf = { not_testable: "n", not_done: "d", limiter: "l", note: ";", back: "Backspace", position: "p", keep: "k" };
      if (this.panel.choosing) this.panel.close();
      if (action.dataset.act === "correct") this.correct();
      else this.press(keysOf[action.dataset.act]);
    }
    if ((grade || action) && this.panel.choosing !== "note") this.focus(this.current);
  }
}

function isFilled(cell) {
  return cell.dataset.entered === "filled";
}

// What belongs to the test and not to its grade.
function stays(cell) {
  const { limiters, position, note } = cell.dataset;
  return { limiters: list(limiters), position, note };
}
