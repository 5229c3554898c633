// Articles added from the page: files dropped or chosen, sent as JSON, and the jobs that store them watched.

import * as api from "./api.js";
import { openDialog } from "./dialogs.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { number, t } from "./i18n.js";
import { announce } from "./live.js";
import { described, problemNode } from "./problems.js";

const AT_ONCE = 200, LARGEST = 32 * 2 ** 20, LOOK_EVERY = 500; // articles, bytes of a request; milliseconds
const PLAIN = /\.(txt|md|markdown)$/i, LINES = /\.(jsonl|ndjson)$/i, JSON_FILE = /\.json$/i;
const FIELDS = {
  id: ["id"], title: ["title", "headline"], text: ["text", "body", "content"], language: ["language", "lang"],
  url: ["url", "link"],
  published_at: ["published_at", "published", "date"], source: ["source", "publisher"], author: ["author"],
};

/** Open the dialog that adds articles; `added` is called when a job has ended. */
export function addArticles(added, files = []) {
  return openDialog(t("addArticles"), () => dropZone(added, files), { className: "adding" });
}

/** A place for files, and below it what becomes of them. */
export function dropZone(added, files = []) {
  const input = el("input", {
    type: "file", multiple: true, accept: ".txt,.md,.json,.jsonl,.ndjson", class: "unseen", tabindex: "-1",
    "aria-hidden": "true", onchange: () => take(input.files),
  });
  const report = el("div", { class: "jobs", "aria-live": "polite" });
  const zone = el(
    "div", { class: "drop" },
    el("p", { text: t("dropHere") }),
    button(t("chooseFiles"), () => input.click(), { icon: icon("add"), class: "primary" }), input,
    el("p", { class: "facts", text: t("dropKinds") })
  );
  const over = (event) => {
    event.preventDefault();
    event.stopPropagation();
    zone.classList.toggle("over", event.type === "dragover");
  };
  const take = (list) => { for (const group of inGroups(list)) send(group, report, added); };
  for (const type of ["dragover", "dragleave"]) zone.addEventListener(type, over);
  zone.addEventListener("drop", (event) => { over(event); take(event.dataTransfer.files); });
  queueMicrotask(() => take(files));
  return el("div", {}, zone, report);
}

/** Let files be dropped anywhere on the page. */
export function attachDropping(added) {
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) addArticles(added, [...event.dataTransfer.files]);
  });
}

/** Text files go together, as each is one article; every other file may hold many, and goes by itself. */
function inGroups(files) {
  const texts = [...files].filter(({ name }) => PLAIN.test(name));
  const others = [...files].filter((one) => !texts.includes(one));
  return [...(texts.length ? [texts] : []), ...others.map((one) => [one])];
}

async function send(files, report, added) {
  const name = files.length > 1 ? `${files[0].name} + ${number(files.length - 1)}` : files[0].name;
  const line = el("section", { class: "job" }, el("p", {}, el("bdi", { text: name })));
  report.append(line);
  try {
    const articles = (await Promise.all(files.map(articlesOf))).flat();
    for (const batch of batches(articles)) await watch(await api.addArticles(batch), line);
    added();
  } catch (error) {
    line.append(problemNode(described(error), () => { line.remove(); send(files, report, added); }));
  }
}

/** Follow a job to its end. */
async function watch(job, line) {
  const bar = el("progress", { max: job.articles, value: 0, "aria-label": t("progress") });
  const said = el("p", { class: "facts" });
  line.append(bar, said);
  while (job.state !== "done" && job.state !== "failed") {
    const told = t(`job.${job.state}`, { done: number(job.done), all: number(job.articles) });
    said.textContent = [told, job.message].filter(Boolean).join(" · ");
    bar.value = job.done;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    job = await api.job(job.id);
  }
  bar.value = job.done;
  said.textContent = job.state === "done" ? t("jobCounts", counts(job)) : t("job.failed");
  line.append(remarksOf(job));
  announce(said.textContent);
}

function counts(job) {
  return Object.fromEntries(["added", "changed", "unchanged", "rejected"].map((name) => [name, number(job[name])]));
}

/** What was rejected or ignored, and why, as the service words it. */
function remarksOf(job) {
  const remarks = [...job.rejections, ...job.notes].map((one) => `#${one.number}: ${one.reason}: ${one.cure}`);
  if (job.state === "failed") remarks.unshift(job.message);
  if (!remarks.length) return "";
  return el("ul", { class: "remarks", lang: "en", dir: "ltr" }, remarks.map((text) => el("li", { text })));
}

/** The articles of a file; raises a Problem for one that this page cannot read. */
async function articlesOf(file) {
  const text = await file.text();
  if (PLAIN.test(file.name)) return [{ text, id: file.name.replace(PLAIN, "") }];
  try {
    if (LINES.test(file.name)) {
      return text.split("\n").filter((line) => line.trim()).map((line) => known(JSON.parse(line)));
    }
    if (JSON_FILE.test(file.name)) return [JSON.parse(text)].flatMap((one) => one.articles ?? one).map(known);
  } catch (error) {
    throw new api.Problem("input", { detail: `${file.name}: ${error.message}` });
  }
  throw new api.Problem("input", { detail: file.name, cure: t("dropKinds") });
}

/** A record with the names that the service knows; what it does not know is left to `zitat ingest`. */
function known(record) {
  const out = {};
  for (const [field, names] of Object.entries(FIELDS)) {
    const value = names.map((name) => record?.[name]).find((one) => one !== null && one !== undefined);
    if (value !== undefined) out[field] = typeof value === "number" ? String(value) : value;
  }
  return out;
}

function* batches(articles) {
  let batch = [], bytes = 0;
  for (const article of articles) {
    const size = 4 * (article.text?.length ?? 0);
    if (batch.length && (batch.length === AT_ONCE || bytes + size > LARGEST)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(article);
    bytes += size;
  }
  if (batch.length) yield batch;
}
