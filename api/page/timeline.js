// The passages over time: a line with a dot for each, and the same in words below, oldest first.

import { citeLink } from "./citations.js";
import { moment, shownDate } from "./dates.js";
import { el, svg } from "./dom.js";
import { formats, t } from "./i18n.js";
import { asCitation, passageNode } from "./passages.js";
import { shorter } from "./text.js";

const WIDTH = 640, HEIGHT = 84, BASE = 60, EDGE = 14, LARGEST = 8, SMALLEST = 4, DAY = 86_400_000;

/** The timeline of an answer's passages; the articles that it cites are filled, the others are rings. */
export function timelineNode(answer, open) {
  const dated = answer.passages.filter((one) => moment(one.article.published_at) !== null);
  const sorted = [...dated].sort((a, b) => moment(a.article.published_at) - moment(b.article.published_at));
  const undated = answer.passages.filter((one) => moment(one.article.published_at) === null);
  return el("div", { class: "timeline" },
    sorted.length > 1 && line(sorted, answer, open),
    el("ol", { class: "passages dated" }, [...sorted, ...undated].map((one) => entry(one, answer, open))));
}

function entry(passage, answer, open) {
  const node = passageNode(passage, open, { dated: false });
  const cited = answer.citations.filter(
    (one) => one.article_id === passage.article.id && one.start < passage.end && one.end > passage.start
  );
  node.classList.toggle("cited", cited.length > 0);
  node.prepend(el(
    "p", { class: "when" },
    shownDate(passage.article.published_at) ?? t("undated"), " ",
    cited.map((one) => citeLink(one, open))
  ));
  return node;
}

function line(sorted, answer, open) {
  const times = sorted.map((one) => moment(one.article.published_at));
  const first = times[0], last = Math.max(times.at(-1), first + DAY);
  const place = (time) => EDGE + ((time - first) / (last - first)) * (WIDTH - 2 * EDGE);
  const cited = new Set(answer.citations.map((one) => one.article_id));
  const best = Math.max(Number.EPSILON, ...sorted.map((one) => one.score)), stacked = new Map();
  const dots = sorted.map((passage, at) => dot(passage, place(times[at]), stacked, cited, best, open));
  const [from, to] = [sorted[0], sorted.at(-1)].map(({ article }) => shownDate(article.published_at));
  const label = t("timelineOf", { first: from, last: to });
  const axis = svg("path", { d: `M${EDGE} ${BASE}H${WIDTH - EDGE}`, class: "axis" });
  const shape = { class: "line", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label };
  return svg("svg", shape, axis, ticks(first, last, place), dots);
}

function dot(passage, x, stacked, cited, best, open) {
  const slot = Math.round(x / (2 * LARGEST)), level = stacked.get(slot) ?? 0;
  stacked.set(slot, level + 1);
  const radius = SMALLEST + (LARGEST - SMALLEST) * Math.max(0, passage.score / best);
  const { title: name, published_at } = passage.article;
  const title = svg("title", { text: `${shorter(name, 120)}\n${shownDate(published_at)}` });
  return svg("circle", {
    cx: x, cy: Math.max(LARGEST, BASE - 12 - level * 15), r: radius,
    class: cited.has(passage.article.id) ? "dot cited" : "dot",
    onclick: (event) => open(asCitation(passage), event.currentTarget),
  }, title);
}

function ticks(first, last, place) {
  const years = (last - first) / (365 * DAY), out = [];
  const monthly = years < 2, step = monthly ? Math.max(1, Math.ceil(years * 2)) : 12 * Math.ceil(years / 8);
  const parts = monthly ? { month: "short", year: "2-digit" } : { year: "numeric" };
  const form = new Intl.DateTimeFormat(formats(), { ...parts, timeZone: "UTC" });
  const start = new Date(first);
  let year = start.getUTCFullYear(), month = monthly ? start.getUTCMonth() + 1 : 12;
  for (let time = Date.UTC(year, month); time <= last; time = Date.UTC(year, (month += step))) {
    out.push(svg("path", { d: `M${place(time)} ${BASE - 3}v6`, class: "axis" }));
    out.push(svg("text", { x: place(time), y: BASE + 18, "text-anchor": "middle", text: form.format(time) }));
  }
  return out;
}
