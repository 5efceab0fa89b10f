// A verdict in a word and a tone.

import { person, store } from "./store.js";
import { word } from "./words.js";

/** `good`, `doubtful` or `bad`. */
export function tone(told) {
  if (told.verdict === "accepted") return "good";
  return told.verdict === "unsure" || told.verdict === "unsaid" ? "doubtful" : "bad";
}

export function headline(told) {
  if (told.verdict === "accepted" && told.purpose === "enrol") {
    return told.note_number ? word("verdict-enrolled", { n: told.note_number }) : word("verdict-good");
  }
  if (told.verdict === "accepted") {
    return word(["anna", "vera"].includes(person(told.chat_id)?.key) ? "verdict-accepted-f" : "verdict-accepted");
  }
  return word(`verdict-${told.verdict}`);
}

/** The product's own word for the reason. */
export const reason = (told) => told.why?.[store.language] ?? "";
