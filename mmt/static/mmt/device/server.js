// Asking the server, for what goes on behind a page.

import { within } from "./patience.js";

const DEVICE = "/device/";
const SIGN_IN = "/accounts/login/";
const FACTOR = "/accounts/second-factor/code/";
const PATIENCE = 30000; // ms: longer than the server waits for its database

// {user, secret, csrf, seconds} of the session, user null when signed out; null without a network.
export async function who({ stay = false, token = "" } = {}) {
  try {
    const response = await fetch(DEVICE, {
      method: stay ? "POST" : "GET",
      headers: stay ? { "X-CSRFToken": token } : {},
      signal: within(PATIENCE),
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
    const signal = within(PATIENCE);
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

// Signs in again; returns "in", "wrongPassword", "more" (a second factor is wanted) or "offline".
export async function signIn(login, password) {
  const answer = await enter(SIGN_IN, { login, password, next: DEVICE });
  if (answer.path === DEVICE) return "in";
  if (answer.path === FACTOR) return "more";
  return isAway(answer) ? "offline" : "wrongPassword";
}

// Shows the second factor that signIn found wanting, {code} or {credential}; returns "in",
// "wrongFactor", "passwordAgain" (too much time went by) or "offline".
export async function showFactor(fields) {
  const answer = await enter(FACTOR, fields);
  if (answer.path === DEVICE) return "in";
  if (answer.state === "session") return "passwordAgain";
  return isAway(answer) ? "offline" : "wrongFactor";
}

// The page on which a passkey would be shown, for the question that is in it; null without one.
export async function factorPage() {
  try {
    const response = await fetch(FACTOR, { signal: within(PATIENCE) });
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return null;
  }
}

const isAway = ({ state }) => state === "offline" || state === "server";

async function enter(url, fields) {
  const account = await who();
  return account ? post(url, fields, account.csrf) : { state: "offline" };
}
