// After a form came back with mistakes, go to their list: it is read out, and its links lead on.

document.querySelector("[data-attention]")?.focus();
