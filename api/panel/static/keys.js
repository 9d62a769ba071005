// Single keys for people who decide all day; off in fields, and wherever the reader turned them off.
const OFF = "countersign.keys.off";

const act = {
  j: () => step(1),
  k: () => step(-1),
  a: () => go("#approve"),
  e: () => document.getElementById("edit")?.click(),
  r: openReject,
  "/": () => go("#q") || (location.href = "/panel"),
  "?": () => document.getElementById("keys").showModal(),
};

export function keys() {
  const off = document.getElementById("keys-off");
  off.checked = localStorage.getItem(OFF) === "1";
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "1" : "0"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.getElementById("reject")?.removeAttribute("open");
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!act[event.key] || (off.checked && event.key !== "?") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act[event.key]();
  });
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

function go(selector) {
  const found = document.querySelector(selector);
  found?.focus();
  return found;
}

function openReject() {
  const reject = document.getElementById("reject");
  if (!reject) return;
  reject.open = true;
  document.getElementById("reason")?.focus();
}

/** The next row of the worklist, or the next criterion of the case; a criterion brings its evidence. */
function step(by) {
  const criteria = [...document.querySelectorAll(".tree a[data-criterion]")];
  const rows = criteria.length ? criteria : [...document.querySelectorAll(".lines a[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row === document.activeElement);
  const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
  next.focus();
  if (criteria.length && matchMedia("(min-width: 900px)").matches) next.click();
}
