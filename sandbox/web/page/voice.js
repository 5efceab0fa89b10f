// A voice bubble: play, pause, wind, with the note's shape.

import { fileUrl, waveformOf } from "./acts.js";
import { el, icon } from "./dom.js";
import { duration } from "./format.js";
import { bars, light } from "./waveform.js";
import { word } from "./words.js";

let playing = null;

export function voicePlayer(sound) {
  const sounds = new Audio();
  sounds.preload = "none";
  const button = el("button", { class: "play", type: "button", "aria-label": word("play"), onclick: () => toggle() }, icon("play"));
  const time = el("span", { class: "voice-time" }, duration(sound.duration));
  const wind = el("input", {
    class: "wind",
    type: "range",
    min: "0",
    max: "1000",
    value: "0",
    step: "1",
    "aria-label": word("position"),
    oninput: () => to(Number(wind.value) / 1000),
  });
  const shape = el("span", { class: "shape" }, wind);
  const count = Math.max(22, Math.min(48, 18 + sound.duration * 2));
  let drawing = bars([], count);
  shape.prepend(drawing);
  waveformOf(sound).then((heights) => {
    const fresh = bars(heights, count);
    drawing.replaceWith(fresh);
    drawing = fresh;
  });

  const length = () => (Number.isFinite(sounds.duration) && sounds.duration > 0 ? sounds.duration : sound.duration || 1);

  function toggle() {
    if (!sounds.src) sounds.src = fileUrl(sound.file_id);
    if (sounds.paused) {
      if (playing && playing !== sounds) playing.pause();
      playing = sounds;
      sounds.play().catch(() => show());
    } else sounds.pause();
  }

  function to(share) {
    if (!sounds.src) sounds.src = fileUrl(sound.file_id);
    sounds.currentTime = share * length();
    light(drawing, share);
  }

  function show() {
    const share = sounds.currentTime / length();
    light(drawing, sounds.ended ? 0 : share);
    wind.value = String(Math.round((sounds.ended ? 0 : share) * 1000));
    time.textContent = duration(sounds.paused ? sound.duration : sounds.currentTime);
    button.replaceChildren(icon(sounds.paused ? "play" : "pause"));
    button.setAttribute("aria-label", word(sounds.paused ? "play" : "pause"));
    if (!sounds.paused) requestAnimationFrame(show);
  }

  for (const kind of ["play", "pause", "ended", "seeked"]) sounds.addEventListener(kind, show);
  return el("div", { class: "voice" }, button, el("div", { class: "voice-body" }, shape, time));
}
