// One turn: the question, what was understood, the answer as it comes, and what can be done with it.

import { byNumber, disagreementNode, noticeNode, refusalNode, sentenceNode } from "./answer.js";
import { button, el, menu } from "./dom.js";
import { icon } from "./icons.js";
import { attributesOf, inLanguage, list, number, t } from "./i18n.js";
import { Lists } from "./lists.js";
import { announce } from "./live.js";
import { problemNode } from "./problems.js";
import { copy, copyFormats, linkToQuestion } from "./share.js";
import { marked, spoken } from "./text.js";
import { understoodNode } from "./understood.js";

/**
 * A turn, in the language of its question where the page speaks that. `actions`: open(citation, all of them, link),
 * retry(view), change(view, what), choose(view, dates), tab(view, name, the one before).
 */
export class TurnView {
  constructor(turn, actions) {
    this.turn = turn;
    this.actions = actions;
    this.open = (citation, link) => actions.open(citation, [...this.citations.values()], link);
    this.root = el("article", { class: "turn", "aria-label": turn.question });
    this.render();
  }

  /** The language of the question, as far as it is understood. */
  get language() {
    return this.turn.answer?.language ?? this.understood?.language ?? "";
  }

  /** Draw everything anew from the turn. */
  render() {
    if (this.turn.state === "asking") this.understood = null;
    inLanguage(this.language, () => this.#draw());
  }

  /** An event of the stream. */
  event(name, data) {
    if (name === "passages") this.#understand(data.understood);
    inLanguage(this.language, () => this.#tell(name, data));
  }

  #draw() {
    const { turn } = this;
    Object.assign(this.root, attributesOf());
    this.root.dataset.id = turn.id;
    if (turn.state === "asking") this.lists = null;
    this.citations = byNumber(turn.answer?.citations ?? []);
    this.sentences = [];
    this.chips = el("div");
    this.answer = el("div", { class: "answer", "aria-busy": String(turn.state === "asking") });
    this.after = el("div", { class: "after" });
    this.root.replaceChildren(this.#asked(), this.chips, this.answer, this.after);
    if (turn.state === "asking") this.answer.append(this.#waiting(t("searching")));
    if (turn.answer) this.#whole(turn.answer);
    if (turn.state === "stopped") this.#ended(el("p", { class: "notice", text: t("stopped") }));
    if (turn.state === "failed") this.#ended(problemNode(turn.problem, () => this.actions.retry(this)));
  }

  /** The language is known now: what was drawn before is drawn in it, but for a question that is being edited. */
  #understand(understood) {
    this.understood = understood;
    if (inLanguage(this.language, attributesOf).lang === this.root.lang) return;
    const asked = this.root.querySelector(".asked:not(.editing)"), held = asked?.contains(document.activeElement);
    inLanguage(this.language, () => {
      Object.assign(this.root, attributesOf());
      asked?.replaceWith(this.#asked());
    });
    if (held) this.focus();
  }

  #tell(name, data) {
    if (name === "passages") this.#found(data);
    else if (name === "sentence") this.#sentence(data);
    else if (name === "restarted") this.#restarted(data.notice);
    else if (name === "done") this.#done(data);
  }

  #asked() {
    const tools = el("div", { class: "tools" },
      button(t("edit"), () => this.edit(), { icon: icon("edit"), bare: true }),
      button(t("retry"), () => this.actions.retry(this), { icon: icon("retry"), bare: true }),
      button(t("copyLink"), () => copy(linkToQuestion(this.turn)), { icon: icon("link"), bare: true }));
    const heading = el("h2", { dir: "auto", tabindex: "-1" }, this.#question());
    return el("header", { class: "asked" }, el("div", { class: "words" }, heading, clamped(heading)), tools);
  }

  /** Put the focus on the question: what held it before was drawn anew. */
  focus() {
    this.root.querySelector(".asked h2").focus({ preventScroll: true });
  }

  /** The question; words about which nothing was found are marked, where it was searched for as it stands. */
  #question() {
    const { question, answer } = this.turn;
    const unmet = answer?.understood.question === question ? answer.unmet ?? [] : [];
    return marked(question, unmet, { name: "span", className: "missing" });
  }

  /** Let the question be edited where it stands. */
  edit(question = this.turn.question) {
    const field = el("textarea", { rows: 2, dir: "auto", "aria-label": t("question"), maxlength: 4000 });
    field.value = question;
    const leave = () => this.root.querySelector(".asked").replaceWith(this.#asked());
    const ask = () => (field.value.trim() ? this.actions.change(this, { question: field.value.trim() }) : leave());
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
      if (event.key === "Escape") { event.stopPropagation(); leave(); }
    });
    const form = el("div", { class: "asked editing" }, field, el("div", { class: "row" },
      button(t("ask"), ask, { class: "primary" }), button(t("cancel"), leave)));
    this.root.querySelector(".asked").replaceWith(form);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  #found({ understood, passages }) {
    this.#understood(understood);
    const sources = new Set(passages.map((one) => one.article.source ?? one.article.id)).size;
    const counts = { passages: number(passages.length), sources: number(sources) };
    this.answer.replaceChildren(this.#waiting(t("reading", counts)));
  }

  #understood(understood) {
    const { change, choose } = this.actions;
    const node = understoodNode(this.turn, understood, {
      change: (what) => ("edit" in what ? this.edit(what.edit) : change(this, what)),
      choose: (dates) => choose(this, dates),
    });
    this.chips.replaceWith(node);
    this.chips = node;
  }

