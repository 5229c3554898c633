// Icons, as strokes on a square of 24.

import { svg } from "./dom.js";

const STROKES = {
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  down: "M6 9l6 6 6-6",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  external: "M14 5h5v5M19 5l-8 8M10 6H5v13h13v-5",
  filter: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-5.5l-1.2 1.2M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 5.5l1.2-1.2",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M5 11.3v1.4M12 11.3v1.4M19 11.3v1.4",
  next: "M9 6l6 6-6 6",
  previous: "M15 6l-6 6 6 6",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4h-4",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  unequal: "M5 9h14M5 15h14M16 4L8 20",
};
const DIRECTED = new Set(["next", "previous", "external"]);

/** An icon; arrows along the line turn round where lines run from right to left. */
export function icon(name) {
  return svg("svg", {
    viewBox: "0 0 24 24", class: DIRECTED.has(name) ? "icon directed" : "icon", "aria-hidden": "true",
    focusable: "false",
  },
    svg("path", { d: STROKES[name] }));
}
