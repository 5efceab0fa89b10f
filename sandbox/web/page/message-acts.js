// What can be done with a message that is there already.

import { forward, remove } from "./acts.js";
import { choosePerson } from "./choosing.js";
import { toast } from "./notices.js";
import { choose, store } from "./store.js";
import { word } from "./words.js";

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(word("copied"));
}

export async function forwardAs(message) {
  const from = store.current;
  const others = store.people.filter((one) => one.id !== from);
  const who = await choosePerson(word("forwardAs"), "", others);
  if (who === null) return;
  choose(who);
  await forward(who, from, message.message_id);
}

export const removeMessage = (message) => remove(store.current, message.message_id);
