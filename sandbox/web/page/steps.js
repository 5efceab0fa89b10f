// The first steps of a teacher, each with a hand to begin it, ticking themselves.

import { follow } from "./acts.js";
import { el, icon } from "./dom.js";
import { doneSteps, joinLink, STEPS } from "./progress.js";
import { closeSide } from "./side.js";
import { chatOf, choose, isBots, personOf, tell } from "./store.js";
import { word } from "./words.js";

function go(key, text = null) {
  const { id } = personOf(key);
  closeSide();
  choose(id);
  if (text !== null) tell("suggest", { id, text });
}

const lastToAnna = () => [...chatOf(personOf("anna").id).messages.values()].filter(isBots).at(-1);

/** Whether Anna has agreed and is now asked for her name: nothing is left to press, and she is not in yet. */
const isAskedForName = () => Boolean(lastToAnna()) && !lastToAnna().reply_markup;

/** Whether she is asked to agree: that she presses herself. */
const isAskedToAgree = () =>
  Boolean(lastToAnna()?.reply_markup?.inline_keyboard?.flat().some((button) => button.callback_data?.startsWith("consent:")));

const DO = {
  step1: [{ label: "step1Do", act: () => go("teacher", `/newclass ${word("className")}`) }],
  step2: [
    {
      label: "step2Do",
      when: () => !isAskedForName() && !isAskedToAgree(),
      act: () => {
        go("anna");
        follow(personOf("anna").id, joinLink());
      },
    },
    { label: "step2Name", when: isAskedForName, act: () => go("anna", personOf("anna").full_name) },
  ],
  step3: [{ label: "step3Do", act: () => go("anna") }],
  step4: [{ label: "step4Do", act: () => go("teacher", "/open") }],
  step5: [{ label: "step5Do", act: () => go("anna") }],
  step6: [{ label: "step6Do", act: () => go("anna") }],
  step7: [{ label: "step7Do", act: () => go("teacher", "/report") }],
};

export function steps() {
  const done = doneSteps();
  const next = STEPS.find((step) => !done.includes(step.key))?.key;
  const rows = STEPS.map(({ key }, index) => {
    const state = done.includes(key) ? "done" : key === next ? "next" : "later";
    return el(
      "li",
      { class: `step ${state}`, data: { step: key }, "aria-current": state === "next" ? "step" : null },
      el("span", { class: "step-mark" }, state === "done" ? icon("check") : String(index + 1)),
      el(
        "div",
        {},
        el("p", { class: "step-name" }, word(key), state === "done" && el("span", { class: "unseen" }, ` — ${word("stepDone")}`)),
        state === "next" && el("p", { class: "step-hint" }, word(`${key}Hint`)),
        state === "next" &&
          el(
            "div",
            { class: "step-acts" },
            ...DO[key]
              .filter((one) => one.when?.() ?? true)
              .map((one) => el("button", { class: "begin", type: "button", onclick: one.act }, word(one.label))),
          ),
      ),
    );
  });
  return el(
    "section",
    { class: "steps", "aria-label": word("steps") },
    el(
      "h3",
      {},
      word("steps"),
      el("small", {}, word("stepsDone", { done: done.length, all: STEPS.length })),
    ),
    el("ol", {}, ...rows),
    next === undefined && el("p", { class: "all-done" }, word("allDone")),
  );
}
