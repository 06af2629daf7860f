// The questions before signing: they are in focus when the page opens, which it does at its top,
// under the patient's name. No plain key signs: K keeps one score in the grid and Enter goes on
// there, and one of them too many freezes nothing unread. Control and Enter sign, as in the grid,
// though not at once: pressed twice there, the second time was not meant for what nobody has read.

const UNREAD = 1000; // ms from asking for the page

const button = document.getElementById("sign");
for (const cap of document.querySelectorAll("[data-script]")) cap.hidden = false;
document.getElementById("questions")?.focus({ preventScroll: true });
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.timeStamp < UNREAD) return;
  // A link opens beside the page with these keys, and a question over the page is answered first.
  if (event.target.closest("a") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (!event.repeat) button.click();
});
