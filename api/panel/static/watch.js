// Time that goes on, a case that changes, and a screen that others may see.
const MINUTE = 60_000;
const LEFT_ALONE = 5 * MINUTE;
const STEPS = [[86_400 * 2, 86_400, "day"], [3600, 3600, "hour"], [60, 60, "minute"]];

/** Keep `in 3 days` true; the server's clock is the one that counts. */
export function keepTimes() {
  const began = Date.now();
  const server = Date.parse(document.documentElement.dataset.now);
  setInterval(() => {
    const now = server + (Date.now() - began);
    for (const place of document.querySelectorAll("[data-ago]")) place.textContent = distance(Date.parse(place.dataset.ago) - now);
  }, MINUTE);
}

export function distance(milliseconds) {
  const seconds = milliseconds / 1000;
  for (const [least, size, name] of STEPS) {
    if (Math.abs(seconds) >= least) {
      const count = Math.floor(Math.abs(seconds) / size);
      const words = `${count} ${name}${count === 1 ? "" : "s"}`;
      return seconds >= 0 ? `in ${words}` : `${words} ago`;
    }
  }
  return "now";
}

/** Blur what names a patient while another window is in front, where the reader asked for it. */
export function hideWhenAway() {
  const root = document.documentElement;
  if (!("hide" in root.dataset)) return;
  addEventListener("blur", () => root.classList.add("away"));
  addEventListener("focus", () => root.classList.remove("away"));
}

/** Open the page again when the worker has moved the case; say so, and lose nothing, when somebody else has. */
export function watchCase() {
  const desk = document.querySelector(".desk[data-case]");
  if (!desk) return;
  const moves = "moves" in desk.dataset;
  const someoneIsThere = presence();
  const look = async () => {
    const now = someoneIsThere() ? await stateOf(desk.dataset.case) : null;
    if (now && now.revision !== Number(desk.dataset.revision)) {
      if (moves && !now.moves && !isBusy()) location.replace(`${location.pathname}${location.search}`);
      else if (!moves) document.getElementById("stale").hidden = false;
    }
    setTimeout(look, moves ? 1000 : 15_000);
  };
  setTimeout(look, moves ? 600 : 15_000);
}

/** Whether the reader did anything lately: a page left alone must let the session run out. */
function presence() {
  let seen = Date.now();
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll", "focus"]) {
    addEventListener(kind, () => { seen = Date.now(); }, { passive: true, capture: true });
  }
  return () => document.visibilityState === "visible" && Date.now() - seen < LEFT_ALONE;
}

function isBusy() {
  return [...document.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

async function stateOf(id) {
  try {
    const answer = await fetch(`/panel/cases/${id}/state`, { headers: { "X-Fragment": "1" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
