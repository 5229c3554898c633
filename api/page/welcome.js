// Before the first question: what the archive holds and, where it holds nothing, how to fill it.

import * as api from "./api.js";
import { dropZone } from "./adding.js";
import { titleOf } from "./citations.js";
import { nothingYet } from "./conversation.js";
import { shownDate } from "./dates.js";
import { el } from "./dom.js";
import { histogram } from "./histogram.js";
import { languageName, list, number, t } from "./i18n.js";
import { described, problemNode } from "./problems.js";
import { cut } from "./text.js";

const HEADLINES = 3, AMONG = 20, LONGEST = 100; // code points
const BROKEN_OFF = /\s*(?:…|\.\.\.)$/;

/** Draw it. `hooks`: ask(question), choose(first, last), added(). */
export async function drawWelcome(container, hooks) {
  try {
    const stats = await api.stats();
    if (!stats.articles) return nothingYet(container, ...empty(hooks));
    const [{ periods }, ...found] = await Promise.all([api.months({}), ...begun(stats)]);
    if (container.querySelector(".turn")) return; // asked in the meantime
    nothingYet(
      container,
      el("h2", { text: t("welcome") }),
      el("p", { class: "holds", text: holds(stats) }), over(periods, hooks),
      headlines(found.map(({ articles }) => question(articles)).filter(Boolean), hooks)
    );
  } catch (error) {
    if (!container.querySelector(".turn")) nothingYet(container, problemNode(
      described(error),
      () => drawWelcome(container, hooks)
    ));
  }
}

function holds(stats) {
  const languages = Object.keys(stats.languages);
  const some = [...languages.slice(0, 3).map(languageName), ...(languages.length > 3 ? ["…"] : [])];
  const said = {
    articles: number(stats.articles), languages: number(languages.length), some: list(some),
    first: shownDate(stats.earliest),
    last: shownDate(stats.latest),
  };
  return t(stats.earliest ? "holds" : "holdsUndated", said);
}

function over(periods, hooks) {
  if (periods.length < 2) return "";
  const picture = histogram(periods, (after, before) => { picture.show(after, before); hooks.choose(after, before); });
  return el("figure", {}, picture, el("figcaption", { text: t("histogramHint") }));
}

/** An article in each of a few languages: those of the reader first, then the most frequent ones. */
function begun(stats) {
  const there = Object.keys(stats.languages).filter((code) => code !== "und");
  const own = navigator.languages.map((tag) => tag.split("-")[0]).filter((code) => there.includes(code));
  const chosen = [...new Set([...own, ...there])].slice(0, HEADLINES);
  return chosen.map((language) => api.articles({ language, limit: AMONG }));
}

/** The first headline that is whole and not long; where there is none, the first, without a word that is cut off. */
function question(articles) {
  const titled = articles.filter(({ title }) => title.trim());
  const whole = titled.find(({ title }) => !BROKEN_OFF.test(title) && cut(title, LONGEST) === title);
  return whole ?? (titled.length ? { ...titled[0], title: shortened(titled[0].title) } : null);
}

function shortened(title) {
  const said = title.replace(BROKEN_OFF, "");
  return cut(said, Math.min(LONGEST, Array.from(said).length - (said === title ? 0 : 1)));
}

function headlines(articles, hooks) {
  const asked = (one) => el(
    "button",
    { type: "button", onclick: () => hooks.ask(one.title) },
    titleOf(one, { name: "span", most: LONGEST })
  );
  return el(
    "section", {},
    el("h3", { text: t("headlines") }),
    el("ul", { class: "headlines" }, articles.map((one) => el("li", {}, asked(one))))
  );
}

function empty(hooks) {
  return [
    el("h2", { text: t("emptyTitle") }), el("p", { text: t("emptyText") }),
    el("pre", { dir: "ltr", tabindex: "0" }, el(
      "code",
      { text: "zitat ingest ~/articles news.jsonl.gz https://example.org/feed.xml --archive ARCHIVE" }
    )),
    el("p", { text: t("emptyDrop") }), dropZone(hooks.added),
  ];
}
