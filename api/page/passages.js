// The passages that were found, with what in them matches; by relevance or by time.

import { facts, quotationLink, titleOf } from "./citations.js";
import { moment } from "./dates.js";
import { button, el } from "./dom.js";
import { t } from "./i18n.js";
import { excerpt, marked, spoken } from "./text.js";

/** The passages of an answer as a list; each opens its article at the passage. */
export function passagesNode(answer, open) {
  const list = el("ol", { class: "passages" });
  const draw = (byTime) => list.replaceChildren(
    ...ordered(answer.passages, byTime).map((one) => passageNode(one, open))
  );
  const orders = [["byRelevance", false], ["byTime", true]].map(([name, byTime]) => button(t(name), () => {
    for (const [at, one] of orders.entries()) one.setAttribute("aria-pressed", String(Boolean(at) === byTime));
    draw(byTime);
  }, { class: "small", "aria-pressed": String(!byTime) }));
  draw(false);
  return el(
    "div", {},
    answer.passages.length > 1 && el("div", { class: "row", role: "group", "aria-label": t("order") }, orders), list
  );
}

/** The newest first; those without a year last. */
export function ordered(passages, byTime) {
  if (!byTime) return passages;
  return [...passages].sort(
    (a, b) => (
      moment(b.article.published_at) ?? -Infinity
    ) - (moment(a.article.published_at) ?? -Infinity) || a.rank - b.rank
  );
}

/** A passage with its highlights. */
export function passageNode(passage, open, { dated = true } = {}) {
  const [text, start] = excerpt(passage);
  const before = start > passage.start ? "…" : "", after = start + text.length < passage.end ? "…" : "";
  const words = marked(text.text, passage.highlights, { base: start, name: "b" });
  const title = quotationLink(asCitation(passage), open, {}, titleOf(passage.article, { most: 110 }));
  return el(
    "li", {}, title,
    facts(passage.article, { dated }),
    el("p", { class: "excerpt", ...spoken(passage.article.language) }, before, words, after)
  );
}

/** A passage as what the panel opens: its text is the quotation. */
export function asCitation({ article, start, end, text }) {
  const { title, source, published_at, language, url, content_hash } = article;
  return {
    n: null, article_id: article.id, content_hash, start, end, quote: text, span: null, title, source, published_at,
    language, url,
  };
}
