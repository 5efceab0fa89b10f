// The shape of a note as bars, with what has been played, or what is speech, in another colour.

import { svg } from "./dom.js";

const STEP = 3;
const WIDTH = 2;
const HEIGHT = 24;

/** The heights (0–31) gathered into so many bars. */
function gathered(heights, count) {
  if (!heights.length) return Array(count).fill(0);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * heights.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * heights.length) / count));
    return Math.max(...heights.slice(from, to));
  });
}

/** `lit(share)` says of a place in the note (0–1) whether its bar is lit. */
export function bars(heights, count, lit = () => false) {
  const drawn = gathered(heights, count).map((height, index) => {
    const tall = Math.max(2, (height / 31) * HEIGHT);
    const x = index * STEP;
    const y = (HEIGHT - tall) / 2;
    const on = lit((index + 0.5) / count) ? "lit" : null;
    return svg("rect", { x, y, width: WIDTH, height: tall, rx: 1, class: on });
  });
  const shape = { class: "bars", viewBox: `0 0 ${count * STEP - 1} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", shape, ...drawn);
}

/** Light the bars up to a share of the note. */
export function light(drawing, share) {
  const rects = drawing.children;
  for (let index = 0; index < rects.length; index += 1) {
    rects[index].classList.toggle("lit", (index + 0.5) / rects.length <= share);
  }
}
