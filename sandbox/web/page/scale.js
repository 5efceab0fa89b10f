// A score between the cuts, on a line from "no" to "yes".

import { el, svg } from "./dom.js";
import { number } from "./format.js";
import { word } from "./words.js";

const WIDTH = 320;
const LEFT = 6;
const LINE = 38;
const THICK = 12;

export function scale({ score, accept, unsure, lead, runner_up: other }) {
  const low = Math.min(-0.1, score - 0.05, (other ?? 0) - 0.05);
  const high = Math.max(1, score + 0.05);
  const x = (value) => LEFT + ((value - low) / (high - low)) * (WIDTH - 2 * LEFT);
  const zone = (name, from, to) =>
    svg("rect", { class: `zone zone-${name}`, x: x(from), y: LINE, width: Math.max(0, x(to) - x(from)), height: THICK });
  const label = (name, from, to) =>
    svg("text", { class: "zone-name", x: (x(from) + x(to)) / 2, y: LINE + THICK + 15, "text-anchor": "middle" }, word(name));
  const cut = (value) =>
    svg("text", { class: "cut", x: x(value), y: LINE + THICK + 31, "text-anchor": "middle" }, number(value, 2));
  const told = [word("scoreIs", { score: number(score, 2) })];
  told.push(other === null || other === undefined ? word("nobodyElse") : word("runnerUp", { score: number(other, 2) }));
  const drawing = svg(
    "svg",
    { class: "scale", viewBox: `0 0 ${WIDTH} 86`, role: "img", "aria-label": told.join("; ") },
    zone("no", low, unsure),
    zone("again", unsure, accept),
    zone("yes", accept, high),
    label("zoneNo", low, unsure),
    accept - unsure > 0.14 && label("zoneAgain", unsure, accept),
    label("zoneYes", accept, high),
    cut(unsure),
    cut(accept),
    other !== null && other !== undefined && svg("circle", { class: "other", cx: x(other), cy: LINE + THICK / 2, r: 5 }),
    svg("path", { class: "pin", d: `M${x(score)} ${LINE + THICK + 3} V${LINE - 8}` }),
    svg("circle", { class: "pin-head", cx: x(score), cy: LINE - 10, r: 6 }),
    svg("text", { class: "pin-name", x: held(x(score)), y: LINE - 22, "text-anchor": "middle" }, number(score, 2)),
  );
  return [drawing, el("p", { class: "fact" }, told[1]), other !== null && other !== undefined && el("p", { class: "fact faint" }, word("lead", { lead: number(lead, 2) }))];
}

const held = (x) => Math.max(20, Math.min(WIDTH - 20, x));
