// What htmx cannot say by itself: no answer, a refusal, a session that has ended.

const messages = document.getElementById("messages");

function say(sentence) {
  const notice = document.createElement("p");
  notice.className = "notice notice-error";
  const word = document.createElement("strong");
  word.className = "notice-word";
  word.textContent = messages.dataset.error;
  notice.append(word, sentence);
  messages.replaceChildren(notice);
}

document.body.addEventListener("htmx:sendError", () => say(messages.dataset.offline));
document.body.addEventListener("htmx:timeout", () => say(messages.dataset.offline));
document.body.addEventListener("htmx:responseError", () => say(messages.dataset.failed));

// A whole page in answer to a part: the sign-in page after a session ended. Show it as a page.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const answer = event.detail.xhr;
  if (!/^\s*<!doctype/i.test(answer.responseText)) return;
  event.detail.shouldSwap = false;
  if (answer.status < 400) location.reload();
});
