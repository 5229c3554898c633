// What went wrong, in the reader's language, and what to do about it; the service's own words stand below.

import { Problem } from "./api.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./i18n.js";

/** Any error as a plain object that can be kept. */
export function described(error) {
  if (error instanceof Problem) {
    const { kind, title, detail, cure, status, requestId } = error;
    return { kind, title, detail, cure, status, requestId };
  }
  return { kind: "failed", title: "", detail: String(error?.message ?? error), cure: "", status: 0, requestId: "" };
}

/** The same as a part of the page; `again` tries again. */
export function problemNode(problem, again) {
  const said = [problem.detail, problem.cure].filter(Boolean).join(": ");
  const id = problem.requestId && t("requestId", { id: problem.requestId });
  return el("div", { class: "problem", role: "alert" },
    el("p", { class: "label", text: t(`problem.${problem.kind}`) }),
    el("p", { text: t(`cure.${problem.kind}`) }),
    said && el(
      "details", {},
      el("summary", { text: t("details") }),
      el("p", { lang: "en", dir: "ltr", text: said }),
      id && el("p", { text: id })
    ),
    again && button(t("retry"), again, { icon: icon("retry") }));
}
