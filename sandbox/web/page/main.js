// The page comes to life.

import { speak } from "./acts.js";
import { Chat } from "./chat.js";
import { showConnection } from "./notices.js";
import { People } from "./people.js";
import { Side } from "./side.js";
import { on, store } from "./store.js";
import { listen } from "./stream.js";
import { wear } from "./theme.js";
import { LANGUAGES } from "./words.js";

wear();

let built = false;

on("state", () => {
  document.documentElement.lang = store.language;
  if (built) return;
  built = true;
  new People(document.querySelector("#people"));
  new Chat(document.querySelector("#chat"));
  new Side(document.querySelector("#side"));
  // A visitor whose browser speaks another of our languages gets it, as long as nobody has said a word.
  const own = navigator.language.slice(0, 2) in LANGUAGES ? navigator.language.slice(0, 2) : "en";
  const silent = [...store.chats.values()].every((chat) => chat.messages.size === 0);
  if (silent && own !== store.language) speak(own);
  document.documentElement.dataset.ready = "yes";
});
on("connection", showConnection);
on("chosen", () => (document.querySelector("#app").dataset.view = "chat"));

listen();
