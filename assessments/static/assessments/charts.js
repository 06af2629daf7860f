/* Reads the marks of a picture aloud: the pointer or the arrow keys choose a mark, and the line
   under the picture says what it is. The visit that is read is marked in every other picture, at
   its place in time. Without this script the table under each picture says the same. All words
   come from the page. */

/* What it is of may stand on what is around it: on its visit, or on its movement and side. */
const MARK =
  ":is([data-date]:is([data-movement], [data-movement] *, [data-said]), [data-date] [data-movement])";
const SVG = "http://www.w3.org/2000/svg";
const NEAR = 18; // pixels around a small mark that still count as on it

const marksOf = (figure) => {
  figure.marks ??= [...figure.querySelectorAll(MARK)];
  return figure.marks;
};

const isButton = (mark) => mark.getAttribute("role") === "button";

const fact = (mark, name) => mark.closest(`[data-${name}]`)?.dataset[name];

/* A mark names its visit by the day, and by "time/place" where the day has several visits. */
const dayOf = (visit) => visit.slice(0, 10);
const momentOf = (visit) => visit.split("/")[0];

const series = (mark) => `${fact(mark, "movement")} ${fact(mark, "side")}`;

const result = (figure, { grade, state, reason }) => {
  const say = figure.dataset;
  if (grade !== undefined) return say.sayGrade.replace("{grade}", grade);
  const absent = state === "not_testable" ? say.sayNotTestable : say.sayNotDone;
  return reason ? `${absent}: ${reason}` : absent;
};

const words = (figure, mark) => {
  if (isButton(mark)) return mark.getAttribute("aria-label");
  if (mark.dataset.said) return mark.dataset.said;
  const name = figure.querySelector(`th[data-cell="${series(mark)}"]`);
  const day = figure.querySelector(`time[datetime="${momentOf(fact(mark, "date"))}"]`);
  return [
    name.textContent,
    result(figure, mark.dataset),
    day.textContent,
    figure.dataset.sayTester.replace("{tester}", () => fact(mark, "tester")),
  ].join(", ");
};

/* Where each visit stands: pairs of its name and a place, as the picture wrote them. */
const placesOf = (host) => {
  host.places ??= host.dataset.visits.split(",").map((pair) => pair.split(" "));
  return host.places;
};

/* A functional test knows its day alone: where the visits of that day stand apart, none is it. */
const placeOf = (host, visit) => {
  const places = placesOf(host);
  const exact = places.find(([each]) => each === visit);
  if (exact) return exact[1];
  const ofDay = new Set(places.filter(([each]) => dayOf(each) === visit).map(([, place]) => place));
  return ofDay.size === 1 ? [...ofDay][0] : undefined;
};

const cursorIn = (picture) => {
  if (!picture.cursor) {
    const [top, foot] = picture.dataset.cursor.split(" ");
    picture.cursor = picture.appendChild(document.createElementNS(SVG, "line"));
    picture.cursor.classList.add("visit-cursor");
    picture.cursor.setAttribute("y1", top);
    picture.cursor.setAttribute("y2", foot);
  }
  return picture.cursor;
};

let marked;

const markVisit = (visit) => {
  if (visit === marked) return;
  marked = visit;
  for (const host of document.querySelectorAll("[data-visits]")) {
    const place = placeOf(host, visit);
    for (const picture of host.querySelectorAll("svg[data-cursor]")) {
      const cursor = cursorIn(picture);
      cursor.toggleAttribute("hidden", place === undefined);
      if (place === undefined) continue;
      cursor.setAttribute("x1", place);
      cursor.setAttribute("x2", place);
    }
  }
};

/* Tab reaches one place of a picture, the arrow keys the others. */
const rove = (figure, mark) => {
  for (const each of marksOf(figure)) each.setAttribute("tabindex", each === mark ? 0 : -1);
};

const read = (figure, mark) => {
  if (!mark || mark === figure.mark) return;
  figure.mark?.classList.remove("is-read");
  mark.classList.add("is-read");
  if (isButton(mark)) rove(figure, mark);
  figure.mark = mark;
  markVisit(fact(mark, "date"));
  figure.querySelector(".chart-reading").textContent = words(figure, mark);
};

