// "Who?" in a small window.

import { dialog } from "./notices.js";
import { el } from "./dom.js";
import { avatar } from "./people.js";
import { word } from "./words.js";

/** The id of whom the visitor chose; null where nobody. */
export function choosePerson(title, hint, people) {
  return new Promise((resolve) => {
    const rows = people.map((one) =>
      el(
        "button",
        { class: "choice", type: "button", data: { choice: one.key }, onclick: () => close(one.id) },
        avatar(one),
        el("span", {}, one.name, " ", el("small", {}, word(`role-${one.key}`))),
      ),
    );
    const close = dialog(title, [hint && el("p", { class: "hint" }, hint), ...rows], (answer) => resolve(answer ?? null));
  });
}
