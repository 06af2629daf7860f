// The questions before signing: they are in focus when the page opens, which it does at its top,
// under the patient's name; K keeps them and signs.
// Enter does not, so that pressing it twice in the grid signs nothing unread.

const questions = document.getElementById("questions");

if (questions) {
  for (const cap of document.querySelectorAll("[data-script]")) cap.hidden = false;
  const button = document.getElementById("sign");
  questions.focus({ preventScroll: true });
  questions.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key.toLowerCase() === "k" && !button.disabled) button.form.requestSubmit(button);
  });
}
