// The service's public HTTP API, and nothing else. Addresses are relative, so that the page may lie under any path.

import { device, tab } from "./storage.js";

const KEPT = "zitat.key";

/** What went wrong, as the service told it (RFC 9457); `kind` says what the page does about it. */
export class Problem extends Error {
  constructor(kind, { title = "", detail = "", cure = "", status = 0, request_id = "" } = {}, retryAfter = 0) {
    super(`${title}: ${detail}`);
    Object.assign(this, { kind, title, detail, cure, status, requestId: request_id, retryAfter });
  }
}

/** The key that is sent, if there is one; kept for this tab, or on this device. */
export const key = {
  get: () => tab.getItem(KEPT) ?? device.getItem(KEPT),
  set(value, kept) {
    key.forget();
    (kept ? device : tab).setItem(KEPT, value);
  },
  forget() {
    tab.removeItem(KEPT);
    device.removeItem(KEPT);
  },
};

const KINDS = {
  401: "key", 403: "forbidden", 404: "missing", 408: "slow", 413: "large", 422: "input", 429: "busy", 503: "busy",
  504: "slow",
};
let askForKey = null;

/** Who asks the reader for a key: a function that resolves to whether there is one now. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

async function send(path, { body, accept = "application/json", signal, method, parameters } = {}) {
  const url = new URL(path, document.baseURI);
  for (const [name, value] of Object.entries(parameters ?? {})) {
    for (const one of [value].flat()) if (one) url.searchParams.append(name, one);
  }
  const headers = { Accept: accept };
  if (key.get()) headers.Authorization = `Bearer ${key.get()}`;
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(url, {
      method: method ?? (body ? "POST" : "GET"), headers, signal, body: body && JSON.stringify(body), cache: "no-store",
    });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem("unreachable", { detail: String(error.message) });
  }
  if (response.ok) return response;
  const problem = await refusal(response);
  if (["key", "forbidden"].includes(problem.kind) && askForKey && (await askForKey(problem))) {
    return send(path, { body, accept, signal, method, parameters });
  }
  throw problem;
}

async function refusal(response) {
  const said = await response.json().catch(() => ({}));
  const kind = KINDS[response.status] ?? "failed";
  return new Problem(kind, { status: response.status, ...said }, Number(response.headers.get("Retry-After")) || 0);
}

const json = async (path, options) => (await send(path, options)).json();
const named = (id) => encodeURIComponent(id);

/** What the archive holds. */
export const stats = () => json("v1/stats");

/** How many articles there are of each month. */
export const months = (filters) => json(
  "v1/timeline",
  { parameters: { language: filters.languages, source: filters.sources } }
);

/** Sources whose name, or a word in it, begins so. */
export const sources = (prefix, limit) => json("v1/sources", { parameters: { prefix, limit } });

/** One article with its text. */
export const article = (id, signal) => json(`v1/articles/${named(id)}`, { signal });

/** A page of the list of articles. */
export const articles = (parameters, signal) => json("v1/articles", { parameters, signal });

/** Send articles; a job tells what becomes of them. */
export const addArticles = (list) => json("v1/articles", { body: { articles: list } });

/** How far a job is. */
export const job = (id) => json(`v1/jobs/${named(id)}`);

/** Ask; yields [event, data] as they come, the last of them "done". */
export async function* ask(body, signal) {
  const response = await send("v1/ask", { body, signal, accept: "text/event-stream" });
  let whole = false;
  for await (const [event, data] of events(response.body)) {
    if (event === "error") throw new Problem(KINDS[data.status] ?? "failed", data);
    whole ||= event === "done";
    yield [event, data];
  }
  if (!whole) throw new Problem("unreachable", {});
}

async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (left + value).split("\n\n");
      left = parts.pop();
      for (const part of parts) {
        const event = parsed(part);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(part) {
  let name = "", data = "";
  for (const line of part.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? [name, JSON.parse(data)] : null;
}
