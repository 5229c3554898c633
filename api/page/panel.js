// The side panel: an article, opened at a quotation, which is highlighted with the words in it that answer.

import * as api from "./api.js";
import { addressOf, facts, quotationLink, titleOf, webAddress } from "./citations.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { asSpoken, attributesOf, number, t } from "./i18n.js";
import { described, problemNode } from "./problems.js";
import { copy, absolute } from "./share.js";
import { Text, marked, plain, spoken } from "./text.js";

const REMEMBERED = 30, MATES = 20;
const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer" };
const PARAGRAPH = /[^\n]*\n*/g;

/**
 * The panel of the page; one article is open at a time, in the language of the turn it was opened from. `hooks`:
 * opened(citation, the turn's id, whether another was open), stepped(citation), closed().
 */
export class Panel {
  constructor(root, main, hooks) {
    Object.assign(this, { root, main, hooks, opener: null, citations: [], at: 0, articles: new Map() });
    this.narrow = matchMedia("(max-width: 60rem)");
    this.narrow.addEventListener("change", () => this.#cover());
  }

  get isOpen() {
    return !this.root.hidden;
  }

  /** Open a citation; `citations` are those that previous and next lead to. */
  open(citation, citations = [citation], opener = document.activeElement) {
    const turn = opener?.closest?.(".turn")?.dataset.id ?? null;
    this.hooks.opened(citation, turn, this.isOpen);
    if (!this.root.contains(opener)) this.opener = opener;
    return this.show(citation, citations);
  }

  /** The same, without a step in the browser's history. */
  show(citation, citations = [citation]) {
    const at = citations.findIndex((one) => one.n !== null && one.n === citation.n);
    Object.assign(this, { citations: at < 0 ? [citation] : citations, at: Math.max(0, at) });
    this.speak = asSpoken((draw) => draw());
    Object.assign(this.root, attributesOf());
    this.root.hidden = false;
    this.#cover();
    return this.#show(true);
  }

  /** Close, as the reader wants it. */
  close() {
    this.hide();
    this.hooks.closed();
  }

  /** The same, as something else is shown. */
  hide() {
    this.pending?.abort();
    this.root.hidden = true;
    this.#cover();
    for (const link of document.querySelectorAll(".cite.current")) link.classList.remove("current");
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
    this.opener = null;
  }

  /** The next citation of the same answer, or the previous one. */
  step(by) {
    const at = this.at + by;
    if (at < 0 || at >= this.citations.length) return;
    this.at = at;
    this.hooks.stepped(this.citations[at]);
    this.speak(() => this.#show(false));
  }

  /** On a phone the panel covers the page, and nothing below it can be reached. */
  #cover() {
    document.documentElement.classList.toggle("reading", this.isOpen);
    this.main.inert = this.isOpen && this.narrow.matches;
  }

  async #show(moves) {
    this.pending?.abort();
    const { signal } = (this.pending = new AbortController());
    const citation = this.citations[this.at];
    const body = el(
      "div",
      { class: "body", tabindex: "0", role: "region", "aria-label": t("article") },
      el("p", { class: "waiting" }, el("span", { class: "pulse" }), t("opening"))
    );
    this.root.replaceChildren(this.#bar(citation, moves), body);
    this.#mark(citation);
    try {
      const article = await this.#article(citation, signal);
      if (!signal.aborted) this.speak(() => this.#fill(body, article, citation, signal));
    } catch (error) {
      if (signal.aborted) return;
      this.speak(() => body.replaceChildren(problemNode(described(error), () => this.#show(false))));
    }
  }

  #fill(body, article, citation, signal) {
    const [range, notice] = located(article, citation);
    const text = textNode(article, range, citation.span && range[0] === citation.start ? citation.span : null);
    body.replaceChildren(this.#head(article), notice ?? "", text, this.#elsewhere(article, signal));
    const url = webAddress(article.url);
    const link = url && el("a", { class: "external", href: url, ...ELSEWHERE }, t("toSource"), icon("external"));
    if (link) body.after(el("footer", {}, link)); // below what scrolls: always in reach
    text.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  #bar(citation, moves) {
    const many = this.citations.length > 1;
    const close = button(t("close"), () => this.close(), { icon: icon("close"), bare: true });
    if (moves) queueMicrotask(() => close.focus());
    const focused = document.activeElement?.dataset?.step; // stays on the same button as the panel changes
    const steps = [this.#step("previous", t("previousCitation"), -1), this.#step("next", t("nextCitation"), 1)];
    const kept = steps.find((one) => one.dataset.step === focused && !one.disabled) ?? close;
    if (focused) queueMicrotask(() => kept.focus());
    const place = many ? t("citationOf", { n: number(this.at + 1), all: number(this.citations.length) }) : "";
    const title = citation.title && el("span", { class: "title", ...spoken(citation.language) }, plain(citation.title));
    return el("header", { class: "bar" }, many && steps,
      el("div", { class: "place" }, title, el("span", { text: place, role: "status" })),
      button(t("copyCitation"), () => copy(absolute(addressOf(citation))), { icon: icon("link"), bare: true }), close);
  }

  #step(name, label, by) {
    const disabled = !this.citations[this.at + by];
    return button(label, () => this.step(by), { icon: icon(name), bare: true, "data-step": name, disabled });
  }

  #head(article) {
    return el("header", {}, titleOf(article, { name: "h2", most: 240 }), facts(article),
      article.author && el("p", { class: "facts" }, el("bdi", { text: article.author })));
  }

  #mark(citation) {
    for (const link of document.querySelectorAll("#turns .cite")) {
      link.classList.toggle("current", link.getAttribute("href") === addressOf(citation));
    }
  }

  #elsewhere(article, signal) {
    const section = el("section", { class: "elsewhere", hidden: true });
    if (article.also_in.length) this.#mates(article, section, signal).catch(() => {});
    return section;
  }

  /** Other articles with nearly the same text. */
  async #mates(article, section, signal) {
    const { articles } = await api.articles({ same_story_as: article.id, limit: MATES }, signal);
    section.hidden = !articles.length;
    this.speak(() => section.replaceChildren(
      el("h3", { text: t("sameStory") }),
      el("ul", {}, articles.map((one) => el("li", {}, this.#mate(one), facts(one))))
    ));
  }

  #mate(listed) {
    const nowhere = { n: null, content_hash: "", start: 0, end: 0, quote: null, span: null };
    const citation = { ...nowhere, ...listed, article_id: listed.id };
    return quotationLink(citation, () => this.open(citation), {}, titleOf(listed, { most: 110 }));
  }

  /** The article; one that was read before is read again if the citation is of another version. */
  async #article(citation, signal) {
    const id = citation.article_id, kept = this.articles.get(id);
    const found = kept && isVersion(kept, citation) ? kept : await api.article(id, signal);
    this.articles.delete(id);
    this.articles.set(id, found);
    if (this.articles.size > REMEMBERED) this.articles.delete(this.articles.keys().next().value);
    return found;
  }
}

/** Whether an article is the version that was cited; an address holds the beginning of its hash, or none. */
function isVersion(article, { content_hash }) {
  return article.content_hash.startsWith((content_hash ?? "").slice(0, 16));
}

/** Where the quotation stands in the article as it is now, and what to say if that is not where it stood. */
function located(article, citation) {
  if (isVersion(article, citation)) return [[citation.start, citation.end], null];
  const found = citation.quote && new Text(article.text).find(citation.quote);
  const notice = el("div", { class: "notice changed" }, el("p", { text: t(found ? "changedStill" : "changedGone") }),
    !found && citation.quote && el("blockquote", spoken(citation.language), plain(citation.quote)));
  return [found || [0, 0], notice];
}

/** The article's text, paragraph by paragraph; the text of all nodes together is exactly the article's. */
function textNode(article, [start, end], span) {
  const paragraphs = [];
  let at = 0;
  for (const [paragraph] of article.text.matchAll(PARAGRAPH)) {
    const text = new Text(paragraph), from = at, to = (at += text.length);
    const [a, b] = [Math.max(start, from), Math.min(end, to)].map((one) => one - from);
    const words = () => marked(text.slice(a, b), span ? [span] : [], { base: from + a, className: "span" });
    const quoted = () => [plain(text.slice(0, a)), el("mark", { class: "quote" }, words()), plain(text.slice(b))];
    const parts = a < b ? quoted() : plain(paragraph);
    if (paragraph) paragraphs.push(el("p", {}, parts));
  }
  return el("div", { class: "article-text", ...spoken(article.language) }, paragraphs);
}
