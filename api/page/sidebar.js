// The list of conversations, and what the page offers besides: languages, light and dark, export.

import { shownWhen } from "./dates.js";
import { button, el, menu } from "./dom.js";
import { showKeys } from "./dialogs.js";
import { icon } from "./icons.js";
import { chooseLanguage, interfaceLanguages, locale, t } from "./i18n.js";
import { conversationAsMarkdown, download } from "./share.js";
import { device } from "./storage.js";
import { forget, forgetAll, listed } from "./store.js";
import { plain, shorter } from "./text.js";

const ROOM = matchMedia("(min-width: 90rem)"), BESIDE = matchMedia("(min-width: 64rem)"); // else it lies above the page
const THEMES = ["auto", "light", "dark"], KEPT = "zitat.theme";

/** Apply the theme that was chosen; without one the system's is taken. */
export function applyTheme(theme = device.getItem(KEPT) ?? "auto") {
  device.setItem(KEPT, theme);
  document.documentElement.dataset.theme = theme;
}

function entry({ id, title, changed }, hooks, current) {
  const drop = () => { forget(id); hooks.forgotten(id); };
  return el("li", { class: current ? "current" : null },
    button(shorter(title, 90), () => hooks.open(id), { dir: "auto", "aria-current": current ? "page" : null }),
    el("small", { text: shownWhen(changed) }),
    button(t("forget", { what: shorter(title, 40) }), drop, { icon: icon("close"), bare: true }));
}

/** Draw the list. `hooks`: open(id), begin(), current(). */
export function drawSidebar(root, hooks) {
  const entries = listed().map((one) => entry(one, hooks, one.id === hooks.current().id));
  root.replaceChildren(
    el(
      "header", {},
      el("h2", { text: t("conversations") }),
      button(t("close"), () => showSidebar(false), { icon: icon("close"), bare: true })
    ),
    button(t("newConversation"), hooks.begin, { icon: icon("add"), class: "begin" }),
    el("ul", {}, entries),
    el("p", { class: "kept", text: t("keptHere") }),
    entries.length > 1 ? button(
      t("forgetAll"),
      () => { if (confirm(t("forgetAllSure"))) { forgetAll(); hooks.forgotten(null); } }, { class: "small" }
    ) : "");
}

/** Show or hide the list; where there is much room it is shown from the start. */
export function showSidebar(shown = ROOM.matches) {
  document.documentElement.classList.toggle("listing", shown);
  document.querySelector("[data-opens=sidebar]")?.setAttribute("aria-expanded", String(shown));
}

/** Hide the list where it covers something; whether it did. */
export function uncover() {
  const covers = !BESIDE.matches && document.documentElement.classList.contains("listing");
  if (covers) showSidebar(false);
  return covers;
}

/** The line at the top. `hooks`: begin(), add(), conversation(). */
export function drawTop(root, hooks) {
  const home = (event) => { event.preventDefault(); hooks.begin(); };
  const toggle = () => showSidebar(!document.documentElement.classList.contains("listing"));
  document.addEventListener("pointerdown", ({ target }) => {
    if (!target.closest("#sidebar, [data-opens]")) uncover();
  });
  root.replaceChildren(
    button(t("conversations"), toggle, {
      icon: icon("menu"), bare: true, "data-opens": "sidebar", "aria-expanded": "false", "aria-controls": "sidebar",
    }),
    el("h1", {}, el("a", { href: "./", text: "Zitat", onclick: home })),
    el("span", { class: "end" }),
    button(t("newConversation"), hooks.begin, { icon: icon("add"), bare: true }),
    ...menu(
      t("language"),
      () => interfaceLanguages.map(([code, name]) => [name, () => chooseLanguage(code), code === locale()]),
      { icon: languageSign(), className: "sign" }
    ),
    ...menu(t("more"), () => more(hooks), { icon: icon("more") }));
}

function languageSign() {
  return el("span", { text: locale().toUpperCase(), "aria-hidden": "true" });
}

function more(hooks) {
  const theme = document.documentElement.dataset.theme;
  const { turns, title } = hooks.conversation();
  const asJson = () => JSON.stringify(hooks.conversation(), null, 1);
  const name = plain(title)[0]?.textContent.slice(0, 40).replace(/[^\p{L}\p{N}]+/gu, "-") || "zitat";
  const exports = turns.length ? [
    [t("exportMarkdown"), () => download(`${name}.md`, conversationAsMarkdown(hooks.conversation()), "text/markdown")],
    [t("exportJson"), () => download(`${name}.json`, asJson(), "application/json")],
  ] : [];
  return [
    ...exports,
    ...THEMES.map((one) => [t(`theme.${one}`), () => applyTheme(one), one === theme]),
    [t("addArticles"), hooks.add],
    [t("keyboard"), showKeys],
    [t("apiDocs"), () => open("docs", "_blank", "noopener")],
  ];
}
