// What one more key says about a score: why there is none, what limited it, the position, a note.

import { nameOf } from "./cells.js";
import { list } from "./prompts.js";

const SHORT = { not_testable: "NT", not_done: "ND" };

export class Choices {
  constructor(keys) {
    const { cells, panel, words, say } = keys;
    Object.assign(this, { keys, cells, panel, words, say });
    const field = panel.element.querySelector("#cell-note");
    field.addEventListener("keydown", (event) => this.note(event));
    field.addEventListener("change", () => this.keepNote());
  }

  // One reason serves all cells that are chosen: a cast is none of one movement alone.
  ask(kind) {
    const { current, ranges } = this.keys;
    this.panel.choose(kind, ranges.size ? this.words.pace.replace("%s", ranges.size) : nameOf(current));
    this.say(`${this.words.choose} ${this.panel.spoken()}`);
  }

  choose(choice) {
    const kind = this.panel.choosing;
    if (kind === "limiter") return this.toggleLimiter(choice);
    if (kind === "position") return this.setPosition(choice);
    if (this.keys.ranges.size) {
      this.panel.close();
      return this.keys.fill(SHORT[kind], choice);
    }
    const cell = this.keys.current;
    this.keys.ranges.remember([cell]);
    this.cells.set(cell, { text: SHORT[kind], reason: choice, note: cell.dataset.note });
    this.keys.filled = cell;
    this.panel.close();
    return this.keys.advance(`${nameOf(cell)} ${cell.value}, ${beside(cell)}`);
  }

  limit() {
    if (this.keys.subject.dataset.state !== "graded") return this.say(this.words.notScored);
    this.panel.choose("limiter", nameOf(this.keys.subject), list(this.keys.subject.dataset.limiters));
    return this.say(this.panel.spoken());
  }

  toggleLimiter(choice) {
    const cell = this.keys.subject;
    const before = list(cell.dataset.limiters);
    const limiters = before.includes(choice)
      ? before.filter((one) => one !== choice)
      : [...before, choice];
    this.keys.ranges.remember([cell]);
    this.cells.set(cell, { ...this.cells.value(cell), limiters });
    this.panel.choose("limiter", nameOf(cell), limiters);
    this.keys.attend();
    this.say(beside(cell));
  }

  place() {
    if (this.keys.subject.dataset.state !== "graded") return this.say(this.words.notScored);
    this.panel.choose("position", nameOf(this.keys.subject), [this.keys.subject.dataset.position]);
    return this.say(this.panel.spoken());
  }

  // The position of the test where it was not the usual one; chosen again, it is the usual one.
  setPosition(choice) {
    const cell = this.keys.subject;
    const position = cell.dataset.position === choice ? "" : choice;
    this.keys.ranges.remember([cell]);
    this.cells.set(cell, { ...this.cells.value(cell), position });
    this.panel.close();
    this.keys.attend();
    this.say(`${nameOf(cell)} ${beside(cell)}`);
  }

  openNote() {
    if (this.keys.subject.dataset.state === "blank") return this.say(this.words.notScored);
    this.noted = this.keys.subject;
    this.panel.choose("note", nameOf(this.noted));
    const field = this.panel.element.querySelector("#cell-note");
    field.value = this.noted.dataset.note;
    return field.focus();
  }

  // A key while a chooser is open.
  press(key) {
    const kind = this.panel.choosing;
    if (key === "Escape" || key === "Enter") return this.panel.close();
    const choice = this.panel.choiceOf(key);
    if (choice) return this.choose(choice);
    const goesOn = kind === "limiter" || kind === "position";
    if (goesOn && this.keys.goesOn(key)) {
      this.panel.close();
      return this.keys.press(key);
    }
    return undefined;
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
      this.keys.ranges.remember([this.noted]);
      this.cells.set(this.noted, { ...this.cells.value(this.noted), note });
    }
  }
}

function beside(cell) {
  return cell.parentElement.querySelector(".beside").textContent.trim();
}
