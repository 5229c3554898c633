// The page: its parts, made once and told of each other. It speaks with the service through api.js alone.

import { addArticles, attachDropping } from "./adding.js";
import * as api from "./api.js";
import { attachCards } from "./card.js";
import { citationAt } from "./citations.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { askForKey } from "./dialogs.js";
import { chooseFilters } from "./filters.js";
import { inLanguage, loadMessages, t, translate } from "./i18n.js";
import { attachKeyboard } from "./keyboard.js";
import { Panel } from "./panel.js";
import { Places } from "./places.js";
import { described } from "./problems.js";
import { questionAt, toast } from "./share.js";
import { applyTheme, drawSidebar, drawTop, showSidebar, uncover } from "./sidebar.js";
import { NO_FILTERS, keptUnder, load, newConversation } from "./store.js";
import { shorter } from "./text.js";
import { drawWelcome } from "./welcome.js";

const part = (id) => document.getElementById(id);
let conversation, composer, panel, places, stats;

function show(data, { welcome = !data.turns.length } = {}) {
  conversation?.stop();
  const opened = (conversation = new Conversation(data, part("turns"), {
    open: (citation, citations, link) => panel.open(citation, citations, link),
    choose: async (view, dates) => {
      const filters = await chosen({ ...view.turn.filters, ...dates });
      if (filters) view.actions.change(view, { filters });
    },
    tab: ({ turn }, name, before) => {
      const tabs = { ...places.now.tabs, [turn.id]: name };
      if (name) places.go({ tabs }, before ? null : `tab of ${turn.id}`);
      else places.leave({ tabs }, `tab of ${turn.id}`);
    },
    busy: (busy) => { if (conversation === opened) inLanguage("", () => composer.setBusy(busy)); },
    changed: () => { if (conversation === opened) titled(); drawSidebar(part("sidebar"), sidebar); },
  }));
  panel.hide();
  uncover();
  composer.setFilters(data.filters);
  composer.setBusy(false);
  drawSidebar(part("sidebar"), sidebar);
  titled();
  if (welcome) drawWelcome(part("turns"), {
    ask, choose: (after, before) => limit({ ...conversation.data.filters, after, before }), added: refreshed,
  });
}

function titled() {
  document.title = [shorter(conversation.data.title, 60), "Zitat"].filter(Boolean).join(" · ");
}

/** The address keeps the conversation from its first question on, so that the page comes back to it. */
const here = () => ({
  conversation: conversation.data.turns.length ? conversation.data.id : null, citation: null, turn: null, tabs: {},
});

/** Show another conversation, or an empty one, as a step that Back undoes. */
function turnTo(data) {
  const step = places.now.conversation !== null || data.turns.length;
  show(data);
  if (step) places.go(here());
  else places.stay(here());
}

function ask(question) {
  if (conversation.data.turns.length) return conversation.ask(question);
  const asked = conversation.ask(question);
  places.go(here());
  return asked;
}

function begin() {
  turnTo(newConversation());
  composer.focus();
}

function limit(filters) {
  conversation.data.filters = filters;
  composer.setFilters(filters);
  part("turns").querySelector(".welcome .histogram")?.show(filters.after, filters.before);
  if (conversation.data.turns.length) conversation.keep();
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
  open: (id) => { const found = load(id); if (found) turnTo(found); },
  begin,
  current: () => conversation.data,
  forgotten: (id) => {
    if (id !== null && id !== conversation.data.id) return drawSidebar(part("sidebar"), sidebar);
    conversation.data.turns.length = 0; // so that an answer still on its way does not keep it again
    show(newConversation());
    places.stay(here());
    composer.focus();
  },
};

/** Show a place of before: its conversation, the quotation that was open, and the lists below the answers. */
function restore({ conversation: id, citation, turn, tabs }) {
  if (!conversation || id !== here().conversation) show((id && load(id)) || newConversation());
  conversation.showTabs(tabs);
  if (!citation) return panel.hide();
  const view = conversation.view(turn);
  inLanguage(view?.language, () => panel.show(citation, view ? [...view.citations.values()] : [citation]));
}

/** What the address asks for: a question, a quotation, or a conversation of before. */
function follow() {
  const wanted = questionAt(location.hash), citation = citationAt(location.hash);
  const kept = new URLSearchParams(location.hash.slice(1)).get("conversation");
  if (wanted) {
    show({ ...newConversation(), filters: { ...NO_FILTERS, ...wanted.filters } }, { welcome: false });
    const asked = conversation.ask(wanted.question, wanted.understood);
    places.stay(here());
    return asked;
  }
  const found = kept && load(kept);
  if (found || !conversation) show(found || newConversation());
  places.stay({ ...here(), citation });
  if (citation) panel.show(citation);
  else panel.hide();
}

/** Another tab has kept or forgotten conversations: they appear here, and what it added to ours. */
function keptElsewhere({ key }) {
  const kept = keptUnder(key);
  if (!kept) return;
  if (kept.id === conversation.data.id) conversation.take(load(kept.id));
  drawSidebar(part("sidebar"), sidebar);
}

async function start() {
  applyTheme();
  await loadMessages();
  translate(document);
  api.onKeyNeeded(askForKey);
  places = new Places({ show: restore, follow });
  panel = new Panel(part("panel"), document.querySelector(".column"), {
    opened: (citation, turn, again) => places.go({ citation, turn }, again ? null : "panel"),
    stepped: (citation) => places.stay({ citation }),
    closed: () => places.leave({ citation: null, turn: null }, "panel"),
  });
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
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); composer.focus(); });
  if (history.state?.zitat) restore(places.now); // loaded again, or come back to from elsewhere
  else follow();
  addEventListener("storage", keptElsewhere);
  document.documentElement.classList.remove("starting");
  if (!panel.isOpen && matchMedia("(hover: hover)").matches) composer.focus();
}

start().catch((error) => {
  document.body.textContent = "Zitat could not be loaded: see that you are connected, and load the page again.";
  document.documentElement.classList.remove("starting");
  throw error;
});
