// Where one writes, speaks and attaches.

import { commandsOf, edit, say, sendFile } from "./acts.js";
import { el, icon } from "./dom.js";
import { menuAt } from "./menus.js";
import { toast } from "./notices.js";
import { Recorder } from "./recorder.js";
import { offerVoices } from "./shipped.js";
import { chatOf, on, person, store } from "./store.js";
import { word } from "./words.js";

const TALLEST = 160;

export class Composer {
  constructor() {
    this.editing = null;
    this.field = el("textarea", {
      class: "field",
      rows: "1",
      oninput: () => this.written(),
      onkeydown: (event) => this.keyed(event),
    });
    this.menu = el(
      "button",
      { class: "round", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.showCommands() },
      icon("slash"),
    );
    this.file = el("input", { class: "unseen", type: "file", tabindex: "-1", "aria-hidden": "true", onchange: () => this.attached() });
    this.attach = el(
      "button",
      { class: "round", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.showAttachments() },
      icon("clip"),
    );
    this.send = el("button", { class: "round send", type: "submit" }, icon("send"));
    this.recorder = new Recorder(() => store.current);
    this.note = el("p", { class: "editing", hidden: true });
    this.row = el(
      "div",
      { class: "composer-row" },
      el("div", { class: "writing" }, this.menu, this.field, this.file, this.attach),
      this.recorder.meter,
      this.send,
      this.recorder.button,
    );
    this.node = el("form", { class: "composer", onsubmit: (event) => this.submit(event) }, this.note, this.row);
    on("edit", (message) => this.beginEditing(message));
    on("suggest", ({ id, text }) => id === store.current && this.suggest(text));
    on("command", (text) => this.sayNow(text));
  }

  show() {
    const labels = [
      [this.field, word("write")],
      [this.menu, word("commands")],
      [this.attach, word("attach")],
      [this.send, word("send")],
    ];
    for (const [node, label] of labels) node.setAttribute("aria-label", label);
    this.field.placeholder = word("write");
    this.recorder.show();
    if (this.shown !== store.current) {
      this.recorder.cancel();
      this.stopEditing();
    }
    this.shown = store.current;
    this.field.value = chatOf(store.current).draft;
    this.fit();
  }

  written() {
    if (!this.editing) chatOf(store.current).draft = this.field.value;
    this.fit();
  }

  fit() {
    const empty = this.field.value.trim() === "";
    this.row.classList.toggle("has-text", !empty);
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(TALLEST, this.field.scrollHeight)}px`;
  }

  suggest(text) {
    this.field.value = text;
    this.written();
    this.field.focus();
  }

  keyed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.node.requestSubmit();
    } else if (event.key === "Escape" && this.editing) this.stopEditing();
  }

  async submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const { editing } = this;
    this.stopEditing();
    this.field.value = "";
    this.written();
    if (editing) await edit(store.current, editing.message_id, text);
    else await say(store.current, text);
  }

  async sayNow(text) {
    await say(store.current, text);
    this.field.focus();
  }

  beginEditing(message) {
    this.editing = message;
    this.note.hidden = false;
    this.note.replaceChildren(
      `${word("editing")} `,
      el("button", { class: "round", type: "button", "aria-label": word("close"), onclick: () => this.stopEditing() }, icon("close")),
    );
    this.field.value = message.text;
    this.fit();
    this.field.focus();
  }

  stopEditing() {
    if (!this.editing) return;
    this.editing = null;
    this.note.hidden = true;
    this.field.value = chatOf(store.current).draft;
    this.fit();
  }

  async showCommands() {
    const menu = await commandsOf(store.current);
    if (!menu.length) {
      toast(word("noCommands"));
      return;
    }
    menuAt(
      this.menu,
      word("commands"),
      menu.map((one) => ({ label: `/${one.command}`, hint: one.description, act: () => this.sayNow(`/${one.command}`) })),
    );
  }

  showAttachments() {
    menuAt(this.attach, word("attach"), [
      { icon: "voices", label: word("shipped"), act: () => offerVoices(person(store.current)) },
      { icon: "file", label: word("ownFile"), act: () => this.file.click() },
    ]);
  }

  async attached() {
    const [file] = this.file.files;
    this.file.value = "";
    if (file) await sendFile(store.current, file);
  }
}
