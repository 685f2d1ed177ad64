// Talking to this site: the public GraphQL door by kept documents, and the login. The session is a cookie that
// scripts cannot read; what changes something carries the CSRF token beside it.

const LOGIN = "/_allauth/browser/v1/auth/";

/** A refusal or failure in words. `signedOut` when the session is no more. */
export class Refused extends Error {
  constructor(text, { code = "", signedOut = false } = {}) {
    super(text);
    this.code = code;
    this.signedOut = signedOut;
  }
}

function language() {
  return document.documentElement.lang.startsWith("zh") ? "zh" : "en";
}

function csrfToken() {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith("linggong_csrf="));
  return found ? found.slice("linggong_csrf=".length) : "";
}

async function send(method, path, body, signal) {
  const response = await fetch(path, {
    method,
    signal,
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": language(), "X-CSRFToken": csrfToken() },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = (response.headers.get("Content-Type") || "").includes("json");
  return [response.status, json ? await response.json() : {}];
}

/** The data of a kept document of the city's GraphQL door. Throws Refused with the door's own words. */
export async function ask(documentId, variables = {}, { signal } = {}) {
  const [status, reply] = await send("POST", "/graphql/", { documentId, variables }, signal);
  const [error] = reply.errors || [];
  if (error) throw new Refused(error.message, { code: error.extensions.code, signedOut: status === 401 });
  if (status !== 200) throw new Refused(`HTTP ${status}`);
  return reply.data;
}

/** One step of the login: its status and answer. */
export function login(step, body) {
  return send("POST", LOGIN + step, body);
}

/** Ends the session and shows the sign-in. */
export async function signOut() {
  await send("DELETE", LOGIN + "session");
  location.reload();
}
