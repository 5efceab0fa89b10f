// Times, sizes and figures as people write them.

import { store } from "./store.js";

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(store.language, { hour: "2-digit", minute: "2-digit", hour12: false });

export const day = (seconds) =>
  new Date(seconds * 1000).toLocaleDateString(store.language, { day: "numeric", month: "long" });

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function size(bytes) {
  const units = store.language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  let power = 0;
  while (bytes >= 1000 && power < 2) {
    bytes /= 1000;
    power += 1;
  }
  return `${number(bytes, bytes < 10 && power ? 1 : 0)} ${units[power]}`;
}

export const number = (value, digits = 0) =>
  value.toLocaleString(store.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
