/* Where there is little room, parts of a page begin folded under a line that says what they hold;
   not those that ask to be kept, nor what the address points into, and never on paper. */

const NARROW = matchMedia("(max-width: 39.99rem)");

const pointedAt = () => document.getElementById(location.hash.slice(1));

const fold = (root) => {
  if (!NARROW.matches) return;
  const target = pointedAt();
  for (const each of root.querySelectorAll("details.fold:not([data-keep])")) {
    each.open = each.contains(target);
  }
};

addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.fold")) each.open = true;
});
addEventListener("hashchange", () => {
  const folded = pointedAt()?.closest("details.fold:not([open])");
  if (!folded) return;
  folded.open = true;
  pointedAt().scrollIntoView();
});
fold(document);
document.addEventListener("htmx:load", (event) => fold(event.target));
