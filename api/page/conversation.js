// A conversation: its turns, the one that is being answered, and how they become requests.

import * as api from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { announce } from "./live.js";
import { described } from "./problems.js";
import { newTurn, save } from "./store.js";
import { Text } from "./text.js";
import { TurnView } from "./turn.js";

const PASSAGES = 12, REMEMBERED = 10, LONGEST = 4000;

/** The turns of one conversation on the page. `hooks`: open, choose, busy(whether), changed(). */
export class Conversation {
  constructor(data, container, hooks) {
    this.data = data;
    this.container = container;
    this.hooks = hooks;
    this.running = null;
    const change = (view, what) => this.#change(view, what);
    this.actions = { open: hooks.open, choose: hooks.choose, retry: (view) => this.#change(view, {}), change };
    this.views = data.turns.map((turn) => this.#kept(turn));
    container.replaceChildren(...this.views.map((view) => view.root));
  }

  /** A turn of before. Of one whose answer cannot be shown, as another version kept it, the question is left. */
  #kept(turn) {
    try {
      return new TurnView(turn, this.actions);
    } catch {
      return new TurnView(Object.assign(turn, newTurn(turn.question), { state: "stopped" }), this.actions);
    }
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
    Object.assign(turn, newTurn(question ?? turn.question, filters ?? turn.filters, more), { id: turn.id });
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
        if (name === "done") Object.assign(turn, { answer: data, state: "done" });
        view.event(name, data);
      }
    } catch (error) {
      if (view.asked === running) this.#broke(view, error); // else the turn is being asked anew already
    } finally {
      if (this.running === running) {
        this.running = null;
        this.hooks.busy(false);
      }
      save(this.data);
      this.hooks.changed();
    }
  }

  #broke(view, error) {
    const stopped = error.name === "AbortError";
    view.turn.state = stopped ? "stopped" : "failed";
    view.turn.problem = stopped ? null : described(error);
    const shown = [...view.answer.querySelectorAll(".sentence")];
    view.render();
    view.answer.append(...shown); // each was proved before it was shown
    announce(t(stopped ? "stopped" : `problem.${view.turn.problem.kind}`));
  }

  #body(turn) {
    const { languages, sources, after, before, preference, chronological } = turn.filters;
    const turns = this.data.turns.slice(0, this.data.turns.indexOf(turn));
    const earlier = turns.filter((one) => one.answer).slice(-REMEMBERED);
    return {
      question: turn.question, count: PASSAGES, languages, sources, after: after || null, before: before || null,
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
