// Passkeys: a button opens the browser's own dialog, whose answer is posted with the form.
//
// Forms carry `data-passkey`: "make" one, "show" one (the page has the server's question in
// #passkey-options), or "sign-in" with one (the form's address is asked for the question).

export const possible = Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON);

// Asks the browser for a passkey; returns what the server wants to see, as text. Throws where the
// person cancels or has none.
export async function show({ request_options: options }) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  return JSON.stringify(await navigator.credentials.get({ publicKey }));
}

async function make({ creation_options: options }) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  return JSON.stringify(await navigator.credentials.create({ publicKey }));
}

// The question that stands in a page, or null.
export function questionIn(page) {
  const part = page.getElementById("passkey-options");
  return part && JSON.parse(part.textContent);
}

async function asked(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  return response.json();
}

const WAYS = {
  make: () => make(questionIn(document)),
  show: () => show(questionIn(document)),
  "sign-in": async (form) => show(await asked(form.action)),
};

async function answer(event) {
  event.preventDefault();
  const form = event.target;
  const problem = form.querySelector("[data-problem]");
  problem.textContent = "";
  try {
    form.elements.credential.value = await WAYS[form.dataset.passkey](form);
  } catch {
    problem.textContent = form.dataset.failed;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !possible && form.dataset.passkey !== "make";
  form.addEventListener("submit", answer);
}
