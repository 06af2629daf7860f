// "/" finds a patient from any page. A key without Ctrl or Alt can hit people who speak to their
// computer, so it can be switched off; the device remembers that, and nothing else.

const REMEMBERED = "shortcuts";
const TYPING = "input, textarea, select, [contenteditable], [role=gridcell], #score-grid *";

function switchedOff() {
  try {
    return localStorage.getItem(REMEMBERED) === "off";
  } catch {
    return false; // storage is closed to us: the key works, its switch lasts for this page
  }
}

function remember(off) {
  try {
    if (off) localStorage.setItem(REMEMBERED, "off");
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // as above
  }
}

let off = switchedOff();

function show() {
  for (const cap of document.querySelectorAll("[data-shortcut-cap]")) cap.hidden = off;
  const line = document.querySelector("[data-shortcut-switch]");
  if (!line) return;
  line.hidden = false;
  line.querySelector("button").textContent = off ? line.dataset.off : line.dataset.on;
}

function find() {
  const field = document.getElementById("find");
  if (field) {
    field.focus();
    field.select?.();
    return;
  }
  const link = document.querySelector('[data-key="/"]');
  if (link) location.assign(link.href);
}

document.querySelector("[data-shortcut-switch] button")?.addEventListener("click", () => {
  off = !off;
  remember(off);
  show();
});

document.addEventListener("keydown", (event) => {
  if (off || event.key !== "/" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.defaultPrevented || event.target.closest?.(TYPING)) return;
  if (!document.querySelector('[data-key="/"]') || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  find();
});

show();
