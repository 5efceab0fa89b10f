// One message: what is said, shown or heard in it, its buttons, reactions, and whether a verdict explains it.

import { copyText, forwardAs, removeMessage } from "./message-acts.js";
import { fileUrl } from "./acts.js";
import { el, icon } from "./dom.js";
import { entities } from "./entities.js";
import { clock, size } from "./format.js";
import { keyboard } from "./keyboard.js";
import { menuAt } from "./menus.js";
import { openWhy } from "./side.js";
import { chatOf, isBots, store, tell, verdictOf } from "./store.js";
import { tone } from "./verdict.js";
import { voicePlayer } from "./voice.js";
import { word } from "./words.js";

export function bubble(message) {
  const mine = !isBots(message);
  const body = el("div", { class: "bubble" }, origin(message), content(message), foot(message, mine));
  const more = el(
    "button",
    { class: "message-more", type: "button", "aria-label": word("actions"), onclick: (event) => menu(event.currentTarget, message) },
    icon("more"),
  );
  const node = el(
    "article",
    { class: `message ${mine ? "mine" : "theirs"}`, data: { id: message.message_id } },
    el("div", { class: "line" }, body, more),
    keyboard(message),
    el("div", { class: "below" }),
  );
  body.addEventListener("contextmenu", (event) => {
    if (getSelection().toString()) return;
    event.preventDefault();
    menu(more, message);
  });
  decorate(node, message);
  return node;
}

/** What changes beside a message without a change in it. */
export function decorate(node, message) {
  const emoji = chatOf(store.current).reactions.get(message.message_id) ?? [];
  const verdict = verdictOf(store.current, message.message_id);
  const shown = [];
  if (emoji.length) shown.push(el("span", { class: "reaction" }, emoji.join("")));
  if (verdict) {
    const percent = verdict.confidence === null || verdict.confidence === undefined ? "" : ` ${verdict.confidence} %`;
    shown.push(
      el(
        "button",
        { class: `why-chip ${tone(verdict)}`, type: "button", onclick: () => openWhy(verdict) },
        icon({ good: "check", doubtful: "doubt", bad: "cross" }[tone(verdict)]),
        `${word("whyThis")}${percent}`,
      ),
    );
  }
  node.querySelector(".below").replaceChildren(...shown);
}

function origin(message) {
  const from = message.forward_origin;
  if (!from) return null;
  const who = from.sender_user ?? { first_name: from.sender_user_name ?? "?" };
  const name = [who.first_name, who.last_name].filter(Boolean).join(" ");
  return el("p", { class: "origin" }, word("forwarded", { name }));
}

function content(message) {
  const parts = [];
  const sound = message.voice ?? message.audio;
  if (message.photo) {
    const shape = message.photo.at(-1);
    const picture = el("img", {
      class: "photo",
      src: fileUrl(shape.file_id),
      width: shape.width,
      height: shape.height,
      alt: message.caption ? message.caption.slice(0, 120) : word("picture"),
    });
    parts.push(el("a", { class: "photo-link", href: picture.src, target: "_blank" }, picture));
  } else if (sound) parts.push(voicePlayer(sound, !isBots(message)));
  else if (message.document) parts.push(file(message.document));
  else if (message.video || message.video_note) {
    const film = message.video ?? message.video_note;
    parts.push(el("video", { class: "photo", src: fileUrl(film.file_id), controls: true }));
  } else if (message.sticker) parts.push(el("p", { class: "sticker" }, message.sticker.emoji));
  // Of a link that starts the bot, apps show the command alone.
  const started = !isBots(message) && message.text?.startsWith("/start ");
  if (started) parts.push(entities("/start", message.entities));
  else if (message.text) parts.push(entities(message.text, message.entities));
  if (message.caption) parts.push(entities(message.caption, message.caption_entities));
  return parts;
}

function file(document_) {
  const name = document_.file_name ?? word("document");
  return el(
    "a",
    { class: "file", href: fileUrl(document_.file_id), download: name, "aria-label": word("download", { name }) },
    el("span", { class: "file-icon" }, icon("down")),
    el("span", { class: "file-text" }, el("b", {}, name), el("small", {}, size(document_.file_size ?? 0))),
  );
}

function foot(message, mine) {
  return el(
    "span",
    { class: "foot" },
    message.edit_date && !message.voice ? `${word("edited")} ` : "",
    clock(message.date),
    mine && icon("twice"),
  );
}

function menu(anchor, message) {
  const mine = !isBots(message);
  const items = [];
  const text = message.text ?? message.caption;
  if (text) items.push({ icon: "copy", label: word("copy"), act: () => copyText(text) });
  if (mine && message.text) items.push({ icon: "edit", label: word("edit"), act: () => tell("edit", message) });
  if (!message.text?.startsWith("/")) {
    items.push({ icon: "forward", label: word("forward"), act: () => forwardAs(message) });
  }
  items.push({ icon: "trash", label: word("remove"), act: () => removeMessage(message) });
  menuAt(anchor, word("actions"), items);
}
