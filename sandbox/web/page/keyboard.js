// The buttons under a message.

import { press } from "./acts.js";
import { el, icon } from "./dom.js";
import { openLink } from "./links.js";
import { copyText } from "./message-acts.js";
import { awaitAnswer } from "./notices.js";

export function keyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return el(
    "div",
    { class: "keys" },
    ...rows.map((row) => el("div", { class: "keys-row" }, ...row.map((button) => key(message, button)))),
  );
}

function key(message, button) {
  const address = button.url ?? button.web_app?.url ?? button.login_url?.url;
  if (address) {
    return el(
      "a",
      { class: "key", href: address, target: "_blank", rel: "noopener noreferrer", onclick: (event) => openLink(address, event) },
      button.text,
      icon("link"),
    );
  }
  const act = button.copy_text
    ? () => copyText(button.copy_text.text)
    : async (event) => {
        const node = event.currentTarget;
        node.classList.add("waiting");
        const told = await press(message.chat.id, message.message_id, button.callback_data);
        if (told) awaitAnswer(told.query_id, () => node.classList.remove("waiting"));
        else node.classList.remove("waiting");
      };
  return el(
    "button",
    { class: "key", type: "button", data: { press: button.callback_data ?? "copy" }, onclick: act },
    button.text,
    button.copy_text && icon("copy"),
  );
}