  #waiting(text) {
    return el("p", { class: "waiting" }, el("span", { class: "pulse", "aria-hidden": "true" }), text);
  }

  #sentence({ sentence, citations }) {
    for (const citation of citations) this.citations.set(citation.n, citation);
    this.answer.querySelector(".waiting")?.remove();
    this.#show(sentence);
    const cited = sentence.citations.map((n) => t("citationNumber", { n }));
    announce(`${sentence.text} ${list(cited)}`, spoken(sentence.language));
  }

  #show(sentence) {
    const node = sentenceNode(sentence, this.citations, this.open);
    const last = this.answer.lastElementChild;
    if (last?.dataset.article && last.dataset.article === node.dataset.article) last.querySelector(".facts")?.remove();
    this.answer.append(node);
    this.sentences.push(sentence.text);
  }

  #restarted(notice) {
    this.citations.clear();
    this.sentences = [];
    this.answer.replaceChildren(this.#waiting(notice.text));
  }

  #done(answer) {
    this.citations = byNumber(answer.citations);
    this.#whole(answer);
    for (const notice of answer.notices) announce(notice.text, { lang: answer.language });
    for (const { text } of answer.disagreements) announce(`${t("disagreement")}: ${text}`);
  }

  /** The whole answer. Sentences that were shown as they came stay where they are, and keep the focus. */
  #whole(answer) {
    this.#understood(answer.understood);
    this.answer.setAttribute("aria-busy", "false");
    this.root.querySelector(".asked h2")?.replaceChildren(...this.#question());
    if (this.sentences.join("\n") !== answer.sentences.map(({ text }) => text).join("\n") || !this.sentences.length) {
      this.answer.replaceChildren();
      this.sentences = [];
      for (const sentence of answer.sentences) this.#show(sentence);
    }
    const notices = answer.notices.filter(({ kind }) => kind !== "refusal").map(noticeNode);
    if (!answer.answered) notices.unshift(refusalNode(answer, this.turn.filters));
    const conflicts = answer.disagreements.map((one) => disagreementNode(one, this.citations, this.open));
    const before = this.lists?.shown;
    this.after.replaceChildren(...conflicts, ...notices, this.#foot(answer));
    this.showTab(before || this.usualTab);
  }

  #foot(answer) {
    this.lists = new Lists(answer, this.open, (name, before) => this.actions.tab(this, name, before));
    const foot = el("footer", { class: "foot" }, this.lists.tabs, answer.answered && this.#copying());
    return el("div", {}, foot, this.lists.region);
  }

  /** The list that is open below the answer unless another was chosen. */
  get usualTab() {
    return this.turn.answer?.answered ? "" : this.lists?.names[0] ?? "";
  }

  /** Show one of the lists below the answer, or with "" none. */
  showTab(name) {
    inLanguage(this.language, () => this.lists?.show(name));
  }

  #copying() {
    const entries = () => copyFormats.map(([name, write]) => [t(name), () => copy(write(this.turn))]);
    return el("span", { class: "end" }, menu(t("copy"), entries, { icon: icon("copy") }));
  }

  #ended(node) {
    this.answer.querySelector(".waiting")?.remove();
    this.answer.setAttribute("aria-busy", "false");
    this.after.append(node);
    if (this.turn.state !== "stopped") return;
    const again = button(t("retry"), () => this.actions.retry(this), { icon: icon("retry") });
    this.after.append(el("div", { class: "row" }, again));
  }
}

/** A long question is shown by its first lines; the button beside it shows the rest. */
function clamped(heading) {
  const more = button(t("showAll"), () => {
    const whole = heading.classList.toggle("whole");
    more.firstElementChild.textContent = t(whole ? "showLess" : "showAll");
    more.setAttribute("aria-expanded", String(whole));
  }, { class: "small", hidden: true, "aria-expanded": "false" });
  const look = () => {
    const hidden = heading.scrollHeight - heading.clientHeight; // letters may reach below their line: that is no line
    if (!heading.classList.contains("whole")) more.hidden = hidden < parseFloat(getComputedStyle(heading).fontSize);
  };
  new ResizeObserver(look).observe(heading);
  return more;
}
