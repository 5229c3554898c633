// The card that hovers at a citation's number: title, source, date, language and the quotation.

import { citationOf, facts, titleOf } from "./citations.js";
import { el, place } from "./dom.js";
import { attributesOf, inLanguage } from "./i18n.js";
import { marked, spoken } from "./text.js";

const SOON = 120, LATER = 200; // milliseconds before it comes, and until it goes, so that the pointer can reach it

/** Show cards at the numbers within a part of the page, for the pointer and for the keyboard. */
export function attachCards(root) {
  const card = document.getElementById("card");
  let waiting = 0;
  const soon = (what, delay) => { clearTimeout(waiting); waiting = setTimeout(what, delay); };
  const hide = () => { clearTimeout(waiting); if (card.matches(":popover-open")) card.hidePopover(); };

  root.addEventListener("pointerover", ({ target, pointerType }) => {
    const link = target.closest?.(".cite");
    if (link && pointerType === "mouse") soon(() => show(card, link), SOON);
    else if (card.contains(target)) clearTimeout(waiting);
    else if (card.matches(":popover-open")) soon(hide, LATER);
  });
  root.addEventListener(
    "focusin",
    ({ target }) => (target.matches(".cite:focus-visible") ? show(card, target) : hide())
  );
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !card.matches(":popover-open")) return;
    hide();
    event.stopImmediatePropagation(); // the next one closes the panel
  }, true);
  root.addEventListener("click", hide, true);
  root.addEventListener("scroll", () => card.matches(":popover-open") && hide(), true); // one to come still comes
}

function show(card, link) {
  const citation = citationOf(link);
  if (!citation || !link.isConnected) return;
  const span = citation.span ? [citation.span] : [];
  const lang = link.closest(".turn")?.lang;
  Object.assign(card, inLanguage(lang, attributesOf));
  card.replaceChildren(
    titleOf(citation, { name: "p" }), inLanguage(lang, () => facts(citation)),
    el("blockquote", spoken(citation.language), marked(citation.quote, span, { base: citation.start })));
  link.setAttribute("aria-describedby", "card");
  card.showPopover();
  place(card, link);
}
