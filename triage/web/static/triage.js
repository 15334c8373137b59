// Makes pages better; every page works without it.
import { initAll } from "./vendor/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// One key for what is done all day, but where one types. Whoever does not want it turns it off, in this browser.
const KEYS_OFF = "keys-off";
const keyed = document.querySelector("[data-key]");
if (keyed && !localStorage.getItem(KEYS_OFF)) {
  keyed.querySelector("[data-key-said]").hidden = false;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && event.key === keyed.dataset.key) keyed.click();
  });
}
for (const box of document.querySelectorAll("[data-keys]")) {
  box.closest("[hidden]").hidden = false;
  box.checked = !localStorage.getItem(KEYS_OFF);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "yes")));
}
