/* What is ticked inside a part that folds stands in its line, joined by a word. */

const told = (part) => {
  const line = part.querySelector("[data-none]");
  const words = [...part.querySelectorAll("input:checked")].map((box) => box.labels[0].textContent.trim());
  line.textContent = words.length ? words.join(line.dataset.or) : line.dataset.none;
};

for (const part of document.querySelectorAll("details[data-choices]")) {
  part.addEventListener("change", () => told(part));
  told(part); // what a browser ticked again on the way back
}
