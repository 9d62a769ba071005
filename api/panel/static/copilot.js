// A conversation that appears as it is answered, can be stopped, and goes on where a broken line left it.
import { fragment, toast, trouble } from "./answers.js";
import { readEvents } from "./events.js";

const csrf = () => document.querySelector('meta[name="csrf"]').content;
const field = (form) => form.querySelector("#question");
const TOOLS = {
  policy_search: "Looking through the policies",
  policy_criteria: "Reading the criteria in force",
  case_record: "Reading the case’s record",
  chart_search: "Looking through the chart",
  authorization_pathway: "Looking up who decides",
  similar_decisions: "Looking for decided cases",
  worklist_lines: "Reading the worklist",
};
const WAITS = [400, 800, 1500, 3000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000];

export function chat() {
  const form = document.querySelector("form[data-chat]");
  if (!form) return;
  const stop = form.querySelector("[data-stop]");
  form.addEventListener("submit", (event) => {
    const words = (event.submitter?.name === "suggested" ? event.submitter.value : field(form).value).trim();
    event.preventDefault();
    if (!words || form.dataset.busy) return;
    ask(form, words);
  });
  stop.addEventListener("click", () => halt(form, stop));
  for (const turn of document.querySelectorAll('.turn[data-status="running"]')) go(form, turn, turn.dataset.run, null);
  document.addEventListener("submit", giveFeedback);
}

/** Stop the run that goes. The server may not have begun it yet, so it is asked again until it knows the run. */
async function halt(form, stop) {
  const run = form.dataset.busy;
  if (!run || stop.disabled) return;
  stop.disabled = true;
  const turn = document.getElementById(`run-${run}`);
  if (turn) stage(turn, "Stopping");
  for (const wait of [0, ...WAITS]) {
    if (wait) await new Promise((done) => setTimeout(done, wait));
    if (form.dataset.busy !== run) return;
    const answer = await fetch(`/copilot/runs/${run}/stop`, { method: "POST", headers: { "X-CSRF-Token": csrf() } }).catch(() => null);
    if (answer?.ok) return;
  }
  stop.disabled = false;
  toast("It could not be stopped. It ends by itself; your question is kept.");
}

function ask(form, words) {
  const run = `p-${crypto.randomUUID()}`;
  const thread = form.dataset.chat || `p-${crypto.randomUUID()}`;
  form.dataset.chat = thread;
  form.elements.thread.value = thread;
  const address = new URL(location.href);
  address.searchParams.set("thread", thread);
  history.replaceState(null, "", address.pathname + address.search);
  document.querySelector("[data-empty]")?.remove();
  form.querySelector(".suggestions")?.remove();
  field(form).value = "";
  const turn = newTurn(run, words);
  document.querySelector(".chat").append(turn);
  turn.scrollIntoView({ block: "start" });
  const caseId = document.querySelector("[data-chat-case]")?.dataset.chatCase;
  const body = {
    threadId: thread, runId: run, state: {}, tools: [], context: [], forwardedProps: caseId ? { caseId } : {},
    messages: [{ id: `${run}-q`, role: "user", content: words }],
  };
  go(form, turn, run, body);
}

function newTurn(run, words) {
  const turn = document.createElement("li");
  turn.className = "turn";
  turn.id = `run-${run}`;
  turn.dataset.run = run;
  turn.dataset.status = "running";
  const asked = Object.assign(document.createElement("p"), { className: "asked phi", textContent: words });
  const answered = Object.assign(document.createElement("div"), { className: "answered" });
  const stage = Object.assign(document.createElement("p"), { className: "quiet" });
  stage.dataset.stage = "";
  const text = document.createElement("div");
  text.dataset.text = "";
  text.className = "phi";
  answered.append(stage, text);
  turn.append(asked, answered);
  return turn;
}

