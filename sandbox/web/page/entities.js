// A text with what Telegram marks in it. Offsets count UTF-16 units, as strings do here.

import { el } from "./dom.js";
import { openLink } from "./links.js";
import { tell } from "./store.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};
const FOUND = /https?:\/\/[^\s<>"«»]+[^\s<>"«».,:;!?)]|(?<![\w/.])t\.me\/[^\s<>"«»]+[^\s<>"«».,:;!?)]/g;

export function entities(text, marked = []) {
  // A quotation stands apart by itself: the line ends around it would do so a second time.
  const all = [...marked, ...addresses(text, marked)];
  return el("div", { class: "text" }, ...between(text, 0, text.length, all.sort(outerFirst)));
}

const outerFirst = (a, b) => a.offset - b.offset || b.length - a.length;

/** What Telegram sees by itself. */
function addresses(text, marked) {
  return [...text.matchAll(FOUND)]
    .map((found) => ({ type: "url", offset: found.index, length: found[0].length }))
    .filter((one) => !marked.some((other) => other.type === "url" && other.offset === one.offset));
}

function between(text, start, stop, inside) {
  const parts = [];
  let at = start;
  for (let index = 0; index < inside.length; ) {
    const one = inside[index];
    const end = Math.min(stop, one.offset + one.length);
    let next = index + 1;
    while (next < inside.length && inside[next].offset < end) next += 1;
    const apart = one.type.endsWith("blockquote");
    const before = text.slice(at, one.offset);
    if (before) parts.push(apart ? before.replace(/\n$/, "") : before);
    parts.push(mark(one, text.slice(one.offset, end), between(text, one.offset, end, inside.slice(index + 1, next))));
    at = end;
    if (apart) while (text[at] === "\n" && at < stop) at += 1;
    index = next;
  }
  if (at < stop) parts.push(text.slice(at, stop));
  return parts;
}

function mark(entity, text, children) {
  switch (entity.type) {
    case "url":
    case "text_link":
      return link(entity.url ?? text, children);
    case "bot_command":
      return el("button", { class: "command", type: "button", onclick: () => tell("command", text) }, ...children);
    case "spoiler":
      return el(
        "button",
        { class: "spoiler", type: "button", onclick: (event) => event.currentTarget.classList.add("told") },
        ...children,
      );
    case "expandable_blockquote":
      return folded(children);
    default:
      return TAGS[entity.type] ? el(TAGS[entity.type], {}, ...children) : el("span", {}, ...children);
  }
}

function link(address, children) {
  const href = /^[a-z]+:/i.test(address) ? address : `https://${address}`;
  return el(
    "a",
    { href, rel: "noopener noreferrer", target: "_blank", onclick: (event) => openLink(href, event) },
    ...children,
  );
}

/** A long quotation that is opened with a tap. */
function folded(children) {
  const quote = el("blockquote", { class: "fold" }, ...children);
  const turn = el(
    "button",
    {
      class: "unfold",
      type: "button",
      "aria-expanded": "false",
      "aria-label": "…",
      onclick: () => turn.setAttribute("aria-expanded", String(quote.classList.toggle("open"))),
    },
    "⌄",
  );
  quote.append(turn);
  return quote;
}
