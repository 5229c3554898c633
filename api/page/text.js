// Text of articles: counted in code points, as the service counts, and shown in its own language and direction.

import { el } from "./dom.js";

const ASTRAL = /[\ud800-\udbff]/;
const RIGHT_TO_LEFT = new Set(
  ["ar", "arc", "arz", "azb", "ckb", "dv", "fa", "he", "lrc", "mzn", "nqo", "pnb", "ps", "ug", "ur", "yi"]
);
const EITHER_WAY = new Set(["ks", "ku", "pa", "sd"]); // written in two scripts: the letters say which way they run
const OVERRIDES = /([\u202d\u202e])/; // make what follows run the other way, whatever it is
const UNKNOWN = "und";
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });

/** A text of which pieces are taken by code points; JavaScript itself counts UTF-16 units. */
export class Text {
  constructor(text) {
    this.text = text;
    this.points = ASTRAL.test(text) ? Array.from(text) : null;
  }

  get length() {
    return (this.points ?? this.text).length;
  }

  slice(start, end = this.length) {
    return this.points ? this.points.slice(start, end).join("") : this.text.slice(start, end);
  }

  /** Where a text occurs, as [start, end]; null where it does not. */
  find(wanted) {
    const unit = this.text.indexOf(wanted);
    if (unit < 0) return null;
    const start = this.points ? Array.from(this.text.slice(0, unit)).length : unit;
    return [start, start + new Text(wanted).length];
  }
}

/** The attributes of an element that holds text in a language. */
export function spoken(language) {
  if (!language || language === UNKNOWN) return { dir: "auto" };
  const code = language.split("-")[0];
  return { lang: language, dir: EITHER_WAY.has(code) ? "auto" : RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr" };
}

/** Text as nodes. A character that overrides direction keeps its place, but has nothing to override. */
export function plain(text) {
  if (!OVERRIDES.test(text)) return [document.createTextNode(text)];
  const pieces = text.split(OVERRIDES).filter(Boolean);
  return pieces.map((piece) => (OVERRIDES.test(piece) ? el("span", { class: "control", text: piece }) : piece));
}

/** A text that begins at `base` in its article, as nodes, with ranges of the article marked. */
export function marked(text, ranges, { base = 0, name = "mark", className = null } = {}) {
  const counted = new Text(text), out = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const from = Math.max(at, start - base), to = Math.min(end - base, counted.length);
    if (from >= to) continue;
    out.push(...plain(counted.slice(at, from)), el(name, { class: className }, plain(counted.slice(from, to))));
    at = to;
  }
  return [...out, ...plain(counted.slice(at))];
}

/** The part of a passage around its first highlight, at most `most` code points: [text, where it starts]. */
export function excerpt(passage, most = 280) {
  const text = new Text(passage.text);
  if (text.length <= most) return [text, passage.start];
  const first = passage.highlights.length ? passage.highlights[0].start - passage.start : 0;
  let from = Math.max(0, Math.min(first - 60, text.length - most));
  if (from) from += Array.from(text.slice(from, from + 30)).indexOf(" ") + 1;
  return [new Text(cut(text.slice(from), most)), passage.start + from];
}

/** The text with at most so many code points, and a mark where that is not all; it ends with a whole word. */
export function shorter(text, most) {
  const kept = cut(text, most);
  return kept === text ? text : `${kept}…`;
}

/** The beginning of a text, at most so many code points, to the end of a word in whatever script. */
export function cut(text, most) {
  const points = Array.from(text);
  if (points.length <= most) return text;
  const units = points.slice(0, most).join("").length;
  const word = WORDS.segment(text).containing(units);
  const end = word.isWordLike && word.index > units / 2 ? word.index : units;
  return text.slice(0, end).trimEnd();
}

const OPENING = "“\"„«‹「『", CLOSING = "”\"“»›」』";

/** Whether the whole text stands in quotation marks of its own. */
export function isQuotation(text) {
  const inside = text.slice(1, -1);
  return text.length > 1 && OPENING.includes(text[0]) && CLOSING.includes(text.at(-1))
    && ![...OPENING, ...CLOSING].some((mark) => inside.includes(mark));
}