/** Follow one run to its end, over as many connections as it takes; then show it as the server writes it. */
async function go(form, turn, run, body) {
  const stop = form.querySelector("[data-stop]");
  form.dataset.busy = run;
  stop.hidden = false;
  form.querySelector("[data-send]").disabled = true;
  const seen = { last: "", ended: false };
  const slow = setTimeout(() => { stage(turn, "Being looked up"); }, 150);
  try {
    await follow(turn, run, body, seen);
    await settle(turn, run);
  } catch (error) {
    turn.querySelector(".answered").replaceChildren(trouble(error.message));
  } finally {
    clearTimeout(slow);
    delete form.dataset.busy;
    stop.hidden = true;
    stop.disabled = false;
    form.querySelector("[data-send]").disabled = false;
    if (document.activeElement === document.body) field(form).focus({ preventScroll: true });
  }
}

async function follow(turn, run, body, seen) {
  let known = body === null;
  for (const wait of [0, ...WAITS]) {
    if (wait) await new Promise((done) => setTimeout(done, wait));
    let answer;
    try {
      answer = await connect(run, known ? null : body, seen.last);
    } catch {
      stage(turn, "The server did not answer; trying again");
      continue;
    }
    if (answer.status === 404 && body && known) { known = false; continue; }
    if (!answer.ok) throw new Error(await words(answer));
    known = true;
    try {
      await readEvents(answer.body, (event, id) => { seen.last = id; show(turn, event, seen); });
    } catch {
      stage(turn, "The line broke; going on where it was");
    }
    if (seen.ended) return;
  }
  throw new Error("The server did not answer for a while. Your question is kept; open this conversation again later.");
}

function connect(run, body, last) {
  const headers = { "X-CSRF-Token": csrf(), Accept: "text/event-stream" };
  if (last) headers["Last-Event-ID"] = last;
  if (!body) return fetch(`/copilot/runs/${run}/events`, { headers });
  return fetch("/copilot/agui", { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function words(answer) {
  if (answer.status === 401) return "Your session has ended. Sign in in another tab, and ask again.";
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || problem.title || "The question was not taken.";
}

function show(turn, event, seen) {
  switch (event.type) {
    case "TOOL_CALL_START": stage(turn, TOOLS[event.toolCallName] ?? "Looking it up"); break;
    case "TEXT_MESSAGE_START": stage(turn, ""); turn.querySelector("[data-text]").replaceChildren(); break;
    case "TEXT_MESSAGE_CONTENT": {
      const line = document.createElement("p");
      line.textContent = event.delta.trimEnd();
      turn.querySelector("[data-text]").append(line);
      break;
    }
    case "RUN_FINISHED": case "RUN_ERROR": seen.ended = true; break;
  }
}

function stage(turn, text) {
  const place = turn.querySelector("[data-stage]");
  if (place) place.textContent = text ? `${text}.` : "";
}

/** The turn as the server writes it, with its chips; said once to those who listen. */
async function settle(turn, run) {
  const { page, ok } = await fragment(`/panel/copilot/runs/${run}`);
  const found = page.querySelector(".turn");
  if (!ok || !found) throw new Error("The answer is kept, but could not be shown. Open this conversation again.");
  turn.replaceWith(document.adoptNode(found));
  const sentences = found.querySelectorAll(".sentences li").length;
  const sources = found.querySelectorAll(".all-sources .sources li").length;
  const none = found.querySelector(".notice strong")?.textContent;
  document.querySelector("[data-chat-live]").textContent =
    none ? `${none}.` : `Answered: ${sentences} ${sentences === 1 ? "sentence" : "sentences"}, ${sources} ${sources === 1 ? "source" : "sources"}.`;
}

async function giveFeedback(event) {
  const form = event.target.closest("form[data-feedback]");
  if (!form) return;
  event.preventDefault();
  const verdict = event.submitter?.value === "up" ? "up" : "down";
  const given = { verdict, comment: form.elements.comment.value, correction: form.elements.correction.value };
  const answer = await fetch(`/copilot/runs/${form.dataset.feedback}/feedback`, {
    method: "POST", headers: { "X-CSRF-Token": csrf(), "Content-Type": "application/json" }, body: JSON.stringify(given),
  }).catch(() => null);
  if (!answer?.ok) { toast("It was not kept: the server did not take it. Try again."); return; }
  for (const button of form.querySelectorAll('button[name="verdict"]')) button.setAttribute("aria-pressed", String(button.value === verdict));
  form.querySelector("[data-told]").textContent = `You said: ${verdict === "up" ? "it helped" : "it did not help"}.`;
  toast("Kept with the answer.");
}
