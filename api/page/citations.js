// Citations: the number behind a sentence, what is said of a source, and addresses that lead back to a quotation.

import { shownDate } from "./dates.js";
import { el } from "./dom.js";
import { languageName, t } from "./i18n.js";
import { plain, shorter, spoken } from "./text.js";

const shown = new WeakMap(); // the link of a number -> its citation

/** The citation that a link stands for. */
export function citationOf(element) {
  return shown.get(element) ?? null;
}

/** The number of a citation, as a link to its quotation. */
export function citeLink(citation, open) {
  const link = quotationLink(citation, open, {
    class: "cite", text: citation.n, "aria-label": t("citationNumber", { n: citation.n }),
  });
  shown.set(link, citation);
  return link;
}

/** A link to a quotation, which opens beside the answer. */
export function quotationLink(citation, open, properties, ...children) {
  const onclick = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return; // a tab of its own, as for every link
    event.preventDefault();
    open(citation, event.currentTarget);
  };
  return el("a", { href: addressOf(citation), onclick, ...properties }, children);
}

/** The address of a quotation: its article, where it stands in it, and in which version. */
export function addressOf({ article_id, start, end, content_hash }) {
  return `#${new URLSearchParams({ article: article_id, start, end, version: content_hash.slice(0, 16) })}`;
}

/** The citation that an address names, as far as it does; null where it names none. */
export function citationAt(hash) {
  const said = new URLSearchParams(hash.slice(1));
  if (!said.get("article")) return null;
  const [start, end] = ["start", "end"].map((name) => Number.parseInt(said.get(name) ?? "0", 10) || 0);
  return {
    n: null, article_id: said.get("article"), start, end, content_hash: said.get("version") ?? "", quote: null,
    span: null,
  };
}

/** Source, date and language on one line, as far as they are known. */
export function facts(described, { dated = true } = {}) {
  const date = dated && shownDate(described.published_at);
  const known = [described.source, date, described.language && languageName(described.language)];
  const parts = known.filter(Boolean).map((fact) => el("bdi", { text: fact }));
  return el("p", { class: "facts" }, parts.flatMap((part, at) => (at ? [" · ", part] : [part])));
}

/** The title of an article, in its own language. Where an article has none, its first words stand for it. */
export function titleOf(described, { name = "cite", most = 140 } = {}) {
  return el(name, { class: "title", ...spoken(described.language) }, plain(shorter(described.title, most)));
}

/** An address that a link may lead to, with nothing in it that would end one; null for any that is not of the web. */
export function webAddress(url) {
  if (!url) return null;
  try {
    const { protocol, href } = new URL(url);
    return ["http:", "https:"].includes(protocol) ? href : null;
  } catch {
    return null;
  }
}
