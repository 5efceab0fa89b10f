// Links as Telegram opens them: those that start the bot lead into a chat with it, all others into the browser.

import { follow } from "./acts.js";
import { choosePerson } from "./choosing.js";
import { choose, person, store } from "./store.js";
import { word } from "./words.js";

const START = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w+)\/?\?(?:.*&)?start=([\w-]{1,64})/i;
const APP = /^tg:\/{0,2}resolve\/?\?/i;
const SHARE = /^https?:\/\/t\.me\/share\/url\?/i;

/** The link that starts the bot, where this is one, or is about one to be passed on. */
export function startLink(address) {
  if (SHARE.test(address)) return startLink(new URL(address).searchParams.get("url") ?? "");
  if (APP.test(address)) {
    const query = new URLSearchParams(address.slice(address.indexOf("?") + 1));
    const payload = query.get("start");
    return payload && isOurs(query.get("domain") ?? "") ? `https://t.me/${store.bot.username}?start=${payload}` : null;
  }
  const found = START.exec(address);
  return found && isOurs(found[1]) ? address : null;
}

const isOurs = (username) => username.toLowerCase() === store.bot.username.toLowerCase();

/** Whoever opens it presses START, and so says the link's word to the bot. */
export async function openLink(address, event) {
  const link = startLink(address);
  if (!link) return;
  event?.preventDefault();
  const here = person(store.current);
  const others = store.people.filter((one) => one.id !== here.id && one.key !== "teacher");
  const who = await choosePerson(word("openAs"), word("openAsHint"), here.key === "teacher" ? [...others, here] : [here, ...others]);
  if (who === null) return;
  choose(who);
  await follow(who, link);
}
