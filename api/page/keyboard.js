// The keyboard: / to the question, J and K through the citations, arrows within the panel, Esc to leave.

import { showKeys } from "./dialogs.js";
import { uncover } from "./sidebar.js";

const STEPS = { j: 1, k: -1, J: 1, K: -1 };

/** Listen for the keys of the whole page. */
export function attachKeyboard({ panel, composer, conversation }) {
  document.addEventListener("keydown", (event) => {
    if (
      event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")
    ) return;
    if (event.key === "Escape") return escape(event, panel, conversation());
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    const step = STEPS[event.key] ?? arrow(event, panel);
    if (event.key === "/") composer.focus();
    else if (event.key === "?") showKeys();
    else if (step && panel.isOpen) panel.step(step);
    else if (step) focusCitation(step);
    else return;
    event.preventDefault();
  });
}

function escape(event, panel, conversation) {
  if (document.querySelector("[popover]:popover-open:not(#card)")) return;
  if (panel.isOpen) panel.close();
  else if (uncover()) document.querySelector("[data-opens=sidebar]").focus();
  else if (conversation.running) conversation.stop();
  else return;
  event.preventDefault();
}

/** Along the line in the panel; up and down scroll the article there, and lead from number to number outside. */
function arrow({ key, target }, panel) {
  const along = getComputedStyle(target).direction === "rtl" ? -1 : 1;
  if (panel.isOpen) return { ArrowRight: along, ArrowLeft: -along }[key];
  if (target.matches(".cite")) return { ArrowDown: 1, ArrowUp: -1, ArrowRight: along, ArrowLeft: -along }[key];
  return undefined;
}

function focusCitation(step) {
  const links = [...document.querySelectorAll("#turns .answer .cite, #turns .disagreement .cite")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? nearest(links, step) : links[(at + step + links.length) % links.length];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** The first number that is in sight. */
function nearest(links, step) {
  const seen = links.filter((link) => link.getBoundingClientRect().top > 0);
  return seen.length ? seen[step > 0 ? 0 : seen.length - 1] : links.at(step > 0 ? 0 : -1);
}
