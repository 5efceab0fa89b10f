// What somebody does, said to the sandbox. What comes of it comes back by the stream.

import { word } from "./words.js";
import { toast } from "./notices.js";

async function post(path, body, headers = { "Content-Type": "application/json" }) {
  try {
    const response = await fetch(path, { method: "POST", headers, body });
    const told = await response.json();
    if (!response.ok) throw new Error(told.error ?? response.statusText);
    return told;
  } catch (error) {
    toast(`${word("failed")} ${error.message}`);
    return null;
  }
}

const act = (id, what, values) => post(`/try/people/${id}/${what}`, JSON.stringify(values));

export const say = (id, text) => act(id, "text", { text });
export const press = (id, messageId, data) => act(id, "press", { message_id: messageId, data });
export const follow = (id, link) => act(id, "follow", { link });
export const edit = (id, messageId, text) => act(id, "edit", { message_id: messageId, text });
export const remove = (id, messageId) => act(id, "delete", { message_id: messageId });
export const forward = (id, from, messageId) => act(id, "forward", { from, message_id: messageId });
export const sendShipped = (id, voice, note) => act(id, "shipped", { voice, note });
export const sendVoice = (id, blob) => post(`/try/people/${id}/voice`, blob, { "Content-Type": blob.type || "audio/webm" });
export const sendFile = (id, file) =>
  post(`/try/people/${id}/file?name=${encodeURIComponent(file.name)}`, file, {
    "Content-Type": file.type || "application/octet-stream",
  });
export const speak = (language) => post("/try/language", JSON.stringify({ language }));

async function get(path) {
  const response = await fetch(path);
  return response.ok ? response.json() : [];
}

export const commandsOf = (id) => get(`/try/people/${id}/commands`);
export const shippedVoices = () => get("/try/voices");

const shapes = new Map();

/** How loud a note is, from its beginning to its end. */
export function waveformOf(sound) {
  if (!shapes.has(sound.file_unique_id)) shapes.set(sound.file_unique_id, get(`/try/waveforms/${sound.file_id}`));
  return shapes.get(sound.file_unique_id);
}

export const fileUrl = (fileId) => `/try/files/${fileId}`;
