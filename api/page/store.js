// Conversations, kept in this browser alone: one entry of localStorage each, and a list of them.

import { device } from "./storage.js";

const LIST = "zitat.conversations", ENTRY = "zitat.conversation.", MOST = 200;

/** What a search is limited to and how it is ordered, when nothing is chosen. */
export const NO_FILTERS = Object.freeze({
  languages: [], sources: [], after: "", before: "", preference: "balanced", chronological: false,
});

const read = (key, otherwise) => {
  try {
    return JSON.parse(device.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
};

/** A conversation that nobody has asked anything in yet. */
export function newConversation() {
  return {
    id: crypto.randomUUID?.() ?? String(Date.now() + Math.random()), title: "", changed: Date.now(),
    filters: { ...NO_FILTERS }, turns: [],
  };
}

/** A turn, before it is answered. */
export function newTurn(question, filters, more = {}) {
  return {
    id: Math.random().toString(36).slice(2), question, filters: { ...NO_FILTERS, ...filters }, ...more, state: "asking",
    answer: null, problem: null, asked: Date.now(), changed: Date.now(),
  };
}

/** The kept conversations, the last changed first: {id, title, changed}. */
export function listed() {
  const kept = read(LIST, []), found = Array.isArray(kept) ? kept.filter((one) => typeof one?.title === "string") : [];
  const known = new Set(found.map(({ id }) => ENTRY + id));
  const missing = device.names().filter((name) => name.startsWith(ENTRY) && !known.has(name));
  return missing.length ? repaired(found, missing.map((name) => load(name.slice(ENTRY.length)))) : found;
}

/** The list with conversations that it lost, as two tabs wrote theirs at once. */
function repaired(found, lost) {
  const entries = lost.filter((one) => one?.turns.length).map(
    ({ id, turns, changed }) => ({ id, title: turns[0].question, changed })
  );
  return [...found, ...entries].sort((a, b) => b.changed - a.changed);
}

/** Whether a key of the browser's store is of our conversations: of which, or null for the list of them. */
export function keptUnder(key) {
  if (key === null || key === LIST) return { id: null };
  return key.startsWith(ENTRY) ? { id: key.slice(ENTRY.length) } : undefined;
}

/** A kept conversation; null where there is none. A turn that was cut off as the page closed counts as stopped. */
export function load(id) {
  const found = read(ENTRY + id, null);
  if (!Array.isArray(found?.turns)) return null;
  const turns = found.turns.filter((turn) => typeof turn?.question === "string");
  for (const turn of turns) if (turn.state === "asking") turn.state = "stopped";
  return { ...newConversation(), ...found, id, filters: { ...NO_FILTERS, ...found.filters }, turns };
}

/** Keep a conversation. Where the browser has no more room, the oldest ones give way. */
export function save(conversation) {
  if (!conversation.turns.length) return forget(conversation.id);
  conversation.changed = Date.now();
  conversation.title = conversation.turns[0].question;
  const { id, title, changed } = conversation;
  const entries = [{ id, title, changed }, ...listed().filter((one) => one.id !== id)];
  for (const { id: old } of entries.splice(MOST)) device.removeItem(ENTRY + old);
  for (;;) {
    const room = device.setItem(LIST, JSON.stringify(entries));
    if (room && device.setItem(ENTRY + id, JSON.stringify(conversation))) return;
    if (entries.length < 2) return; // not even this one has room: it lives as long as the page
    device.removeItem(ENTRY + entries.pop().id);
  }
}

/** Forget a conversation. */
export function forget(id) {
  device.removeItem(ENTRY + id);
  device.setItem(LIST, JSON.stringify(listed().filter((one) => one.id !== id)));
}

/** Forget all of them. */
export function forgetAll() {
  for (const name of device.names()) if (name.startsWith(ENTRY)) device.removeItem(name);
  device.removeItem(LIST);
}
