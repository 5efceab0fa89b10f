// A menu beside whatever opened it: arrow keys move, Escape closes.

import { el, icon } from "./dom.js";

let open = null;

function close(refocus = true) {
  if (!open) return;
  const { node, anchor } = open;
  open = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus) anchor.focus({ preventScroll: true });
}

/** Each item: `icon`, `label`, perhaps `hint` and `name` (read out in place of the label), and `act`. */
export function menuAt(anchor, label, items) {
  if (open?.anchor === anchor) return close();
  close(false);
  const rows = items.map((one) =>
    el(
      "button",
      {
        class: "menu-item",
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        onclick: () => {
          close();
          one.act();
        },
      },
      one.icon && icon(one.icon),
      el("span", {}, one.label, one.hint && el("small", {}, one.hint)),
    ),
  );
  const node = el("div", { class: "menu", role: "menu", "aria-label": label }, ...rows);
  place(node, anchor);
  node.addEventListener("keydown", (event) => {
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      rows[(to + rows.length) % rows.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close();
    }
  });
  open = { node, anchor };
  anchor.setAttribute("aria-expanded", "true");
  rows[0]?.focus({ preventScroll: true });
}

export function place(node, anchor) {
  document.querySelector("#app").append(node);
  const at = anchor.getBoundingClientRect();
  const { width, height } = node.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const above = at.bottom + height + 8 > innerHeight;
  node.style.left = `${left}px`;
  node.style.top = `${above ? Math.max(8, at.top - height - 6) : at.bottom + 6}px`;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.node.contains(event.target) && !open.anchor.contains(event.target)) close(false);
});
