// The chat of whoever the visitor is at the moment.

import { bubble, decorate } from "./bubble.js";
import { Composer } from "./composer.js";
import { el, icon } from "./dom.js";
import { day } from "./format.js";
import { openSide } from "./side.js";
import { chatOf, on, person, store } from "./store.js";
import { word } from "./words.js";

const NEAR_THE_END = 160;
const ACTIONS = { typing: "typing", record_voice: "recording", upload_voice: "uploading" };

export class Chat {
  constructor(root) {
    this.root = root;
    this.nodes = new Map();
    this.title = el("h2", { class: "bar-title" });
    this.doing = el("p", { class: "doing", role: "status" });
    this.log = el("div", { class: "log", tabindex: "0", role: "log" });
    this.back = el(
      "button",
      { class: "round only-phone", type: "button", onclick: () => (document.querySelector("#app").dataset.view = "people") },
      icon("back"),
    );
    this.more = el("button", { class: "round only-narrow", type: "button", onclick: () => openSide() }, icon("steps"));
    this.face = el("span", { class: "avatar avatar-bot", "aria-hidden": "true" });
    this.notice = el("p", { class: "notice", role: "status" });
    this.composer = new Composer();
    this.root.append(
      el("header", { class: "bar" }, this.back, this.face, el("div", { class: "bar-text" }, this.title, this.doing), this.more),
      this.notice,
      this.log,
      this.composer.node,
    );
    on("chosen", () => this.show());
    on("state", () => this.show());
    on("came", (message) => message.chat_id === store.current && this.add(message));
    on("edited", (message) => this.replace(message));
    on("deleted", (gone) => gone.chat_id === store.current && this.remove(gone.message_id));
    on("reacted", (given) => given.chat_id === store.current && this.redecorate(given.message_id));
    on("verdict", (told) => told.chat_id === store.current && this.redecorate(told.message_id));
    on("action", (chatId) => chatId === store.current && this.head());
    on("product", () => this.head());
    this.show();
  }

  head() {
    const who = person(store.current);
    const chat = chatOf(store.current);
    this.root.setAttribute("aria-label", word("chat"));
    this.back.setAttribute("aria-label", word("back"));
    this.more.setAttribute("aria-label", word("side"));
    this.log.setAttribute("aria-label", word("log"));
    this.title.textContent = store.bot.first_name;
    this.face.textContent = store.bot.first_name[0];
    this.doing.classList.toggle("busy", Boolean(chat.action));
    this.doing.textContent = chat.action
      ? word(ACTIONS[chat.action] ?? "uploading")
      : `${word("bot")} · ${word("as", { name: who.name })}`;
    const { state, why } = store.product;
    this.notice.hidden = state === "ready";
    this.notice.classList.toggle("bad", state === "ended");
    this.notice.textContent = state === "ready" ? "" : word(state, { why });
  }

  show() {
    this.head();
    this.composer.show();
    this.nodes.clear();
    const chat = chatOf(store.current);
    const messages = [...chat.messages.values()];
    const made = messages.map((message) => this.made(message));
    this.log.replaceChildren(...(messages.length ? [dayMark(messages[0]), ...made] : [this.empty()]));
    this.toEnd();
  }

  empty() {
    return el(
      "div",
      { class: "empty" },
      el("p", {}, word("beginHint")),
      el("button", { class: "begin", type: "button", onclick: () => this.composer.sayNow("/start") }, word("begin")),
    );
  }

  made(message) {
    const node = bubble(message);
    this.nodes.set(message.message_id, node);
    return node;
  }

  add(message) {
    if (this.nodes.has(message.message_id)) return;
    const near = this.isNearEnd() || message.from.id === store.current;
    this.log.querySelector(".empty")?.replaceWith(dayMark(message));
    const node = this.made(message);
    node.classList.add("fresh");
    this.log.append(node);
    if (near) this.toEnd(true);
  }

  replace(message) {
    const node = message.chat_id === store.current && this.nodes.get(message.message_id);
    if (!node) return;
    const near = this.isNearEnd();
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.press : null;
    const fresh = bubble(message);
    this.nodes.set(message.message_id, fresh);
    node.replaceWith(fresh);
    if (focused) fresh.querySelector("button.key")?.focus({ preventScroll: true });
    if (near) this.toEnd(true);
  }

  remove(id) {
    this.nodes.get(id)?.remove();
    this.nodes.delete(id);
    if (this.nodes.size === 0) this.log.replaceChildren(this.empty());
  }

  redecorate(id) {
    const near = this.isNearEnd();
    const message = chatOf(store.current).messages.get(id);
    if (message && this.nodes.has(id)) decorate(this.nodes.get(id), message);
    if (near) this.toEnd(true);
  }

  isNearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_THE_END;
  }

  toEnd(gently = false) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: gently && !calm ? "smooth" : "instant" });
  }
}

const dayMark = (message) => el("p", { class: "day" }, el("span", {}, day(message.date)));
