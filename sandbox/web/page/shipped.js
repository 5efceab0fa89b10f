// The synthetic voices that come along, for whoever has no microphone at hand.

import { sendShipped, shippedVoices } from "./acts.js";
import { el, icon } from "./dom.js";
import { dialog } from "./notices.js";
import { word } from "./words.js";

const sent = new Set();

export async function offerVoices(one) {
  const voices = await shippedVoices();
  // One's own voice first: it is what one is looking for.
  voices.sort((a, b) => Number(b.part === one.key) - Number(a.part === one.key));
  const rows = voices.map(({ part, voice, notes }) => {
    const name = word(`voice-${part}`);
    const chips = notes.map((note, index) => {
      const key = `${voice}/${note}`;
      return el(
        "button",
        {
          class: `note-chip${sent.has(key) ? " used" : ""}`,
          type: "button",
          data: { note: key },
          "aria-label": word("sendNote", { voice: name, n: index + 1 }),
          onclick: () => {
            sent.add(key);
            close();
            sendShipped(one.id, voice, note);
          },
        },
        String(index + 1),
      );
    });
    return el("div", { class: "voice-row" }, el("p", {}, icon("voices"), name), el("div", { class: "note-chips" }, ...chips));
  });
  const close = dialog(word("shipped"), [el("p", { class: "hint" }, word("shippedHint")), ...rows]);
}
