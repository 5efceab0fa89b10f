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
const COMMAND = /(?<![\w/])\/[A-Za-z]\w{0,31}(?![\w/])/g;
const LINKS = new Set(["url", "text_link", "bot_command", "code", "pre"]);

export function entities(text, marked = []) {
  // A quotation stands apart by itself: the line ends around it would do so a second time.
  const all = [...marked, ...seen(text, marked)];
  return el("div", { class: "text" }, ...between(text, 0, text.length, all.sort(outerFirst)));
}

const outerFirst = (a, b) => a.offset - b.offset || b.length - a.length;

/** What Telegram sees by itself: addresses and commands, outside of what is marked as such. */
function seen(text, marked) {
  const found = [];
  for (const [type, pattern] of [["url", FOUND], ["bot_command", COMMAND]]) {
    for (const { index, 0: piece } of text.matchAll(pattern)) found.push({ type, offset: index, length: piece.length });
  }
  const links = [...marked.filter((one) => LINKS.has(one.type)), ...found.filter((one) => one.type === "url")];
  return found.filter((one) => !links.some((other) => other !== one && touch(one, other)));
}

const touch = (one, other) => one.offset < other.offset + other.length && other.offset < one.offset + one.length;

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
