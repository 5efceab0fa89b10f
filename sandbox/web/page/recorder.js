// The record button: hold it and let go, or tap it, speak, and tap again.

import { sendVoice } from "./acts.js";
import { el, icon } from "./dom.js";
import { duration } from "./format.js";
import { toast } from "./notices.js";
import { word } from "./words.js";

const HELD_FROM = 450;
const SHORTEST = 700;
const SLIDE_TO_CANCEL = 90;
const KINDS = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const METER_BARS = 32;

export class Recorder {
  constructor(whose) {
    this.whose = whose;
    this.state = "idle";
    this.time = el("span", { class: "meter-time" }, "0:00");
    this.hint = el("span", { class: "meter-hint" });
    this.levels = el("span", { class: "meter-levels", role: "meter", "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": "0" });
    this.levels.append(...Array.from({ length: METER_BARS }, () => el("i", {})));
    this.drop = el("button", { class: "meter-cancel", type: "button", onclick: () => this.cancel() });
    this.meter = el("div", { class: "meter", hidden: true }, el("span", { class: "meter-dot" }), this.time, this.levels, this.hint, this.drop);
    this.button = el("button", {
      class: "round record",
      type: "button",
      onpointerdown: (event) => this.pressed(event),
      onpointermove: (event) => this.moved(event),
      onpointerup: () => this.released(),
      onpointercancel: () => this.released(),
      onclick: (event) => event.detail === 0 && this.tapped(),
    });
    this.show();
  }

  show() {
    const busy = this.state !== "idle";
    this.button.replaceChildren(icon(busy ? "send" : "mic"));
    this.button.setAttribute("aria-label", word(busy ? "recordStop" : "record"));
    this.button.title = this.button.getAttribute("aria-label");
    this.button.classList.toggle("busy", busy);
    this.drop.textContent = word("recordCancel");
    this.levels.setAttribute("aria-label", word("level"));
    this.hint.textContent = word(this.held ? "recordHold" : "recordTap");
    this.meter.hidden = !busy;
    this.meter.parentElement?.classList.toggle("is-recording", busy);
  }

  // -- the button

  pressed(event) {
    if (event.button !== 0) return;
    if (this.state !== "idle") {
      this.finishing = true;
      return;
    }
    this.button.setPointerCapture(event.pointerId);
    this.held = true;
    this.from = event.clientX;
    this.since = performance.now();
    this.begin();
  }

  moved(event) {
    if (!this.held) return;
    const slid = this.from - event.clientX;
    this.meter.style.setProperty("--slid", `${Math.max(0, Math.min(SLIDE_TO_CANCEL, slid))}px`);
    if (slid > SLIDE_TO_CANCEL) this.cancel();
  }

  released() {
    if (this.finishing) {
      this.finishing = false;
      this.finish();
      return;
    }
    if (!this.held) return;
    this.held = false;
    if (performance.now() - this.since >= HELD_FROM) this.finish();
    else this.show();
  }

  /** By the keyboard, or by what speaks for it. */
  tapped() {
    if (this.state === "idle") this.begin();
    else this.finish();
  }

  // -- the recording

  async begin() {
    if (!navigator.mediaDevices?.getUserMedia) {
      this.held = false;
      toast(word(isSecureContext ? "noMicrophone" : "insecure"));
      return;
    }
    this.state = "asking";
    this.owner = this.whose();
    this.show();
    let stream;
    try {
      // What the room sounds like is Rollcall's to judge: nothing is cleaned on the way.
      const plain = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
    } catch {
      this.rest();
      toast(word("noMicrophone"));
      return;
    }
    if (this.state !== "asking") {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.stream = stream;
    this.pieces = [];
    this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 64000 });
    this.recorder.addEventListener("dataavailable", (event) => this.pieces.push(event.data));
    this.recorder.addEventListener("stop", () => this.stopped(), { once: true });
    this.recorder.start(250);
    this.state = "recording";
    this.began = performance.now();
    this.wanted = false;
    this.listen();
    this.show();
  }

  /** The meter: how loud it is now, and was a moment ago. */
  listen() {
    this.sound = new AudioContext();
    const analyser = this.sound.createAnalyser();
    analyser.fftSize = 1024;
    this.sound.createMediaStreamSource(this.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const heights = Array(METER_BARS).fill(0);
    let moved = 0;
    const look = (now) => {
      if (this.state !== "recording") return;
      requestAnimationFrame(look);
      if (now - moved < 60) return;
      moved = now;
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
      // From -54 dB, a quiet room, to -6 dB.
      const loud = Math.max(0, Math.min(1, (10 * Math.log10(power + 1e-9) + 54) / 48));
      heights.push(loud);
      heights.shift();
      [...this.levels.children].forEach((bar, index) => bar.style.setProperty("--h", heights[index].toFixed(2)));
      this.levels.setAttribute("aria-valuenow", String(Math.round(loud * 100)));
      this.time.textContent = duration((performance.now() - this.began) / 1000);
    };
    requestAnimationFrame(look);
  }

  finish() {
    if (this.state !== "recording") {
      this.rest();
      return;
    }
    if (performance.now() - this.began < SHORTEST) {
      toast(word("tooBrief"));
      this.cancel();
      return;
    }
    this.wanted = true;
    this.recorder.stop();
  }

  cancel() {
    this.held = false;
    if (this.state === "recording") {
      this.wanted = false;
      this.recorder.stop();
    } else this.rest();
  }

  async stopped() {
    const { wanted, owner } = this;
    const note = new Blob(this.pieces, { type: this.recorder.mimeType.split(";")[0] });
    this.rest();
    if (wanted) await sendVoice(owner, note);
  }

  rest() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    if (this.sound?.state !== "closed") this.sound?.close();
    this.stream = null;
    this.state = "idle";
    this.held = false;
    this.time.textContent = "0:00";
    this.meter.style.removeProperty("--slid");
    this.show();
  }
}
