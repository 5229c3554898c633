// The archive over time: a bar a month, or a year where there are many; dragging over bars chooses dates.

import { firstDay, lastDay, shownDate } from "./dates.js";
import { el, svg } from "./dom.js";
import { number, t } from "./i18n.js";

const MOST_BARS = 100, HEIGHT = 72;

/** Bars of [period, articles], without a gap between the first and the last period. */
function barsOf(periods) {
  if (!periods.length) return [];
  const counts = new Map(periods.map(({ period, articles }) => [period, articles]));
  const [first, last] = [periods[0].period, periods.at(-1).period].map((one) => Number(one.slice(0, 4)));
  const byMonth = (last - first + 1) * 12 <= MOST_BARS && periods.every(({ period }) => period.length > 4);
  const bars = [];
  for (let year = first; year <= last; year++) {
    const name = String(year).padStart(4, "0");
    const months = byMonth ? Array.from(
      { length: 12 },
      (_, at) => `${name}-${String(at + 1).padStart(2, "0")}`
    ) : [name];
    for (const period of months) {
      const held = byMonth ? counts.get(period) ?? 0 : periods.filter(
        (one) => one.period.startsWith(name)
      ).reduce((sum, one) => sum + one.articles, 0);
      bars.push([period, held]);
    }
  }
  return byMonth ? trimmed(bars) : bars;
}

function trimmed(bars) {
  const held = bars.map(([, articles]) => articles > 0);
  return bars.slice(held.indexOf(true), held.lastIndexOf(true) + 1);
}

/** The histogram; `choose(first day, last day)` is told what was dragged over. `show(after, before)` marks a range. */
export function histogram(periods, choose) {
  const bars = barsOf(periods), most = Math.max(1, ...bars.map(([, articles]) => articles));
  const drawn = bars.map(([period, articles], at) => svg("rect", {
    x: at + 0.12, width: 0.76, y: HEIGHT - height(articles, most), height: height(articles, most), class: "bar",
  }, svg("title", { text: t("barLabel", { period: shownDate(period), n: number(articles) }) })));
  const picture = svg("svg", {
    viewBox: `0 0 ${Math.max(1, bars.length)} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
    "aria-label": label(bars),
  },
    svg("rect", { x: 0, y: 0, width: bars.length, height: HEIGHT, class: "ground" }), drawn);
  const ends = bars.length ? [shownDate(bars[0][0]), shownDate(bars.at(-1)[0])] : [];
  const root = el(
    "div",
    { class: "histogram", dir: "ltr" }, picture,
    el("p", { class: "ends" }, ends.map((text) => el("bdi", { text })))
  );
  const show = (after, before) => drawn.forEach((bar, at) => {
    const inside = (!after || lastDay(bars[at][0]) >= after) && (!before || firstDay(bars[at][0]) <= before);
    bar.classList.toggle("out", !inside);
  });
  if (choose && bars.length) dragging(picture, bars, (from, to) => choose(
    firstDay(bars[from][0]), lastDay(bars[to][0])
  ));
  return Object.assign(root, { show });
}

const height = (articles, most) => (articles ? Math.max(2.5, (HEIGHT - 4) * Math.sqrt(articles / most)) : 0);

function label(bars) {
  if (!bars.length) return t("overTime");
  const [top, n] = bars.reduce((best, bar) => (bar[1] > best[1] ? bar : best));
  return t("histogramLabel", {
    first: shownDate(bars[0][0]), last: shownDate(bars.at(-1)[0]), top: shownDate(top), n: number(n),
  });
}

function dragging(picture, bars, choose) {
  let from = null;
  const at = ({ clientX }) => {
    const box = picture.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((clientX - box.left) / box.width) * bars.length)));
  };
  picture.classList.add("choosing");
  picture.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    from = at(event);
    choose(from, from);
  });
  picture.addEventListener("pointermove", (event) => {
    if (from !== null) choose(Math.min(from, at(event)), Math.max(from, at(event)));
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => (from = null));
}
