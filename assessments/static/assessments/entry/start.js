// The form that starts a visit, opened from a copy without a network: its id and its time are of
// this moment, and it offers what this device can show.

const form = document.getElementById("start-form");

if (document.documentElement.dataset.copy) {
  form.elements.id.value = crypto.randomUUID();
  form.elements.tested_at.value = now(form.dataset.zone);
  for (const name of ["battery", "profile"]) {
    const select = form.elements[name];
    for (const option of select.options) option.disabled = !option.defaultSelected;
  }
}

// The clinic's wall clock, as the form has it: 2026-11-22T10:14.
function now(timeZone) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return parts.format(new Date()).replace(" ", "T");
}
