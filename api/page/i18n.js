// What the page itself says, in the reader's language: messages/<language>.json, each with the same keys. The page is
// in the language of the browser, or the one that was chosen; what belongs to a question is in that of the question, as
// the service's own words about it are.

import { device } from "./storage.js";

const LANGUAGES = {
  en: "English", de: "Deutsch", fr: "Français", es: "Español", ru: "Русский", tr: "Türkçe",
  az: "Azərbaycanca", ar: "العربية", zh: "中文", ja: "日本語",
};
const KEPT = "zitat.interface";

/** A language that is spoken: its messages, the one of names, and with the reader's country that of days. */
let page = { language: "en", words: "en", region: "en", messages: {} };
let spoken = page; // while something is drawn in another language, that one
const heard = new Map();

/** The languages of the page, each by its own name. */
export const interfaceLanguages = Object.entries(LANGUAGES);

/** Load the messages of the language that was chosen, or else of the first that the browser wants and there is. */
export async function loadMessages() {
  const wanted = [
    device.getItem(KEPT), ...navigator.languages,
  ].filter(Boolean).map((tag) => tag.split("-")[0].toLowerCase());
  const language = wanted.find((one) => Object.hasOwn(LANGUAGES, one)) ?? "en";
  page = spoken = await loaded(language);
  Object.assign(document.documentElement, attributesOf(language));
}

async function loaded(language) {
  if (heard.has(language)) return heard.get(language);
  const response = await fetch(new URL(`messages/${language}.json`, import.meta.url));
  const words = wordsOf(language);
  const region = `${ownTag(words).split("-u-")[0]}-u-ca-gregory`; // as in the reader's own country
  const found = { language, words, region, messages: await response.json() };
  heard.set(language, found);
  return found;
}

/** Load a language, so that it can be spoken, if the page knows it; whether it could not be before. */
export async function hear(language) {
  if (!Object.hasOwn(LANGUAGES, language) || heard.has(language)) return false;
  return loaded(language).then(() => true, () => false); // without it, the page's own does
}

/** Draw something in a language, if it was heard, else in the page's own. */
export function inLanguage(language, draw) {
  return within(heard.get(language) ?? page, draw);
}

/** The same function, which speaks, whenever it is called, the language that is spoken now. */
export function asSpoken(act) {
  const language = spoken;
  return (...given) => within(language, () => act(...given));
}

function within(language, draw) {
  const before = spoken;
  spoken = language;
  try {
    return draw();
  } finally {
    spoken = before;
  }
}

/** The attributes of an element in which the page speaks a language. */
export function attributesOf(language = spoken.language) {
  return { lang: language, dir: language === "ar" ? "rtl" : "ltr" };
}

/** The language of names and dates; where the browser lacks it, as many do Azerbaijani, another of the reader's. */
function wordsOf(language) {
  const wanted = [language, ...navigator.languages.map((tag) => tag.split(/[-@_]/)[0])];
  return wanted.find((one) => {
    const other = one === "de" ? "fr" : "de";
    try {
      return new Intl.DisplayNames([one], { type: "language", fallback: "none" }).of(other) !== undefined;
    } catch {
      return false;
    }
  }) ?? "en";
}

/** The browser's name for the language with the reader's country; browsers have names that Intl does not take. */
function ownTag(language) {
  const own = navigator.languages.find((tag) => tag.split("-")[0] === language);
  try {
    return Intl.getCanonicalLocales(own)[0] ?? language;
  } catch {
    return language;
  }
}

/** Show the page in another language from now on. */
export function chooseLanguage(language) {
  device.setItem(KEPT, language);
  location.reload();
}

/** The language that is spoken: the page's, or that of what is being drawn. */
export function locale() {
  return spoken.language;
}

/** The language with the reader's country, for days, numbers and names. */
export function formats() {
  return spoken.region;
}

/** A message, with {names} filled in. Where a full stop ends a value, such as "2026 г.", it ends the sentence as well. */
export function t(key, values = {}) {
  const message = spoken.messages[key] ?? key;
  return message.replace(/\{(\w+)\}(\.?)/g, (_, name, stop) => {
    const value = String(values[name] ?? "");
    return value.endsWith(".") ? value : value + stop;
  });
}

/** A number as the reader writes it. */
export function number(value) {
  return new Intl.NumberFormat(spoken.region).format(value);
}

/** Names one after the other, as the language separates them. */
export function list(names) {
  return names.join(t("listComma"));
}

/** The name of a language in the reader's. */
export function languageName(code) {
  if (!code || code === "und") return t("unknownLanguage");
  try {
    return new Intl.DisplayNames([spoken.words], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Put the messages into a part of the page that was written as HTML. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (
    const element of root.querySelectorAll("[data-t-label]")
  ) element.setAttribute("aria-label", t(element.dataset.tLabel));
}
