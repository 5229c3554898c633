// The lists below an answer: its sources, its passages, and these over time; one at a time is open.

import { sourcesNode } from "./answer.js";
import { button, el } from "./dom.js";
import { t } from "./i18n.js";
import { passagesNode } from "./passages.js";
import { timelineNode } from "./timeline.js";

/** The tabs of an answer, and the region in which the list of one is shown. `toggled(name, the one before)`. */
export class Lists {
  constructor(answer, open, toggled) {
    this.draw = {
      sources: answer.citations.length && (() => sourcesNode(answer, open)),
      passages: answer.passages.length && (() => passagesNode(answer, open)),
      timeline: answer.passages.length > 1 && (() => timelineNode(answer, open)),
    };
    this.names = Object.keys(this.draw).filter((name) => this.draw[name]);
    this.shown = "";
    this.region = el("div", { class: "view" });
    this.tabs = this.names.map((name) => button(t(name), () => this.#toggle(name, toggled), {
      class: "tab", "aria-expanded": "false", "data-name": name,
    }));
  }

  /** Show a list, or with "" none. */
  show(name) {
    const wanted = this.names.includes(name) ? name : "";
    if (wanted === this.shown) return;
    this.shown = wanted;
    for (const tab of this.tabs) tab.setAttribute("aria-expanded", String(tab.dataset.name === wanted));
    this.region.replaceChildren(...(wanted ? [this.draw[wanted]()] : []));
  }

  #toggle(name, toggled) {
    const before = this.shown;
    this.show(before === name ? "" : name);
    toggled(this.shown, before);
    if (this.shown) this.#bringIntoSight();
  }

  /** Scroll as little as shows what opened, with its tabs; of what is longer than the window, the beginning. */
  #bringIntoSight() {
    const foot = this.tabs[0].closest(".foot"), room = foot.closest(".scroller").clientHeight;
    const height = this.region.getBoundingClientRect().bottom - foot.getBoundingClientRect().top;
    if (height <= room) this.region.scrollIntoView({ block: "nearest" });
    else foot.scrollIntoView({ block: "start" });
  }
}
