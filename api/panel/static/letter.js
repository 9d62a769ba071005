// Editing a letter: what is changed is marked, and every word is kept on the server while one types.
import { fragment } from "./answers.js";

const WAIT = 900;

export function letterForm() {
  const form = document.getElementById("letter-form");
  if (!form) return;
  const fields = [...form.querySelectorAll("[data-was]")];
  let timer = 0;
  form.addEventListener("input", () => {
    show(form, fields);
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), WAIT);
  });
  addEventListener("pagehide", () => { if (timer) keep(form); });
  form.addEventListener("submit", () => { clearTimeout(timer); timer = 0; });
  show(form, fields);
}

function plain(text) {
  return text.trim().split(/\s+/).join(" ");
}

function show(form, fields) {
  let changed = 0;
  let left = 0;
  for (const field of fields) {
    const differs = plain(field.value) !== plain(field.dataset.was);
    const box = field.closest(".sentence");
    box?.classList.toggle("changed", differs);
    const mark = box?.querySelector(".changed-mark");
    if (mark) {
      mark.hidden = !differs;
      mark.textContent = plain(field.value) ? "changed" : "left out";
    }
    if (differs && plain(field.value)) changed += 1;
    if (differs && !plain(field.value)) left += 1;
  }
  form.querySelector("[data-changes]").textContent = words(changed, left);
}

function words(changed, left) {
  const parts = [];
  if (changed) parts.push(`${changed} ${changed === 1 ? "sentence" : "sentences"} changed`);
  if (left) parts.push(`${left} left out`);
  return parts.length ? `${parts.join(", ")}.` : "No sentence is changed yet.";
}

async function keep(form) {
  if ("noDraft" in form.dataset) delete form.dataset.noDraft;
  const told = form.querySelector("[data-kept]");
  try {
    const { ok } = await fragment(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: true });
    told.textContent = ok ? "Your words are kept." : "Your words could not be kept; do not close this page.";
  } catch (error) {
    told.textContent = error.message;
  }
}
