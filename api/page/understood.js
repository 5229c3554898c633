// What was made of a question, as chips that can be changed: each change asks again.

import { shownRange } from "./dates.js";
import { button, el, menu } from "./dom.js";
import { icon } from "./icons.js";
import { languageName, locale, t } from "./i18n.js";
import { plain } from "./text.js";

const OFTEN = [
  "ar", "az", "de", "en", "es", "fa", "fr", "he", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "uk",
  "zh",
];

/** The chips of a turn; `change` asks again with other filters or options, `choose` opens the filters. */
export function understoodNode(turn, understood, { change, choose }) {
  const chips = [languageChip(turn, understood.language, change)];
  if (understood.question !== turn.question) chips.push(searchedFor(understood.question, change));
  for (const dates of understood.dates) chips.push(...dateChip(turn, dates, { change, choose }));
  chips.push(...filterChips(turn.filters, (filters) => change({ filters })));
  return el("div", { class: "chips", role: "group", "aria-label": t("understood") }, chips);
}

function languageChip(turn, language, change) {
  const codes = [...new Set([language, ...OFTEN])].filter((code) => code !== "und");
  const names = codes.map((code) => [languageName(code), code]).sort(([a], [b]) => a.localeCompare(b, locale()));
  const options = names.map(([name, code]) => el("option", { value: code, text: name, selected: code === language }));
  if (language === "und") options.unshift(el("option", { value: "", text: languageName("und"), selected: true }));
  const onchange = () => change({ questionLanguage: select.value || null });
  const select = el("select", { "aria-label": t("questionLanguage"), onchange }, options);
  return el("span", { class: "chip" }, select, icon("down"));
}

function searchedFor(question, change) {
  const text = el("span", {}, t("searchedFor"), " ", el("q", { dir: "auto" }, plain(question)));
  const edit = button(t("editThis"), () => change({ edit: question }), { icon: icon("edit"), bare: true });
  return el("span", { class: "chip wide" }, text, edit);
}

function dateChip(turn, { text, earliest, latest }, { change, choose }) {
  const shown = t(turn.datesFilter ? "onlyDates" : "preferDates", { text, dates: shownRange(earliest, latest) });
  return menu(shown, () => [
    [t("datesPreferred"), () => change({ datesFilter: false }), !turn.datesFilter],
    [t("datesOnly"), () => change({ datesFilter: true }), Boolean(turn.datesFilter)],
    [t("datesOther"), () => choose({ after: earliest, before: latest })],
  ], { bare: false, icon: null, className: "chip" });
}

/** A chip for each filter that is on; its cross takes it off. */
export function filterChips(filters, change) {
  const off = (name, value) => () => change({ ...filters, [name]: value });
  const chips = [
    ...filters.languages.map((code) => [
      languageName(code), off("languages", filters.languages.filter((one) => one !== code)),
    ]),
    ...filters.sources.map((name) => [name, off("sources", filters.sources.filter((one) => one !== name))]),
  ];
  if (filters.after || filters.before) {
    chips.push([shownRange(filters.after, filters.before), () => change({ ...filters, after: "", before: "" })]);
  }
  if (filters.preference === "mine-first") chips.push([t("mineFirst"), off("preference", "balanced")]);
  if (filters.chronological) chips.push([t("byTime"), off("chronological", false)]);
  return chips.map(([text, remove]) => el("span", { class: "chip on" }, el("bdi", { text }),
    button(t("remove", { what: text }), remove, { icon: icon("close"), bare: true })));
}
