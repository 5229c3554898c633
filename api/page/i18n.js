// What the page itself says, in the reader's language: messages/<language>.json, each with the same keys.

import { device } from "./storage.js";

const LANGUAGES = {
  en: "English", de: "Deutsch", fr: "Français", es: "Español", ru: "Русский", tr: "Türkçe",
  az: "Azərbaycanca", ar: "العربية", zh: "中文", ja: "日本語",
};
const KEPT = "zitat.interface";

let current = "en", region = "en";
let messages = {};

/** The languages of the page, each by its own name. */
export const interfaceLanguages = Object.entries(LANGUAGES);

/** Load the messages of the language that was chosen, or else of the first that the browser wants and there is. */
export async function loadMessages() {
  const wanted = [
    device.getItem(KEPT), ...navigator.languages,
  ].filter(Boolean).map((tag) => tag.split("-")[0].toLowerCase());
  current = wanted.find((language) => Object.hasOwn(LANGUAGES, language)) ?? "en";
  region = `${ownTag().split("-u-")[0]}-u-ca-gregory`; // days and numbers as in the reader's own country
  const response = await fetch(new URL(`messages/${current}.json`, import.meta.url));
  messages = await response.json();
  document.documentElement.lang = current;
  document.documentElement.dir = current === "ar" ? "rtl" : "ltr";
}

/** The browser's name for the language with the reader's country; browsers have names that Intl does not take. */
function ownTag() {
  const own = navigator.languages.find((tag) => tag.split("-")[0] === current);
  try {
    return Intl.getCanonicalLocales(own)[0] ?? current;
  } catch {
    return current;
  }
}

/** Show the page in another language from now on. */
export function chooseLanguage(language) {
  device.setItem(KEPT, language);
  location.reload();
}

/** The language of the page. */
export function locale() {
  return current;
}

/** The language with the reader's country, for days, numbers and names. */
export function formats() {
  return region;
}

/** A message, with {names} filled in. */
export function t(key, values = {}) {
  const message = messages[key] ?? key;
  return message.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A number as the reader writes it. */
export function number(value) {
  return new Intl.NumberFormat(region).format(value);
}

/** The name of a language in the reader's. */
export function languageName(code) {
  if (!code || code === "und") return t("unknownLanguage");
  try {
    return new Intl.DisplayNames([current], { type: "language" }).of(code) ?? code;
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
