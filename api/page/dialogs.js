// Dialogs: one way to open them all, the key that a service asks for, and the keys of the keyboard.

import { key } from "./api.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/** Open a modal dialog; resolves when it closes, to what `close` was given. */
export function openDialog(title, build, { className = "" } = {}) {
  return new Promise((resolve) => {
    let result = null;
    const close = (value) => { result = value ?? null; dialog.close(); };
    const heading = el("h2", { id: "dialog-title", text: title });
    const head = el("header", {}, heading, button(t("close"), () => close(), { icon: icon("close"), bare: true }));
    const dialog = el("dialog", { class: className, "aria-labelledby": "dialog-title" }, head, build(close));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(result); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

const SENDABLE = /^[!-~]+$/; // what a header can carry

let asking = null; // several requests may be refused at once: one dialog is enough

/** Ask the reader for a key; resolves to whether one was given. */
export function askForKey(problem) {
  if (problem.status === 403 && !key.get()) return Promise.resolve(false); // no key would help
  const form = (close) => keyForm(problem, close);
  asking ??= openDialog(t("keyTitle"), form, { className: "narrow" }).finally(() => (asking = null));
  return asking.then(Boolean);
}

function keyForm(problem, close) {
  const field = el("input", {
    type: "password", autocomplete: "off", spellcheck: "false", required: true, id: "key", autofocus: true, dir: "ltr",
  });
  const keep = el("input", { type: "checkbox", id: "keep" });
  const text = problem.status === 403 ? "keyAdmin" : key.get() ? "keyUnknown" : "keyWanted";
  const check = () => field.setCustomValidity(SENDABLE.test(field.value.trim()) ? "" : t("keyUnknown"));
  field.addEventListener("input", check);
  const submit = (event) => {
    event.preventDefault();
    key.set(field.value.trim(), keep.checked);
    close(true);
  };
  return el("form", { onsubmit: submit }, el("p", { text: t(text) }),
    el("label", { for: "key", text: t("key") }), field,
    el("label", { class: "check", for: "keep" }, keep, t("keyKeep")),
    el("div", { class: "row" },
      el("button", { type: "submit", class: "primary", text: t("keyUse") }),
      button(t("cancel"), () => close())));
}

const KEYS = [
  ["/", "keysQuestion"], ["Enter", "keysAsk"], ["Shift + Enter", "keysLine"], ["J · K", "keysCitations"],
  ["← · →", "keysPanel"], ["Esc", "keysClose"], ["?", "keysHelp"],
];

/** What the keyboard does. */
export function showKeys() {
  const rows = KEYS.map(([name, message]) => [el("dt", {}, el("kbd", { text: name })), el("dd", { text: t(message) })]);
  return openDialog(t("keyboard"), () => el("dl", { class: "keys" }, rows), { className: "narrow" });
}
