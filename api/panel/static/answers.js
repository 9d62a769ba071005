// Asking the server, and saying what came of it.
export const FRAGMENT = { "X-Fragment": "1" };
const csrf = () => document.querySelector('meta[name="csrf"]').content;

/** A part of a page; throws an Error whose message is fit to be shown. */
export async function fragment(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { ...options, headers: { ...FRAGMENT, "X-CSRF-Token": csrf(), ...options.headers } });
  } catch {
    throw new Error("The server did not answer. What you typed is kept; try again in a moment.");
  }
  if (answer.status === 401) {
    throw new Error("Your session has ended. Sign in in another tab; what you typed here is kept.");
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, ok: answer.ok, status: answer.status };
}

/** Say something to those who listen rather than look. */
export function say(words) {
  document.getElementById("live").textContent = words;
}

/** Show something for a moment, and say it. */
export function toast(words, undo) {
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: words }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { className: "link", textContent: "Undo" });
    button.addEventListener("click", () => { undo(); box.remove(); });
    box.append(button);
  }
  document.getElementById("toasts").append(box);
  say(words);
  setTimeout(() => box.remove(), undo ? 8000 : 4000);
}

/** A block that says what went wrong. */
export function trouble(words) {
  const block = document.createElement("div");
  block.className = "notice bad";
  block.setAttribute("role", "alert");
  block.append(Object.assign(document.createElement("div"), { textContent: words }));
  return block;
}