/* On the body: the other side, or the next movement of this side; midline belongs to both. */
const besides = ({ dataset: { movement, side } }, along) => ({ dataset: other }) =>
  along
    ? other.movement === movement
    : other.side === side || (other.movement !== movement && [side, other.side].includes("midline"));

/* The next mark of the same movement and side, or of the same visit. */
const neighbour = (figure, mark, key) => {
  const along = key === "ArrowLeft" || key === "ArrowRight";
  const ofSeries = (other) => series(other) === series(mark);
  const ofVisit = (other) => fact(other, "date") === fact(mark, "date");
  const alike = isButton(mark) ? besides(mark, along) : along ? ofSeries : ofVisit;
  const line = marksOf(figure).filter(alike);
  const step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  return line[line.indexOf(mark) + step];
};

const ends = (figure, mark, key) => {
  const line = marksOf(figure).filter((other) => series(other) === series(mark));
  return key === "Home" ? line[0] : line.at(-1);
};

/* Where reading starts: the first movement at the last visit. */
const latest = (figure) => {
  const marks = marksOf(figure);
  const visits = marks.map((mark) => fact(mark, "date"));
  return marks[visits.indexOf([...visits].sort().at(-1))];
};

const chosen = (figure, key) => {
  if (!figure.mark) return latest(figure);
  return key === "Home" || key === "End"
    ? ends(figure, figure.mark, key)
    : neighbour(figure, figure.mark, key);
};

const nearest = (figure, event) => {
  let best;
  let least = NEAR;
  for (const mark of marksOf(figure)) {
    const box = mark.getBoundingClientRect();
    const across = box.x + box.width / 2 - event.clientX;
    const down = box.y + box.height / 2 - event.clientY;
    const far = Math.hypot(across, down);
    if (far < least) [best, least] = [mark, far];
  }
  return best;
};

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

document.addEventListener("keydown", (event) => {
  const figure = event.target.closest?.("[data-plot]")?.closest("figure[data-chart]");
  if (!figure || !KEYS.has(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!marksOf(figure).length) return;
  event.preventDefault();
  read(figure, chosen(figure, event.key));
  figure.mark?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (figure.mark && isButton(figure.mark)) figure.mark.focus();
});

document.addEventListener("focusin", ({ target }) => {
  const figure = target.closest("figure[data-chart]");
  if (figure && target.matches(MARK)) read(figure, target);
});

const point = (event) => {
  const figure = event.target.closest?.("[data-plot]")?.closest("figure[data-chart]");
  if (!figure) return;
  const mark = event.target.closest(MARK);
  // Cells of the heat map touch, so only the small marks of a strip need a search around.
  read(figure, mark ?? (figure.matches(".strip") ? nearest(figure, event) : undefined));
};
document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);

/* Paper has what waits to be asked for. Printing does not wait, so the answer must. */
const drawNow = (link) => {
  const request = new XMLHttpRequest();
  request.open("GET", link.getAttribute("hx-get"), false);
  request.setRequestHeader("HX-Request", "true");
  try {
    request.send();
  } catch {
    return;
  }
  const drawn = new DOMParser().parseFromString(request.responseText, "text/html");
  if (request.status !== 200 || !drawn.querySelector("body > figure, body > .strips")) return;
  link.closest("[data-drawn-when-asked]").replaceWith(...drawn.body.childNodes);
};
addEventListener("beforeprint", () => {
  for (const link of document.querySelectorAll("[data-drawn-when-asked] [hx-get]")) drawNow(link);
});

/* The newest visits are what is looked for first. */
const prepare = (root) => {
  for (const plot of root.querySelectorAll("[data-plot]")) {
    const first = plot.querySelector(`${MARK}[role="button"]`);
    if (first) rove(plot.closest("figure"), first);
    else plot.tabIndex = 0;
    plot.scrollLeft = plot.scrollWidth;
  }
};
prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target));
