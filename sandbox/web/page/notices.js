// What comes up for a moment: toasts, alerts, small windows.

import { el, icon } from "./dom.js";
import { on } from "./store.js";
import { word } from "./words.js";

const LASTS = 4200;

export function toast(text, { stays = false } = {}) {
  const node = el("p", { class: "toast" }, text);
  document.querySelector("#toasts").append(node);
  if (!stays) setTimeout(() => node.remove(), LASTS);
  return node;
}

let lost = null;

export function showConnection(good) {
  if (!good && !lost) lost = toast(word("lost"), { stays: true });
  if (good && lost) {
    lost.remove();
    lost = null;
  }
}

/** A window with a title; returns what closes it. `closed` hears what it was closed with. */
export function dialog(title, children, closed = () => {}) {
  let answer;
  const name = `dialog-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const node = el(
    "dialog",
    { class: "dialog", "aria-labelledby": name },
    el(
      "header",
      { class: "dialog-bar" },
      el("h2", { id: name }, title),
      el("button", { class: "round", type: "button", "aria-label": word("close"), onclick: () => node.close() }, icon("close")),
    ),
    el("div", { class: "dialog-body" }, ...children),
  );
  node.addEventListener("click", (event) => event.target === node && node.close());
  node.addEventListener("close", () => {
    node.remove();
    closed(answer);
  });
  document.body.append(node);
  node.showModal();
  return (given) => {
    answer = given;
    node.close();
  };
}

/** An alert of the bot: it stays until it is read. */
function alert(text) {
  const close = dialog("Rollcall", [
    el("p", {}, text),
    el("button", { class: "begin", type: "button", autofocus: true, onclick: () => close() }, word("ok")),
  ]);
}

const GIVEN_UP_AFTER = 15000;
const waiting = new Map();
const early = new Map();

/** A pressed button's clock runs until the bot has answered, or for as long as Telegram lets it. */
export function awaitAnswer(queryId, stop) {
  if (early.has(queryId)) {
    show(early.get(queryId));
    early.delete(queryId);
    stop();
    return;
  }
  waiting.set(queryId, stop);
  setTimeout(() => {
    waiting.get(queryId)?.();
    waiting.delete(queryId);
  }, GIVEN_UP_AFTER);
}

function show(answer) {
  if (!answer.text) return;
  if (answer.show_alert) alert(answer.text);
  else toast(answer.text);
}

on("answered", (answer) => {
  const stop = waiting.get(answer.id);
  if (!stop) {
    early.set(answer.id, answer);
    return;
  }
  waiting.delete(answer.id);
  stop();
  show(answer);
});
