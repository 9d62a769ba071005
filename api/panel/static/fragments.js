// Parts of a page that change without the page: the evidence beside a case, an answer, an upload.
import { fragment, say, toast, trouble } from "./answers.js";

const beside = matchMedia("(min-width: 900px)");

/** Choosing a criterion brings its evidence, where there is room beside the case. */
export function evidencePane() {
  const pane = document.querySelector(".evidence-pane");
  if (!pane) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-evidence]");
    if (!link || !beside.matches || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const shown = pane.querySelector("#evidence")?.dataset.criterion;
    if (link.dataset.criterion && link.dataset.criterion === shown) return;
    if (hasWords(pane)) toast("Record your answer first, or empty its fields.");
    else bring(pane, link);
  });
}

/** Whether the reader has begun an answer in the pane, which must not be swept away. */
function hasWords(pane) {
  return [...pane.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

let latest = 0;

async function bring(pane, link) {
  const mine = ++latest;
  const slow = setTimeout(() => pane.setAttribute("aria-busy", "true"), 150);
  const inPane = pane.contains(link);
  if (link.dataset.criterion) mark(link);
  try {
    const { page, ok } = await fragment(link.getAttribute("href"));
    if (mine !== latest || hasWords(pane)) return;
    const found = page.getElementById("evidence") || page.querySelector(".block");
    pane.replaceChildren(document.adoptNode(found));
    if (!inPane) pane.scrollTop = 0;
    showBoxes(pane);
    if (ok) arrived(pane, link, inPane);
  } catch (error) {
    if (mine === latest) pane.replaceChildren(trouble(error.message));
  } finally {
    clearTimeout(slow);
    pane.removeAttribute("aria-busy");
  }
}

function arrived(pane, link, inPane) {
  const criterion = pane.querySelector("#evidence")?.dataset.criterion;
  if (criterion) history.replaceState(null, "", `?criterion=${encodeURIComponent(criterion)}`);
  say(`Evidence: ${pane.querySelector("h2")?.textContent ?? ""}`);
  if (!inPane) return;
  pane.querySelector(".card.chosen a[data-evidence]")?.focus({ preventScroll: true });
  pane.querySelector(".card.chosen")?.scrollIntoView({ block: "start" });
}

function mark(link) {
  for (const other of document.querySelectorAll(".criterion[aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
}

/** Bring the boxed words, or the marked ones, into view inside their own frame. */
export function showBoxes(root) {
  for (const sheet of root.querySelectorAll(".sheet")) {
    const box = sheet.querySelector(".boxes rect:not(.white)");
    if (!box) continue;
    const left = box.getBoundingClientRect().left - sheet.getBoundingClientRect().left;
    sheet.scrollLeft += left - 24;
    const top = box.getBoundingClientRect().top - sheet.getBoundingClientRect().top;
    sheet.scrollTop += top - sheet.clientHeight / 3;
  }
  for (const text of root.querySelectorAll(".plain-text")) {
    const hit = text.querySelector("mark");
    if (hit) text.scrollTop = hit.offsetTop - text.offsetTop - text.clientHeight / 3;
  }
}

export function upload() {
  const form = document.querySelector("form[data-upload]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = form.querySelector("[data-told]");
    const body = new FormData();
    body.append("file", form.elements.file.files[0]);
    told.textContent = "Being handed in…";
    try {
      const { ok, text } = await handIn(form.dataset.upload, body);
      told.textContent = ok ? "Handed in. The case is being worked again; open it in a moment." : text;
      if (ok) { form.reset(); toast("The document is in."); }
    } catch {
      told.textContent = "The server did not answer; the file was not handed in. Try again.";
    }
  });
}

async function handIn(address, body) {
  const headers = { "X-CSRF-Token": document.querySelector('meta[name="csrf"]').content };
  const answer = await fetch(address, { method: "POST", body, headers });
  if (answer.ok) return { ok: true, text: "" };
  const problem = await answer.json().catch(() => ({}));
  return { ok: false, text: problem.detail || problem.title || "The file was not taken." };
}
