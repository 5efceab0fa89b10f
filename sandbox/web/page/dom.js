// Elements and icons, made without a line of HTML: nothing that anybody writes is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `properties` are attributes, listeners (`onclick`) and `data` (an object). */
export function el(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same of a drawing. */
export function svg(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

function filled(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-6 17-3-7z M11 14l9-10",
  mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z M6 11v1a6 6 0 0 0 12 0v-1 M12 18v3",
  clip: "M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.2 4.2L9.5 16.3a1.4 1.4 0 0 1-2-2L14 7.7",
  slash: "M4 5h16v14H4z M14 8l-4 8",
  close: "M6 6l12 12 M18 6L6 18",
  trash: "M5 7h14 M10 7V4h4v3 M7 7l1 13h8l1-13",
  more: "M12 6h.01 M12 12h.01 M12 18h.01",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14 M16 5v14",
  down: "M12 4v12 M6 11l6 6 6-6 M5 21h14",
  why: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z M9.6 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2 1-1.2 1.9 M12 16.5h.01",
  check: "M5 13l5 5 9-11",
  twice: "M2 13l4 4 8-10 M10 16l1 1 8-10",
  cross: "M7 7l10 10 M17 7L7 17",
  doubt: "M9 9a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 2 M12 17h.01",
  steps: "M4 6l1.5 1.5L8 5 M4 12l1.5 1.5L8 11 M4 18l1.5 1.5L8 17 M11 6.5h9 M11 12.5h9 M11 18.5h9",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z M12 2v2 M12 20v2 M2 12h2 M20 12h2 M5 5l1.4 1.4 M17.6 17.6L19 19 M5 19l1.4-1.4 M17.6 6.4L19 5",
  moon: "M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10z",
  link: "M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6",
  copy: "M9 9h11v11H9z M5 15H4V4h11v1",
  forward: "M13 6l7 6-7 6v-4c-5 0-7 2-9 5 0-6 3-9 9-9z",
  edit: "M4 20l1-5L16 4l4 4L9 19z",
  voices: "M4 10v4 M8 7v10 M12 4v16 M16 8v8 M20 10v4",
  file: "M6 3h8l5 5v13H6z M14 3v5h5",
};

/** A line drawing, 24 by 24. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: `icon icon-${name}`, "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}
