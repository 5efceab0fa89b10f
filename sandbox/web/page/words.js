// The page's own words. What the bot says is the bot's.

import { en } from "./words-en.js";
import { ru } from "./words-ru.js";
import { store } from "./store.js";

export const LANGUAGES = { ru, en };

/** The word in the page's language, with `{name}` filled in. */
export function word(key, values = {}) {
  const text = (LANGUAGES[store.language] ?? ru)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
