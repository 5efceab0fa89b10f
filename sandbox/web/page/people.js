// The list of people to be, as Telegram lists chats: whoever was told something last, with what it was.

import { speak } from "./acts.js";
import { el, icon } from "./dom.js";
import { openSide } from "./side.js";
import { doneSteps, STEPS } from "./progress.js";
import { choose, isBots, on, store } from "./store.js";
import { isDark, turn } from "./theme.js";
import { word } from "./words.js";

export const initials = (name) =>
  name
    .split(" ")
    .map((part) => part[0])
    .join("")
    .slice(0, 2)
    .toUpperCase();

export const avatar = (one) => el("span", { class: `avatar avatar-${one.key}`, "aria-hidden": "true" }, initials(one.name));

/** A message in a line. */
export function inShort(message) {
  const text = message.text ?? message.caption;
  if (message.voice || message.audio) return `🎤 ${word("voiceNote")}`;
  if (message.photo) return `🖼 ${text ?? word("photo")}`;
  if (message.document) return `📄 ${message.document.file_name ?? word("document")}`;
  return text ?? word("other");
}

export class People {
  constructor(root) {
    this.root = root;
    for (const kind of ["state", "came", "edited", "deleted", "chosen", "verdict"]) on(kind, () => this.draw());
    this.draw();
  }

  draw() {
    const focused = document.activeElement?.dataset?.person;
    const look = isDark() ? "light" : "dark";
    this.root.setAttribute("aria-label", word("people"));
    this.root.replaceChildren(
      el(
        "header",
        { class: "bar" },
        el("h2", { class: "bar-title" }, word("people")),
        el(
          "button",
          { class: "round progress", type: "button", "aria-label": word("side"), onclick: () => openSide("steps") },
          `${doneSteps().length}/${STEPS.length}`,
        ),
        el(
          "button",
          { class: "round look", type: "button", "aria-label": word(look), onclick: () => (turn(), this.draw()) },
          icon(look === "dark" ? "moon" : "sun"),
        ),
        el(
          "button",
          {
            class: "round tongue",
            type: "button",
            lang: store.language === "ru" ? "en" : "ru",
            "aria-label": word("language"),
            onclick: () => speak(store.language === "ru" ? "en" : "ru"),
          },
          store.language === "ru" ? "EN" : "RU",
        ),
      ),
      el("ul", { class: "people-list" }, ...store.people.map((one) => el("li", {}, this.row(one)))),
      el("p", { class: "people-hint" }, word("peopleHint")),
    );
    if (focused) this.root.querySelector(`[data-person="${focused}"]`)?.focus();
  }

  row(one) {
    const chat = store.chats.get(one.id);
    const last = [...chat.messages.values()].at(-1);
    const said = last ? `${isBots(last) ? "" : `${word("you")}: `}${inShort(last)}` : word("nothingYet");
    return el(
      "button",
      {
        class: "person",
        type: "button",
        data: { person: one.key },
        "aria-current": one.id === store.current ? "true" : null,
        onclick: () => choose(one.id),
      },
      avatar(one),
      el("span", { class: "person-name" }, one.name),
      el("span", { class: "person-role" }, word(`role-${one.key}`)),
      el("span", { class: "person-last" }, said.replace(/\s+/g, " ")),
      chat.unread > 0 &&
        el(
          "span",
          { class: "unread" },
          el("span", { "aria-hidden": "true" }, String(chat.unread)),
          el("span", { class: "unseen" }, word("unread", { n: chat.unread })),
        ),
    );
  }
}
