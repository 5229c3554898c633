// Elements made of nodes and text, never of markup: what an article says cannot become anything but text.

import { asSpoken } from "./i18n.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element; properties that begin with "on" are listeners, `text` is its text, the rest are attributes. A listener
 * speaks the language in which the element was drawn.
 */
export function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same, of SVG. */
export function svg(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

/** A button that does something; its label is its text, or is read out where it shows an icon only. */
export function button(label, onclick, { icon, bare = false, ...properties } = {}) {
  const named = bare ? { "aria-label": label, title: label } : {};
  return el(
    "button",
    { type: "button", onclick, ...named, ...properties }, icon,
    bare ? null : el("span", { text: label })
  );
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), asSpoken(value));
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Put a popover or card beside an element, inside the window. */
export function place(popover, beside) {
  const anchor = beside.getBoundingClientRect(), size = popover.getBoundingClientRect(), gap = 8;
  const right = getComputedStyle(beside).direction === "rtl";
  const start = right ? anchor.right - size.width : anchor.left;
  const left = Math.max(gap, Math.min(start, innerWidth - size.width - gap));
  const below = innerHeight - anchor.bottom > size.height + 2 * gap || anchor.top < size.height + gap;
  const top = below ? anchor.bottom + gap : anchor.top - size.height - gap;
  popover.style.left = `${left}px`;
  popover.style.top = `${Math.max(gap, Math.min(top, innerHeight - size.height - gap))}px`;
}

/** A menu that opens at a button, and closes by itself. */
export function menu(label, entries, { icon, bare = true, className = "" } = {}) {
  const list = el("div", { popover: "auto", class: "menu", role: "menu", "aria-label": label });
  const draw = asSpoken(() => entries().map(([text, act, checked]) => menuItem(list, text, act, checked)));
  const opener = button(label, () => list.togglePopover(), {
    icon, bare, class: className, "aria-haspopup": "menu", "aria-expanded": "false",
  });
  list.addEventListener("toggle", ({ newState }) => {
    opener.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "open") return;
    list.replaceChildren(...draw());
    place(list, opener);
    list.firstElementChild?.focus();
  });
  list.addEventListener("keydown", (event) => moveWithin(event, list));
  return [opener, list];
}

function menuItem(list, text, act, checked) {
  const marked = checked === undefined ? {} : { role: "menuitemradio", "aria-checked": String(checked) };
  return button(text, () => { list.hidePopover(); act(); }, { role: "menuitem", tabindex: "-1", ...marked });
}

function moveWithin(event, list) {
  if (event.key === "Tab") return list.hidePopover(); // the focus goes back to the opener, and on from there
  const items = [...list.children], at = items.indexOf(document.activeElement);
  const goal = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (goal === undefined) return;
  event.preventDefault();
  items.at(goal % items.length).focus();
}
