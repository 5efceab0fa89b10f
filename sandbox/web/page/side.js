// Beside the chat, on a phone a sheet over it: the first steps, and why the bot answered as it did.

import { el, icon } from "./dom.js";
import { on, store } from "./store.js";
import { steps } from "./steps.js";
import { explanation } from "./why.js";
import { word } from "./words.js";

const wide = matchMedia("(min-width: 1160px)");
let side = null;

export const openSide = (part = "") => side.open(part);
export const closeSide = () => side.close();

/** Explain this verdict. */
export function openWhy(told) {
  side.told = told;
  side.draw();
  side.open("why");
}

export class Side {
  constructor(root) {
    side = this;
    this.root = root;
    this.shade = document.querySelector("#shade");
    this.told = null;
    this.body = el("div", { class: "side-body", tabindex: "0", role: "group" });
    this.title = el("h2", { class: "bar-title" });
    this.shut = el("button", { class: "round", type: "button", onclick: () => this.close() }, icon("close"));
    root.append(el("header", { class: "bar only-narrow" }, this.title, this.shut), this.body);
    this.shade.addEventListener("click", () => this.close());
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    wide.addEventListener("change", () => this.settle());
    for (const kind of ["state", "came", "edited"]) on(kind, () => this.later());
    on("chosen", () => {
      this.told = null;
      this.later();
    });
    on("verdict", (told) => {
      if (told.chat_id === store.current) this.told = told;
      this.later();
    });
    this.draw();
    this.settle();
  }

  /** Many things come at once, and one drawing is enough for them. */
  later() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.draw();
    });
  }

  draw() {
    this.root.setAttribute("aria-label", word("side"));
    this.body.setAttribute("aria-label", word("side"));
    this.title.textContent = word("side");
    this.shut.setAttribute("aria-label", word("close"));
    const focused = this.body.contains(document.activeElement) ? document.activeElement.className : null;
    const whole = explanation(this.told, (told) => {
      this.told = told;
      this.draw();
    });
    this.body.replaceChildren(steps(), whole);
    if (focused) [...this.body.querySelectorAll("button")].find((one) => one.className === focused)?.focus();
  }

  open(part) {
    if (!wide.matches) {
      this.before = document.activeElement;
      this.root.classList.add("open");
      this.settle();
      this.shut.focus();
    }
    if (part) this.body.querySelector(`.${part}`)?.scrollIntoView({ block: part === "why" ? "start" : "nearest" });
  }

  close() {
    if (!this.root.classList.contains("open")) return;
    this.root.classList.remove("open");
    this.settle();
    this.before?.focus?.({ preventScroll: true });
  }

  /** What cannot be seen cannot be reached either. */
  settle() {
    const open = this.root.classList.contains("open");
    this.root.inert = !wide.matches && !open;
    this.shade.hidden = wide.matches || !open;
  }
}
