// A verdict explained: what was heard, how near it came, how long each stage took.

import { waveformOf } from "./acts.js";
import { el, icon } from "./dom.js";
import { clock, number } from "./format.js";
import { scale } from "./scale.js";
import { chatOf, person, store, verdictsOf } from "./store.js";
import { headline, reason, tone } from "./verdict.js";
import { bars } from "./waveform.js";
import { word } from "./words.js";

const BARS = 72;
const STAGES = ["queue", "decode", "speech", "quality", "fingerprints", "company", "alone", "embed", "match"];

/** `told` or, where none is chosen, the newest of the chat; `turn` is called with another to be shown. */
export function explanation(told, turn) {
  const all = verdictsOf(store.current).sort((a, b) => a.message_id - b.message_id);
  const one = all.find((other) => other.message_id === told?.message_id) ?? all.at(-1);
  return el(
    "section",
    { class: "why", "aria-label": word("why") },
    el("h3", {}, word("why"), all.length > 1 && pages(all, one, turn)),
    ...(one ? card(one) : [el("p", { class: "hint" }, word("whyNothing"))]),
  );
}

function pages(all, one, turn) {
  const at = all.indexOf(one);
  const button = (to, label, name) =>
    el(
      "button",
      { class: `round turn-${name}`, type: "button", "aria-label": word(label), disabled: !all[to], onclick: () => turn(all[to]) },
      icon("back"),
    );
  return el("span", { class: "pages" }, button(at - 1, "earlier", "back"), `${at + 1}/${all.length}`, button(at + 1, "later", "on"));
}

function card(one) {
  return [head(one), heard(one), likeness(one), stages(one), sound(one)];
}

function head(one) {
  const message = chatOf(one.chat_id).messages.get(one.message_id);
  const when = message ? word("noteOf", { name: person(one.chat_id).name, time: clock(message.date) }) : "";
  const sure = one.confidence !== null && one.confidence !== undefined;
  return el(
    "div",
    { class: `verdict ${tone(one)}` },
    el("span", { class: "verdict-mark" }, icon({ good: "check", doubtful: "doubt", bad: "cross" }[tone(one)])),
    el("div", {}, el("p", { class: "verdict-name" }, headline(one)), el("p", { class: "verdict-reason" }, reason(one)), el("p", { class: "verdict-when" }, when)),
    sure && el("p", { class: "verdict-percent" }, el("b", {}, `${one.confidence} %`), el("small", {}, word("confidence"))),
  );
}

function heard(one) {
  const message = chatOf(one.chat_id).messages.get(one.message_id);
  const file = message?.voice ?? message?.audio;
  const speech = one.speech;
  if (!speech) return part("heard", el("p", { class: "hint" }, word("unheard")));
  const inSpeech = (share) => speech.segments.some(([from, to]) => share * speech.seconds >= from && share * speech.seconds <= to);
  const place = el("div", { class: "heard-shape" }, bars([], BARS));
  if (file) waveformOf(file).then((heights) => place.replaceChildren(bars(heights, BARS, inSpeech)));
  const net = speech.segments.reduce((sum, [from, to]) => sum + to - from, 0);
  const told = net > 0 ? word("speechOf", { speech: number(net, 1), all: number(speech.seconds, 1) }) : word("noSpeech");
  return part("heard", place, el("p", { class: "fact" }, told));
}

function likeness(one) {
  if (one.scale) return part("scale", ...scale(one.scale));
  const text = one.purpose === "enrol" && one.verdict === "accepted" ? word("scaleNone") : word("scaleNotCompared");
  return part("scale", el("p", { class: "hint" }, text));
}

function stages(one) {
  const known = STAGES.filter((name) => one.timings[name] !== undefined).map((name) => [name, one.timings[name]]);
  const worked = known.reduce((sum, [, ms]) => sum + ms, 0);
  const rest = Math.max(0, one.answered_ms - worked);
  const all = [...known, ["rest", rest]];
  const whole = worked + rest || 1;
  const drawn = all.map(([name, ms]) => {
    const piece = el("i", { class: `stage stage-${name}` });
    piece.style.flexGrow = String(Math.max(ms / whole, 0.004));
    return piece;
  });
  const rows = all.map(([name, ms]) =>
    el(
      "div",
      {},
      el("dt", {}, el("i", { class: `stage-dot stage-${name}` }), word(`stage-${name}`)),
      el("dd", {}, word("ms", { ms: ms < 10 ? number(ms, 1) : number(Math.round(ms)) })),
    ),
  );
  return part(
    "stages",
    el("div", { class: "stage-bar", "aria-hidden": "true" }, ...drawn),
    el("dl", { class: "stage-list" }, ...rows),
    el("p", { class: "fact" }, word("answeredIn", { ms: number(Math.round(one.answered_ms)) })),
  );
}

function sound(one) {
  const { level, snr, clipped } = one.quality;
  if (level === undefined) return null;
  const facts = [
    ["level_dB", word("unitLevel", { n: number(level) })],
    ["snr", word("unitLevel", { n: number(snr) })],
    ["clipped", word("unitShare", { n: number(clipped * 100, 1) })],
  ];
  return part(
    "sound",
    el("dl", { class: "sound-list" }, ...facts.map(([name, value]) => el("div", {}, el("dt", {}, word(name)), el("dd", {}, value)))),
  );
}

const part = (name, ...children) => el("div", { class: `part part-${name}` }, el("h4", {}, word(name)), ...children);
