// A button that prints the page it stands on. Without scripts it is not there: browsers have theirs.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
