// The parts of an answer: its sentences, what contradicts, what the reader should know, and what it rests on.

import { citeLink, facts, titleOf, webAddress } from "./citations.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { isQuotation, marked, plain, spoken } from "./text.js";

/** One sentence with its numbers. One that quotes an article says from where, and has its answering words marked. */
export function sentenceNode(sentence, citations, open) {
  const cited = sentence.citations.map((n) => citations.get(n)).filter(Boolean);
  const first = cited[0];
  const quotes = first?.quote === sentence.text;
  const text = quotes
    ? el("q", { ...spoken(sentence.language), class: isQuotation(sentence.text) ? "own" : "" }, marked(sentence.text, first.span ? [first.span] : [], { base: first.start }))
    : el("span", {}, plain(sentence.text));
  const said = el("p", { class: "said", ...spoken(sentence.language) }, text, "\u00a0", numbers(cited, open));
  const node = el("div", { class: "sentence" }, said);
  if (quotes) node.append(facts(first));
  node.dataset.article = quotes ? first.article_id : "";
  return node;
}

function numbers(cited, open) {
  return el("span", { class: "cites" }, cited.map((citation) => citeLink(citation, open)));
}

/** Statements that cannot all hold, beside each other. */
export function disagreementNode(disagreement, citations, open) {
  const values = disagreement.values.map((value, at) => {
    const citation = citations.get(disagreement.citations[at]);
    return el("li", {}, el("span", { class: "value", ...spoken(citation?.language) }, plain(value)), " ",
      citation && citeLink(citation, open), citation && facts(citation));
  });
  return el("section", { class: "disagreement", "aria-label": t("disagreement") },
    el("p", { class: "label" }, icon("unequal"), t("disagreement")),
    el("p", { dir: "auto" }, plain(disagreement.text)), el("ul", {}, values));
}

/** What the reader should know beside the answer. */
export function noticeNode(notice) {
  return el("p", { class: `notice ${notice.kind}`, dir: "auto" }, plain(notice.text));
}

/** Stands where the answer would, if there is none, and says why; `filters` may have left the answer out. */
export function refusalNode({ notices }, filters) {
  const reasons = notices.filter(({ kind }) => kind === "refusal");
  const limited = filters.languages.length || filters.sources.length || filters.after || filters.before;
  return el("div", { class: "refusal" },
    reasons.map(({ text }) => el("p", { class: "label", dir: "auto" }, plain(text))),
    limited ? el("p", { text: t("filteredOut") }) : null);
}

/** The articles that an answer cites, each with its numbers. */
export function sourcesNode(answer, open) {
  const articles = grouped(answer.citations);
  return el("ol", { class: "sources" }, [...articles.values()].map((cited) => {
    const url = webAddress(cited[0].url);
    return el("li", {}, numbers(cited, open), el("div", {}, titleOf(cited[0]), facts(cited[0])),
      url && el(
        "a",
        {
          class: "bare", href: url, target: "_blank", rel: "noopener noreferrer", "aria-label": t("toSource"),
          title: t("toSource"),
        },
        icon("external")
      ));
  }));
}

function grouped(citations) {
  const out = new Map();
  for (const one of citations) out.set(one.article_id, [...(out.get(one.article_id) ?? []), one]);
  return out;
}

/** The same citations by their numbers. */
export function byNumber(citations) {
  return new Map(citations.map((citation) => [citation.n, citation]));
}
