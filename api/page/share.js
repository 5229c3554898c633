// Answers to take along: copied in three forms, exported, or as an address that asks the same again.

import { addressOf, webAddress } from "./citations.js";
import { shownDate } from "./dates.js";
import { el } from "./dom.js";
import { languageName, list, t } from "./i18n.js";
import { announce } from "./live.js";
import { NO_FILTERS } from "./store.js";

const SHOWN = 1800; // milliseconds

/** A whole address of this page for one that begins with "#". */
export function absolute(hash) {
  return `${location.href.split("#")[0]}${hash}`;
}

/**
 * The address that asks a question again, under the same filters, and understood in the same way: a follow-up as what
 * it was taken to ask, as no earlier turns stand behind the address.
 */
export function linkToQuestion({ question, answer, filters, questionLanguage, datesFilter }) {
  const said = new URLSearchParams({ ask: answer?.understood.question ?? question });
  for (const name of ["languages", "sources"]) for (const one of filters[name]) said.append(name, one);
  for (const name of ["after", "before"]) if (filters[name]) said.set(name, filters[name]);
  if (filters.preference !== NO_FILTERS.preference) said.set("preference", filters.preference);
  if (filters.chronological) said.set("chronological", "yes");
  if (questionLanguage) said.set("in", questionLanguage);
  if (datesFilter) said.set("dates", "only");
  return absolute(`#${said}`);
}

/** The question, its filters, and how it is to be understood that an address names; null where it names none. */
export function questionAt(hash) {
  const said = new URLSearchParams(hash.slice(1));
  if (!said.get("ask")) return null;
  const day = (name) => (/^\d{4}-\d\d-\d\d$/.test(said.get(name) ?? "") ? said.get(name) : "");
  const filters = {
    languages: said.getAll("languages"), sources: said.getAll("sources"), after: day("after"), before: day("before"),
    preference: said.get("preference") === "mine-first" ? "mine-first" : "balanced",
    chronological: said.get("chronological") === "yes",
  };
  const understood = { questionLanguage: said.get("in") ?? undefined, datesFilter: said.get("dates") === "only" };
  return { question: said.get("ask"), filters, understood };
}

/** The forms in which an answer can be copied: [the name of its message, a function of the turn]. */
export const copyFormats = [["copyPlain", asPlain], ["copyMarkdown", asMarkdown], ["copyFootnotes", asFootnotes]];

const line = (text) => text.replace(/\s+/g, " ").trim();
const escaped = (text) => line(text).replace(/[\\`*_[\]<>#|~&]/g, "\\$&");
const where = (citation) => webAddress(citation.url) ?? absolute(addressOf(citation));
const from = (citation) => list([
  citation.source, shownDate(citation.published_at), languageName(citation.language),
].filter(Boolean));
const notes = (answer) => [
  ...answer.disagreements.map(({ text }) => `≠ ${text}`), ...answer.notices.map(({ text }) => text),
];

function quoted(sentence, answer) {
  const first = answer.citations.find((one) => one.n === sentence.citations[0]);
  return first?.quote === sentence.text ? `“${line(sentence.text)}”` : line(sentence.text);
}

function asPlain({ question, answer }) {
  const sentences = answer.sentences.map(
    (one) => `${quoted(one, answer)} ${one.citations.map((n) => `[${n}]`).join("")}`
  );
  const sources = answer.citations.map((one) => `[${one.n}] ${line(one.title)}. ${from(one)}. ${where(one)}`);
  return [question, "", ...sentences, ...notes(answer), "", ...sources].join("\n");
}

function asMarkdown({ question, answer }) {
  const link = (n) => `[\\[${n}\\]](<${where(answer.citations.find((one) => one.n === n))}>)`;
  const sentences = answer.sentences.map(
    (one) => `> ${escaped(quoted(one, answer))} ${one.citations.map(link).join("")}`
  );
  const sources = answer.citations.map(
    (one) => `${one.n}. *${escaped(one.title)}.* ${escaped(from(one))}. <${where(one)}>`
  );
  return [
    `**${escaped(question)}**`, "", sentences.join("\n>\n"), "", ...notes(answer).map(escaped), "", ...sources,
  ].join("\n");
}

/** With footnotes; `prefix` keeps those of several answers apart. */
function asFootnotes({ question, answer }, prefix = "") {
  const numbers = (one) => one.citations.map((n) => `[^${prefix}${n}]`).join("");
  const sentences = answer.sentences.map((one) => `${escaped(quoted(one, answer))}${numbers(one)}`);
  const sources = answer.citations.map(
    (one) => `[^${prefix}${one.n}]: *${escaped(one.title)}.* ${escaped(from(one))}: `
      + `“${escaped(one.quote)}” <${where(one)}>`
  );
  return [
    `**${escaped(question)}**`, "", sentences.join("\n\n"), "", ...notes(answer).map(escaped), "", ...sources,
  ].join("\n");
}

/** A conversation as Markdown: every question, its answer with footnotes, or that there was none. */
export function conversationAsMarkdown({ turns }) {
  return turns.filter((turn) => turn.answer).map((turn) => asFootnotes(turn, `${turn.id}-`)).join("\n\n---\n\n");
}

/** Put text on the clipboard, and say so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyOldFashioned(text); // without https the clipboard is closed to pages
  }
  toast(t("copied"));
}

function copyOldFashioned(text) {
  const field = el("textarea", { class: "unseen", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Say something for a moment. */
export function toast(text) {
  const note = el("p", { class: "toast", text });
  document.body.append(note);
  announce(text);
  setTimeout(() => note.remove(), SHOWN);
}

/** Save text as a file. */
export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
