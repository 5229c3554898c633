// Where questions are typed: Enter asks, Shift+Enter begins a line, the button stops what runs.

import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";
import { filterChips } from "./understood.js";

/** The composer. `hooks`: ask(question), stop(), filters() opens them, change(filters). */
export class Composer {
  constructor(root, hooks) {
    this.hooks = hooks;
    this.field = el("textarea", {
      id: "question", rows: 1, maxlength: 4000, placeholder: t("placeholder"), "aria-label": t("question"),
      enterkeyhint: "send", autocomplete: "off",
    });
    this.send = button(
      t("ask"),
      () => (this.busy ? hooks.stop() : this.#ask()),
      { icon: icon("send"), bare: true, class: "send" }
    );
    const filters = button(t("filters"), hooks.filters, { icon: icon("filter"), bare: true });
    this.chips = el("div", { class: "chips" });
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#grow());
    root.append(el("div", { class: "box" }, this.chips, el("div", { class: "line" }, filters, this.field, this.send)),
      el("p", { class: "hint", text: t("hint") }));
  }

  focus() {
    this.field.focus();
  }

  /** Show whether something is being answered: then the button stops it. */
  setBusy(busy) {
    this.busy = busy;
    const label = t(busy ? "stop" : "ask");
    this.send.replaceChildren(icon(busy ? "stop" : "send"));
    this.send.setAttribute("aria-label", label);
    this.send.title = label;
  }

  /** Show the filters that the next question is asked under. */
  setFilters(filters) {
    this.chips.replaceChildren(...filterChips(filters, this.hooks.change));
  }

  #key(event) {
    if (
      event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229
    ) return; // 229: an input method is at work
    event.preventDefault();
    this.#ask();
  }

  #ask() {
    const question = this.field.value.trim();
    if (!question) return this.focus();
    this.field.value = "";
    this.#grow();
    this.hooks.ask(question);
  }

  #grow() {
    this.field.dir = this.field.value ? "auto" : ""; // empty, it runs as the page does
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
