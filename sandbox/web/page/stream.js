// The stream of what happens. A browser opens it again by itself, and is then told everything anew.

import { chatOf, store, take, tell } from "./store.js";

const ACTION_LASTS = 5000;

export function listen() {
  const source = new EventSource("/try/events");
  const hear = (kind, heard) => source.addEventListener(kind, (event) => heard(JSON.parse(event.data)));
  source.addEventListener("error", () => tell("connection", false));
  hear("state", (state) => {
    take(state);
    tell("connection", true);
  });
  hear("message", (message) => come(message, true));
  hear("sent", (message) => come(message, false));
  hear("edit", (message) => {
    const chat = chatOf(message.chat_id);
    if (!chat?.messages.has(message.message_id)) return;
    chat.messages.set(message.message_id, message);
    tell("edited", message);
  });
  hear("delete", (gone) => {
    chatOf(gone.chat_id)?.messages.delete(gone.message_id);
    store.verdicts.delete(`${gone.chat_id}:${gone.message_id}`);
    tell("deleted", gone);
  });
  hear("reaction", (given) => {
    chatOf(given.chat_id)?.reactions.set(given.message_id, given.emoji);
    tell("reacted", given);
  });
  hear("action", ({ chat_id, action }) => act(chat_id, action));
  hear("callback", (answer) => tell("answered", answer));
  hear("verdict", (verdict) => {
    store.verdicts.set(`${verdict.chat_id}:${verdict.message_id}`, verdict);
    tell("verdict", verdict);
  });
  hear("product", (product) => {
    store.product = product;
    tell("product");
  });
}

function come(message, isBots) {
  const chat = chatOf(message.chat_id);
  if (!chat) return;
  chat.messages.set(message.message_id, message);
  if (isBots) {
    act(chat.id, null);
    if (store.current !== chat.id || document.hidden) chat.unread += store.current === chat.id ? 0 : 1;
  }
  tell("came", message);
}

function act(chatId, action) {
  const chat = chatOf(chatId);
  if (!chat) return;
  clearTimeout(chat.resting);
  chat.action = action;
  if (action) chat.resting = setTimeout(() => act(chatId, null), ACTION_LASTS);
  tell("action", chatId);
}
