/** The board, alive: the server tells what changed, and this puts it in place. Without it the page is a page. */

const board = document.getElementById("board");
const tiles = document.getElementById("tiles");
const labels = JSON.parse(tiles.dataset.labels);
const tally = document.getElementById("tally");
const lost = document.getElementById("lost");

/** A tile, made of the first one's build, so that what a tile is made of is said once, in the template. */
function made(person) {
  const row = document.createElement("li");
  row.dataset.person = person;
  const face = document.createElement(document.body.classList.contains("screen") ? "span" : "a");
  face.className = "face";
  if (face.tagName === "A") face.href = `?of=${person}#card`;
  const parts = [["span", "sign"], ["span", "name"], ["span", "state"]].map(([tag, name]) => {
    const part = document.createElement(tag);
    part.className = name;
    return part;
  });
  parts[0].setAttribute("aria-hidden", "true");
  const word = document.createElement("span");
  word.className = "word";
  const time = document.createElement("time");
  time.className = "time";
  parts[2].append(word, " ", time);
  face.append(...parts);
  row.append(face);
  return row;
}

function show([person, name, seen, time], animated) {
  let row = tiles.querySelector(`[data-person="${person}"]`);
  if (row === null) {
    row = made(person);
    tiles.append(row);
  }
  const before = row.className;
  row.className = `tile ${seen}`;
  if (animated && before !== row.className) row.classList.add("fresh");
  row.querySelector(".name").textContent = name;
  row.querySelector(".word").textContent = labels[seen];
  row.querySelector(".time").textContent = time;
  return row;
}

function take(said) {
  if (said.over !== (board.dataset.closed === "yes")) {
    location.reload();
    return;
  }
  const known = tiles.childElementCount > 0;
  const rows = said.rows.map((row) => show(row, known && !said.whole));
  if (said.whole) {
    const wanted = new Set(rows);
    for (const row of [...tiles.children]) if (!wanted.has(row)) row.remove();
    tiles.append(...rows);
    const many = rows.length;
    tiles.className = `tiles ${many <= 32 ? "large" : many <= 72 ? "middle" : "small"}`;
  }
  const [before, after] = tally.dataset.words.split("{here}");
  const here = document.createElement("b");
  here.textContent = said.counts.there;
  tally.replaceChildren(before, here, after.replace("{students}", said.counts.students));
  for (const one of document.querySelectorAll("[data-count]")) one.textContent = said.counts[one.dataset.count];
  for (const one of document.querySelectorAll(".closes")) {
    one.textContent = one.dataset.words.replace("{closes}", said.closes);
  }
  const minutes = document.getElementById("minutes");
  if (minutes !== null) minutes.value = said.minutes + Number(minutes.dataset.by);
  board.dataset.version = Number(board.dataset.version || 0) + 1;
}

function listen() {
  const feed = new EventSource(board.dataset.feed);
  feed.addEventListener("open", () => { lost.textContent = ""; });
  feed.addEventListener("board", (event) => take(JSON.parse(event.data)));
  feed.addEventListener("end", () => {
    feed.close();
    location.reload();
  });
  feed.addEventListener("error", () => {
    lost.textContent = board.dataset.lost;
    // A browser comes back by itself where the line is cut; where the server answers with an error, it does not.
    if (feed.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

const dialog = document.getElementById("dialog");
const said = document.getElementById("said");

function tell(text, undo) {
  said.hidden = false;
  said.querySelector("p").textContent = text;
  const form = said.querySelector("form");
  form.hidden = !undo;
  for (const old of form.querySelectorAll("input:not([name=csrf])")) old.remove();
  if (undo) {
    form.action = undo.path;
    for (const [name, value] of Object.entries(undo.fields)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
  }
}

async function send(event) {
  const form = event.target;
  const to = new URL(form.action);
  if (!/\/(mark|excuse|undo)$/.test(to.pathname)) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  if (dialog.open) dialog.close();
  try {
    const answer = await fetch(to, { method: "POST", body: new URLSearchParams(fields), headers: { "x-by-script": "1" } });
    if (!answer.headers.get("content-type").startsWith("application/json")) throw new Error(answer.status);
    const { said: text, undo } = await answer.json();
    tell(text, undo);
  } catch {
    tell(board.dataset.failed, null);
  }
}

if (dialog !== null) {
  tiles.addEventListener("click", (event) => {
    const face = event.target.closest("a.face");
    if (face === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = face.parentElement;
    dialog.querySelector("#dialog-name").textContent = row.querySelector(".name").textContent;
    for (const field of dialog.querySelectorAll("input[name=person]")) field.value = row.dataset.person;
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  board.addEventListener("submit", send);
}

listen();
