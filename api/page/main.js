// The page: its parts, made once and told of each other. It speaks with the service through api.js alone.

import { addArticles, attachDropping } from "./adding.js";
import * as api from "./api.js";
import { attachCards } from "./card.js";
import { citationAt } from "./citations.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { askForKey } from "./dialogs.js";
import { chooseFilters } from "./filters.js";
import { loadMessages, t, translate } from "./i18n.js";
import { attachKeyboard } from "./keyboard.js";
import { Panel } from "./panel.js";
import { described } from "./problems.js";
import { questionAt, toast } from "./share.js";
import { applyTheme, drawSidebar, drawTop, showSidebar, uncover } from "./sidebar.js";
import { NO_FILTERS, load, newConversation, save } from "./store.js";
import { shorter } from "./text.js";
import { drawWelcome } from "./welcome.js";

const part = (id) => document.getElementById(id);
let conversation, composer, panel, stats;

function show(data, { welcome = !data.turns.length } = {}) {
  conversation?.stop();
  const opened = (conversation = new Conversation(data, part("turns"), {
    open: (citation, citations, link) => panel.open(citation, citations, link),
    choose: async (view, dates) => {
      const filters = await chosen({ ...view.turn.filters, ...dates });
      if (filters) view.actions.change(view, { filters });
    },
    busy: (busy) => { if (conversation === opened) composer.setBusy(busy); },
    changed: () => { drawSidebar(part("sidebar"), sidebar); remember(); },
  }));
  panel.close();
  uncover();
  composer.setFilters(data.filters);
  composer.setBusy(false);
  drawSidebar(part("sidebar"), sidebar);
  if (welcome) drawWelcome(part("turns"), {
    ask, choose: (after, before) => limit({ ...conversation.data.filters, after, before }), added: refreshed,
  });
}

/** Keep the address on this conversation, so that the page comes back to it when it is loaded again. */
function remember() {
  const id = conversation.data.turns.length ? `#conversation=${encodeURIComponent(conversation.data.id)}` : "";
  document.title = [shorter(conversation.data.title, 60), "Zitat"].filter(Boolean).join(" · ");
  history.replaceState(null, "", `${location.pathname}${location.search}${id}`);
}

function ask(question) {
  return conversation.ask(question);
}

function begin() {
  show(newConversation());
  remember();
  composer.focus();
}

function limit(filters) {
  conversation.data.filters = filters;
  composer.setFilters(filters);
  part("turns").querySelector(".welcome .histogram")?.show(filters.after, filters.before);
  if (conversation.data.turns.length) save(conversation.data);
}

async function chosen(filters) {
  try {
    stats ??= await api.stats();
  } catch (error) {
    toast(t(`problem.${described(error).kind}`));
    return null;
  }
  return chooseFilters(filters, stats);
}

function refreshed() {
  stats = undefined;
  if (!conversation.data.turns.length) show(conversation.data);
}

const sidebar = {
  open: (id) => { const found = load(id); if (found) { show(found); remember(); } },
  begin,
  current: () => conversation.data,
  forgotten: (id) => {
    if (id !== null && id !== conversation.data.id) return drawSidebar(part("sidebar"), sidebar);
    conversation.data.turns.length = 0; // so that an answer still on its way does not keep it again
    begin();
  },
};

/** What the address asks for: a question, a quotation, or a conversation of before. */
function follow() {
  const wanted = questionAt(location.hash), citation = citationAt(location.hash);
  const kept = new URLSearchParams(location.hash.slice(1)).get("conversation");
  if (wanted) {
    show({ ...newConversation(), filters: { ...NO_FILTERS, ...wanted.filters } }, { welcome: false });
    return conversation.ask(wanted.question, wanted.understood);
  }
  const found = kept && load(kept);
  if (found || !conversation) show(found || newConversation());
  if (citation) panel.open(citation);
  else remember(); // an address that names nothing, as that of the skip link, leaves what is shown
}

async function start() {
  applyTheme();
  await loadMessages();
  translate(document);
  api.onKeyNeeded(askForKey);
  panel = new Panel(part("panel"), document.querySelector(".column"));
  composer = new Composer(part("composer"), {
    ask,
    stop: () => conversation.stop(),
    change: limit,
    filters: async () => { const filters = await chosen(conversation.data.filters); if (filters) limit(filters); },
  });
  drawTop(part("top"), { begin, add: () => addArticles(refreshed), conversation: () => conversation.data });
  showSidebar();
  attachCards(document);
  attachDropping(refreshed);
  attachKeyboard({ panel, composer, conversation: () => conversation });
  follow();
  addEventListener("hashchange", follow);
  document.documentElement.classList.remove("starting");
  if (!panel.isOpen && matchMedia("(hover: hover)").matches) composer.focus();
}

start().catch((error) => {
  document.body.textContent = "Zitat could not be loaded: see that you are connected, and load the page again.";
  document.documentElement.classList.remove("starting");
  throw error;
});
