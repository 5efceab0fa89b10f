// How far the visitor has come with the first steps: read off the chats and the verdicts, never asked.

import { startLink } from "./links.js";
import { chatOf, isBots, personOf, store, verdictsOf } from "./store.js";

const botsIn = (key) => [...(chatOf(personOf(key)?.id)?.messages.values() ?? [])].filter(isBots);
const buttonsOf = (message) => message.reply_markup?.inline_keyboard?.flat() ?? [];
const hasButton = (key, data) =>
  botsIn(key).some((message) => buttonsOf(message).some((button) => button.callback_data?.startsWith(data)));
const annas = () => verdictsOf(personOf("anna")?.id);
const students = () => [...store.verdicts.values()];

/** The link by which students join the teacher's class. */
export function joinLink() {
  for (const message of botsIn("teacher")) {
    const text = message.text ?? message.caption ?? "";
    const marked = (message.entities ?? message.caption_entities ?? []).map((one) => one.url).filter(Boolean);
    const pressed = buttonsOf(message).map((button) => button.url ?? button.copy_text?.text).filter(Boolean);
    for (const address of [...(text.match(/\S*t\.me\/\S+/g) ?? []), ...marked, ...pressed]) {
      const link = startLink(address);
      if (link?.includes("join-")) return link;
    }
  }
  return null;
}

export const STEPS = [
  { key: "step1", done: () => joinLink() !== null },
  { key: "step2", done: () => hasButton("anna", "enroll") || annas().some((one) => one.purpose === "enrol") },
  {
    key: "step3",
    done: () => annas().filter((one) => one.purpose === "enrol" && one.verdict === "accepted").length >= 3,
  },
  { key: "step4", done: () => hasButton("teacher", "close:") },
  { key: "step5", done: () => annas().some((one) => one.purpose === "check_in" && one.verdict === "accepted") },
  {
    key: "step6",
    done: () => students().some((one) => one.purpose === "check_in" && one.verdict !== "accepted" && one.verdict !== "failed"),
  },
  { key: "step7", done: () => botsIn("teacher").some((message) => message.document) },
];

const reached = new Set();

/** The keys of the steps that were done at some time: what is done stays done, whatever is tidied away later. */
export function doneSteps() {
  for (const step of STEPS) if (!reached.has(step.key) && step.done()) reached.add(step.key);
  return STEPS.filter((step) => reached.has(step.key)).map((step) => step.key);
}
