// What screen readers are told: whole sentences, one after the other, never a text that is still growing.

import { el } from "./dom.js";

const KEPT = 20;

/** Say something when nothing else is being said. */
export function announce(text, attributes = {}) {
  const region = document.getElementById("live");
  region.append(el("p", { text, ...attributes }));
  while (region.childElementCount > KEPT) region.firstElementChild.remove();
}
