// The panel's scripts. Every page works without them; they save a reader reloads, lost words and mouse miles.
import { copyButtons, dialogs, onceOnly } from "./buttons.js";
import { evidencePane, showBoxes, upload } from "./fragments.js";
import { chat } from "./copilot.js";
import { keys } from "./keys.js";
import { letterForm } from "./letter.js";
import { hideWhenAway, keepTimes, watchCase } from "./watch.js";

keys();
dialogs();
copyButtons();
onceOnly();
evidencePane();
chat();
upload();
letterForm();
keepTimes();
hideWhenAway();
watchCase();
showBoxes(document);

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

for (const chosen of document.querySelectorAll(".filters [aria-current], .tabs [aria-current], .beside [aria-current]")) {
  chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
}
