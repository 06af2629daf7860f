// Asking the server, for what goes on behind a page.

const DEVICE = "/device/";
const SIGN_IN = "/accounts/login/";
const PATIENCE = 30000; // ms: longer than the server waits for its database

// {user, secret, csrf, seconds} of the session, user null when signed out; null without a network.
export async function who({ stay = false, token = "" } = {}) {
  try {
    const response = await fetch(DEVICE, {
      method: stay ? "POST" : "GET",
      headers: stay ? { "X-CSRFToken": token } : {},
      signal: AbortSignal.timeout(PATIENCE),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

// Sends a form, or JSON. Returns {state, path, ahead, body}: state is "ok", "offline", "session",
// "server", or what a refusal calls itself ("conflict", "content", "signed", "patient"); `ahead` is
// by how many ms this device's clock is before the server's.
export async function post(url, fields, token, { json = false } = {}) {
  const headers = { "X-CSRFToken": token };
  if (json) headers["Content-Type"] = "application/json";
  const body = json ? JSON.stringify(fields) : new URLSearchParams(fields);
  let response;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    response = await fetch(url, { method: "POST", headers, body, signal });
  } catch {
    return { state: "offline" };
  }
  const path = new URL(response.url).pathname;
  const ahead = Date.now() - Date.parse(response.headers.get("Date"));
  if (path.startsWith(SIGN_IN)) return { state: "session" };
  if (response.status >= 500 || response.status === 429) return { state: "server" };
  if (!json) return { state: response.status < 400 ? "ok" : "refused", path, ahead };
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return { state: "ok", path, body: answer };
  return { state: answer?.error ?? (response.status === 403 ? "session" : "refused"), body: answer };
}

// Signs in again; returns "in", "refused", "more" (a second factor is wanted) or "offline".
export async function signIn(login, password) {
  const account = await who();
  if (!account) return "offline";
  const fields = { login, password, next: DEVICE };
  const answer = await post(SIGN_IN, fields, account.csrf);
  if (answer.state === "offline" || answer.state === "server") return "offline";
  if (answer.state === "session" || answer.state === "refused") return "refused";
  return answer.path === DEVICE ? "in" : "more";
}
