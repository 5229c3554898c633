// A conversation: its turns, the one that is being answered, and how they become requests.

import * as api from "./api.js";
import { el } from "./dom.js";
import { hear, inLanguage, t } from "./i18n.js";
import { announce } from "./live.js";
import { described } from "./problems.js";
import { load, newTurn, save } from "./store.js";
import { Text } from "./text.js";
import { TurnView } from "./turn.js";

const REMEMBERED = 10, LONGEST = 4000;

/** The turns of one conversation on the page. `hooks`: open, choose, tab, busy(whether), changed(). */
export class Conversation {
  constructor(data, container, hooks) {
    this.data = data;
    this.container = container;
    this.hooks = hooks;
    this.running = null;
    const change = (view, what) => this.#change(view, what);
    const { open, choose, tab } = hooks;
    this.actions = { open, choose, tab, retry: (view) => this.#change(view, {}), change };
    this.views = data.turns.map((turn) => this.#kept(turn));
    container.replaceChildren(...this.views.map((view) => view.root));
  }

  /** A turn of before. Of one whose answer cannot be shown, as another version kept it, the question is left. */
  #kept(turn) {
    let view;
    try {
      view = new TurnView(turn, this.actions);
    } catch {
      const { id, asked } = turn;
      view = new TurnView(Object.assign(turn, newTurn(turn.question), { id, asked, state: "stopped" }), this.actions);
    }
    hear(view.language).then((fresh) => fresh && view.render());
    return view;
  }

  /** Keep the conversation, with what another tab has kept of it meanwhile. */
  keep() {
    if (this.data.turns.length) this.take(load(this.data.id));
    save(this.data);
  }

  /** Take over what another tab has kept of the same conversation: its turns, and later states of ours. */
  take(kept) {
    for (const turn of kept?.turns ?? []) {
      const at = this.data.turns.findIndex(({ id }) => id === turn.id);
      if (at < 0) this.#insert(turn);
      else if ((turn.changed ?? 0) > (this.data.turns[at].changed ?? 0)) this.#replace(at, turn);
    }
  }

  #insert(turn) {
    const later = this.data.turns.findIndex(({ asked }) => (asked ?? 0) > (turn.asked ?? 0));
    const at = later < 0 ? this.views.length : later, view = this.#kept(turn);
    if (!this.views.length) this.container.replaceChildren();
    this.container.insertBefore(view.root, this.views[at]?.root ?? null);
    this.data.turns.splice(at, 0, turn);
    this.views.splice(at, 0, view);
  }

  #replace(at, turn) {
    const view = this.#kept(turn);
    this.views[at].root.replaceWith(view.root);
    this.data.turns[at] = turn;
    this.views[at] = view;
  }

  /** Open the lists below the turns that were open at a place, and no others. */
  showTabs(tabs) {
    for (const view of this.views) view.showTab(tabs[view.turn.id] ?? view.usualTab);
  }

  /** The turn with an id. */
  view(id) {
    return this.views.find(({ turn }) => turn.id === id);
  }

  /** Ask a question at the end, under the filters of the conversation; `understood` says how, where that is fixed. */
  ask(question, understood = {}) {
    const turn = newTurn(question, this.data.filters, understood);
    const view = new TurnView(turn, this.actions);
    this.data.turns.push(turn);
    this.views.push(view);
    if (this.views.length === 1) this.container.replaceChildren();
    this.container.append(view.root);
    return this.#answer(view);
  }

  /** Stop what is being answered. What was shown stays. */
  stop() {
    this.running?.abort();
  }

  #change(view, { question, filters, questionLanguage, datesFilter }) {
    const { turn } = view;
    const more = {
      questionLanguage: questionLanguage ?? turn.questionLanguage, datesFilter: datesFilter ?? turn.datesFilter,
    };
    if (question) more.questionLanguage = undefined;
    Object.assign(turn, newTurn(question ?? turn.question, filters ?? turn.filters, more), {
      id: turn.id, asked: turn.asked,
    });
    view.root.setAttribute("aria-label", turn.question);
    view.render();
    view.focus();
    return this.#answer(view);
  }

  async #answer(view) {
    this.stop();
    const running = (this.running = view.asked = new AbortController());
    const { turn } = view;
    this.hooks.busy(true);
    view.root.scrollIntoView({ block: "start", behavior: "instant" });
    try {
      for await (const [name, data] of api.ask(this.#body(turn), running.signal)) {
        running.signal.throwIfAborted(); // what was read before it was stopped
        if (name === "passages") await hear(data.understood.language);
        if (name === "done") Object.assign(turn, { answer: data, state: "done", changed: Date.now() });
        view.event(name, data);
      }
    } catch (error) {
      if (view.asked === running) this.#broke(view, error); // else the turn is being asked anew already
    } finally {
      if (this.running === running) {
        this.running = null;
        this.hooks.busy(false);
      }
      this.keep();
      this.hooks.changed();
    }
  }

  #broke(view, error) {
    const stopped = error.name === "AbortError";
    view.turn.state = stopped ? "stopped" : "failed";
    view.turn.problem = stopped ? null : described(error);
    view.turn.changed = Date.now();
    const shown = [...view.answer.querySelectorAll(".sentence")];
    view.render();
    view.answer.append(...shown); // each was proved before it was shown
    announce(inLanguage(view.language, () => t(stopped ? "stopped" : `problem.${view.turn.problem.kind}`)));
  }

  #body(turn) {
    const { languages, sources, after, before, preference, chronological } = turn.filters;
    const turns = this.data.turns.slice(0, this.data.turns.indexOf(turn));
    const earlier = turns.filter((one) => one.answer).slice(-REMEMBERED);
    return {
      question: turn.question, languages, sources, after: after || null, before: before || null,
      preference, chronological,
      question_language: turn.questionLanguage ?? null, dates_filter: turn.datesFilter ?? false,
      conversation: earlier.map((one) => ({ question: one.question, answer: told(one.answer) })),
    };
  }
}

function told(answer) {
  return new Text(answer.sentences.map(({ text }) => text).join(" ")).slice(0, LONGEST);
}

/** Where the turns would be, while there are none. */
export function nothingYet(container, ...children) {
  container.replaceChildren(el("section", { class: "welcome" }, children));
}
