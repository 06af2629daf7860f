/* Where there is little room, parts of a page begin folded under a line that says what they hold;
   not those that ask to be kept, and never on paper. */

const NARROW = matchMedia("(max-width: 39.99rem)");

const fold = (root) => {
  if (!NARROW.matches) return;
  for (const each of root.querySelectorAll("details.fold:not([data-keep])")) each.open = false;
};

addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.fold")) each.open = true;
});
fold(document);
document.addEventListener("htmx:load", (event) => fold(event.target));
