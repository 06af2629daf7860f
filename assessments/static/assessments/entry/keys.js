// From keys and taps to scores: a digit fills the cell and moves on.

import { nameOf } from "./cells.js";

const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const SHORT = { not_testable: "NT", not_done: "ND" };
const TEN = "x"; // the one grade of two signs has a key of its own

export class Keys {
  constructor({ cells, panel, words, say, onEnd, onSign }) {
    Object.assign(this, { cells, panel, words, say, onEnd, onSign });
    this.current = null;
    this.filled = null; // the cell just scored, which + and - refine
    this.advancing = true;
    this.scale = new Map(cells.codes.map((code) => [code.length > 1 && !/[+-]/.test(code) ? TEN : code.toLowerCase(), code]));
    const { table } = cells;
    table.addEventListener("keydown", (event) => this.down(event));
    table.addEventListener("input", (event) => this.typed(event.target));
    table.addEventListener("focusin", (event) => this.arrive(event.target));
    panel.element.addEventListener("click", (event) => this.tap(event));
    panel.element.querySelector("#cell-note").addEventListener("keydown", (event) => this.note(event));
    panel.element.querySelector("#cell-note").addEventListener("change", () => this.keepNote());
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
    this.panel.show(cell);
  }

  down(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.onSign();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    if (event.key === "Unidentified" || event.isComposing) return; // `typed` sees what comes of it
    if (/^F\d+$/.test(event.key) || ["PageUp", "PageDown"].includes(event.key)) return;
    event.preventDefault();
    if (event.repeat && !ARROWS[event.key]) return;
    this.press(event.key);
  }

  press(key) {
    if (this.panel.choosing) return this.pressInChooser(key);
    if (ARROWS[key]) return this.move(this.cells.neighbour(this.current, ARROWS[key]));
    const actions = {
      Enter: () => this.move(this.cells.next(this.current)),
      Home: () => this.move(this.cells.order[0]),
      End: () => this.move(this.cells.order.at(-1)),
      Backspace: () => this.back(),
      Delete: () => this.clear(this.current),
      "+": () => this.refine("+"),
      "-": () => this.refine("-"),
      n: () => this.ask("not_testable"),
      d: () => this.ask("not_done"),
      l: () => this.limit(),
      ";": () => this.openNote(),
    };
    const code = this.scale.get(key.toLowerCase());
    if (code !== undefined) return this.grade(code);
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (action) return action();
    if (key.length === 1) this.say(this.words.offScale);
    return undefined;
  }

  pressInChooser(key) {
    const kind = this.panel.choosing;
    if (key === "Escape" || key === "Enter") return this.panel.close();
    const choice = this.panel.choiceOf(key);
    if (choice) return this.choose(choice);
    if (kind === "limiter" && (ARROWS[key] || this.scale.has(key))) {
      this.panel.close();
      return this.press(key);
    }
    return undefined;
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
    const cell = this.current;
    this.cells.set(cell, { text: code, limiters: kept(cell), note: cell.dataset.note });
    this.say(`${nameOf(cell)} ${code}`);
    this.filled = cell;
    this.advance();
  }

  refine(sign) {
    const cell = this.filled ?? this.current;
    const code = `${cell.dataset.grade.replace(/[+-]$/, "")}${sign}`;
    if (!this.cells.codes.includes(code)) return this.say(this.words.offScale);
    this.cells.set(cell, { text: code, limiters: kept(cell), note: cell.dataset.note });
    this.panel.show(this.current);
    return this.say(`${nameOf(cell)} ${code}`);
  }

  ask(kind) {
    this.panel.choose(kind, this.current);
    this.say(`${this.words.choose} ${this.panel.spoken()}`);
  }

  choose(choice) {
    const kind = this.panel.choosing;
    if (kind === "limiter") return this.toggleLimiter(choice);
    const cell = this.current;
    this.cells.set(cell, { text: SHORT[kind], reason: choice, note: cell.dataset.note });
    this.say(`${nameOf(cell)} ${cell.value}, ${cell.parentElement.querySelector(".beside").textContent}`);
    this.filled = cell;
    this.panel.close();
    return this.advance();
  }

  // A limiter or note belongs to the cell just scored while the current one is empty.
  get subject() {
    return this.current.dataset.state === "blank" && this.filled ? this.filled : this.current;
  }

  limit() {
    if (this.subject.dataset.state !== "graded") return this.say(this.words.notScored);
    this.panel.choose("limiter", this.subject, kept(this.subject));
    return this.say(this.panel.spoken());
  }

  toggleLimiter(choice) {
    const cell = this.subject;
    const before = kept(cell);
    const limiters = before.includes(choice)
      ? before.filter((one) => one !== choice)
      : [...before, choice];
    this.cells.set(cell, { ...this.cells.value(cell), limiters });
    this.panel.choose("limiter", cell, limiters);
    this.say(cell.parentElement.querySelector(".beside").textContent);
  }

  openNote() {
    if (this.subject.dataset.state === "blank") return this.say(this.words.notScored);
    this.noted = this.subject;
    this.panel.choose("note", this.noted);
    const field = this.panel.element.querySelector("#cell-note");
    field.value = this.noted.dataset.note;
    return field.focus();
  }

  note(event) {
    if (!["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    this.keepNote();
    this.panel.close();
  }

  keepNote() {
    const note = this.panel.element.querySelector("#cell-note").value.trim();
    if (this.noted && note !== this.noted.dataset.note) {
      this.cells.set(this.noted, { ...this.cells.value(this.noted), note });
    }
  }

  back() {
    if (this.current.dataset.state !== "blank") return this.clear(this.current);
    const before = this.cells.next(this.current, -1);
    if (!before) return undefined;
    this.clear(before);
    return this.move(before);
  }

  clear(cell) {
    if (cell.dataset.state === "blank") return;
    this.cells.set(cell, {});
    this.filled = null;
    this.panel.show(this.current);
    this.say(`${nameOf(cell)} ${this.words.cleared}`);
  }

  move(cell) {
    if (!cell) return;
    this.filled = null;
    this.focus(cell);
  }

  advance() {
    if (!this.advancing) return this.panel.show(this.current);
    const next = this.cells.next(this.current);
    if (next) return this.focus(next);
    const [blank] = this.cells.blanks;
    if (!blank) {
      this.say(this.words.allDone);
      return this.onEnd();
    }
    this.say(`${this.words.firstEmpty} ${nameOf(blank)}`);
    return this.focus(blank);
  }

  tap(event) {
    const grade = event.target.closest("[data-grade-key]");
    const action = event.target.closest("[data-act]");
    if (grade) this.grade(grade.dataset.gradeKey);
    if (action) {
      const keysOf = { not_testable: "n", not_done: "d", limiter: "l", note: ";", back: "Backspace" };
      if (this.panel.choosing) this.panel.close();
      this.press(keysOf[action.dataset.act]);
    }
    if ((grade || action) && this.panel.choosing !== "note") this.focus(this.current);
  }
}

function kept(cell) {
  return cell.dataset.limiters ? cell.dataset.limiters.split(" ") : [];
}
