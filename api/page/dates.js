// Dates of publication (EDTF: "2020-11-13", "2022-10", "2022", "XXXX-11-29", "2024?-11-29"), shown in words.

import { formats, t } from "./i18n.js";

const EDTF = /^(\d{4}|XXXX)(\?)?(?:-(\d\d)(?:-(\d\d))?)?/;

function parsed(published) {
  const found = EDTF.exec(published ?? "");
  if (!found) return null;
  const [, year, doubt, month, day] = found;
  return {
    year: year === "XXXX" ? null : Number(year), doubt: Boolean(doubt), month: month && Number(month),
    day: day && Number(day),
  };
}

/** A date in the reader's words, at the precision it has; null where none is known. */
export function shownDate(published) {
  const date = parsed(published);
  if (!date) return null;
  const form = { timeZone: "UTC", year: date.year ? "numeric" : undefined };
  if (date.month) form.month = date.day ? "short" : "long";
  if (date.day) form.day = "numeric";
  const shown = new Intl.DateTimeFormat(formats(), form).format(Date.UTC(
    date.year ?? 2000, (date.month || 1) - 1, date.day || 1
  ));
  return date.doubt ? t("yearInferred", { date: shown }) : shown;
}

/** The middle of what a date may mean, in milliseconds; null where the year is not known. */
export function moment(published) {
  const date = parsed(published);
  if (!date?.year) return null;
  if (date.day) return Date.UTC(date.year, date.month - 1, date.day);
  return date.month ? Date.UTC(date.year, date.month - 1, 15) : Date.UTC(date.year, 6, 1);
}

/** Two days, both included, as one text. */
export function shownRange(first, last) {
  if (first && last) {
    const form = new Intl.DateTimeFormat(formats(), { dateStyle: "medium", timeZone: "UTC" });
    return form.formatRange(new Date(first), new Date(last));
  }
  return first ? t("since", { date: shownDate(first) }) : t("until", { date: shownDate(last) });
}

/** The last day of a month ("2020-11") or of a year ("2020"), as "2020-11-30". */
export function lastDay(period) {
  const [year, month] = period.split("-").map(Number);
  return new Date(Date.UTC(year, month ?? 12, 0)).toISOString().slice(0, 10);
}

/** The first day of a month or year. */
export function firstDay(period) {
  return `${period}-01-01`.slice(0, 10);
}

/** When something was done, for a list: the time today, the day before that. */
export function shownWhen(milliseconds) {
  const then = new Date(milliseconds);
  const today = then.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(formats(), today ? { timeStyle: "short" } : { dateStyle: "medium" }).format(then);
}
