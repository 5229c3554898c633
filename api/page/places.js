// Where the reader is: each conversation, quotation and list that was opened is an entry of the browser's history, so
// that Back leads to what was shown before, and leaves the page only from where it was entered.

import { addressOf } from "./citations.js";

/** An empty page. `tabs`: the list that is open below a turn, by its id; `turn`: from which a citation was opened. */
const NOWHERE = { conversation: null, citation: null, turn: null, tabs: {}, by: null };

/** The places of this page. `show(place)` is asked to show one of before, `follow()` what an address names. */
export class Places {
  constructor({ show, follow }) {
    addEventListener("popstate", ({ state }) => state?.zitat && show(state.zitat));
    addEventListener("hashchange", () => this.#known || follow()); // an address that was typed, or a link in the text
  }

  get #known() {
    return history.state?.zitat ?? null;
  }

  /** The place that is shown. */
  get now() {
    return this.#known ?? NOWHERE;
  }

  /** Go on to another place; `by` names what opens it. */
  go(change, by = null) {
    const place = { ...this.now, ...change, by };
    history.pushState({ zitat: place }, "", address(place));
  }

  /** Be elsewhere without a step: Back leads to where it led. */
  stay(change = {}) {
    const place = { ...this.now, ...change };
    history.replaceState({ zitat: place }, "", address(place));
  }

  /** Undo what `by` opened: where that was the last step, by going back. */
  leave(change, by) {
    if (this.now.by === by) history.back();
    else this.stay(change);
  }
}

function address({ conversation, citation }) {
  const parts = [
    conversation && `conversation=${encodeURIComponent(conversation)}`, citation && addressOf(citation).slice(1),
  ].filter(Boolean);
  return `${location.pathname}${location.search}${parts.length ? `#${parts.join("&")}` : ""}`;
}
