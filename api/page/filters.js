// Filters: dates over a histogram of the archive, languages, sources, whose language comes first, and the order.

import * as api from "./api.js";
import { openDialog } from "./dialogs.js";
import { button, el } from "./dom.js";
import { histogram } from "./histogram.js";
import { languageName, locale, number, t } from "./i18n.js";
import { NO_FILTERS } from "./store.js";

const SHOWN = 8; // choices that are seen without a search
const PAUSE = 150; // milliseconds after a letter, before the service is asked

/** Let the reader choose; resolves to the new filters, or to null when nothing was changed. */
export async function chooseFilters(filters, stats) {
  const chosen = structuredClone({ ...NO_FILTERS, ...filters });
  return openDialog(t("filters"), (close) => form(chosen, stats, close), { className: "filters" });
}

function form(chosen, stats, close) {
  const dates = datesPart(chosen);
  const codes = Object.entries(stats.languages).map(([code, n]) => [code, languageName(code), n]);
  const sources = Object.entries(stats.sources).filter(([name]) => name !== "unknown");
  const names = sources.map(([name, n]) => [name, name, n]);
  const submit = (event) => { event.preventDefault(); close(chosen); };
  return el("form", { onsubmit: submit },
    dates.root,
    choices(t("languages"), codes, chosen.languages, dates.draw),
    choices(t("sources"), names, chosen.sources, dates.draw, { free: true, find: found }),
    either(t("preference"), "preference", [["balanced", t("balanced")], ["mine-first", t("mineFirst")]], chosen),
    either(t("order"), "chronological", [[false, t("byRelevance")], [true, t("byTime")]], chosen),
    el("div", { class: "row end" },
      button(t("clear"), () => close({ ...NO_FILTERS })),
      el("button", { type: "submit", class: "primary", text: t("apply") })));
}

/** Sources that begin so, however few articles they have, as choices. */
async function found(prefix) {
  const { sources } = await api.sources(prefix, 3 * SHOWN);
  return sources.map(({ source, articles }) => [source, source, articles]);
}

function datesPart(chosen) {
  const place = el("div", { class: "place" });
  let picture = null, looks = 0;
  const inputs = ["after", "before"].map((name) => el("input", {
    type: "date", id: `date-${name}`, value: chosen[name],
    oninput: (event) => { chosen[name] = event.target.value; check(); },
  }));
  const check = () => {
    const wrong = chosen.after && chosen.before && chosen.after > chosen.before;
    inputs[1].setCustomValidity(wrong ? t("datesWrong") : "");
    picture?.show(chosen.after, chosen.before);
  };
  const choose = (after, before) => {
    Object.assign(chosen, { after, before });
    inputs.forEach((input, at) => (input.value = [after, before][at]));
    check();
  };
  const draw = async () => {
    const look = ++looks;
    try {
      const { periods } = await api.months(chosen);
      if (look !== looks) return; // chosen anew since: a later look tells
      picture = histogram(periods, choose);
      place.replaceChildren(picture);
      check();
    } catch { /* the dates can be typed all the same */ }
  };
  draw();
  const labelled = inputs.map((input, at) => el("label", { for: input.id }, t(["from", "to"][at]), input));
  return {
    root: el("fieldset", {}, el("legend", { text: t("dates") }), place, el("div", { class: "row dates" }, labelled)),
    draw,
  };
}

/**
 * Many choices, the most frequent first; with a search where there are more than are seen at once. `free` takes what is
 * typed, too; `find(typed)` knows others than those.
 */
function choices(legend, known, chosen, changed, { free = false, find = null } = {}) {
  const all = [
    ...chosen.filter((value) => !known.some(([one]) => one === value)).map((value) => [value, value, null]), ...known,
  ];
  const list = el("div", { class: "choices" });
  const search = el("input", {
    type: "search", placeholder: t("search"), "aria-label": `${legend}: ${t("search")}`,
    oninput: () => { draw(); if (find) suggest(); },
  });
  const suggest = async () => {
    const typed = search.value.trim();
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (!typed || search.value.trim() !== typed) return;
    const more = await find(typed).catch(() => []); // what is typed can be chosen all the same
    all.push(...more.filter(([value]) => !all.some(([one]) => one === value)));
    if (search.value.trim() === typed) draw();
  };
  const toggle = (value, on) => {
    const at = chosen.indexOf(value);
    if (on && at < 0) chosen.push(value);
    if (!on && at >= 0) chosen.splice(at, 1);
    changed();
  };
  const draw = () => {
    const wanted = search.value.trim().toLocaleLowerCase(locale());
    const found = all.filter(
      ([value, name]) => !wanted || `${name} ${value}`.toLocaleLowerCase(locale()).includes(wanted)
    );
    const seen = wanted ? found.slice(0, 3 * SHOWN) : found.filter(
      ([value], at) => at < SHOWN || chosen.includes(value)
    );
    list.replaceChildren(...seen.map(([value, name, n]) => choice(value, name, n, chosen, toggle)));
    if (free && wanted && !found.some(([value]) => value.toLocaleLowerCase(locale()) === wanted)) {
      const typed = search.value.trim();
      list.append(
        button(
          t("addSource", { name: typed }),
          () => { all.unshift([typed, typed, null]); search.value = ""; toggle(typed, true); draw(); }
        )
      );
    }
  };
  draw();
  return el("fieldset", {}, el("legend", { text: legend }), all.length > SHOWN && search, list);
}

function choice(value, name, n, chosen, toggle) {
  const box = el("input", {
    type: "checkbox", checked: chosen.includes(value), onchange: () => toggle(value, box.checked),
  });
  return el(
    "label", { class: "check" }, box,
    el("bdi", { text: name }),
    n !== null && el("small", { text: number(n) })
  );
}

function either(legend, name, options, chosen) {
  const radio = (value) => el("input", {
    type: "radio", name, checked: chosen[name] === value, onchange: () => (chosen[name] = value),
  });
  const labels = options.map(([value, text]) => el("label", { class: "check" }, radio(value), text));
  return el("fieldset", { class: "either" }, el("legend", { text: legend }), labels);
}
