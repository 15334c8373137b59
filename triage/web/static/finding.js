// Finds indicators by plain words as they are typed. Without it, or when nothing answers, the button beside the box does.
const PAUSE = 200; // milliseconds after the last key

for (const place of document.querySelectorAll("[data-find]")) find(place, document.getElementById(place.dataset.list));

function find(place, list) {
  const [box, form] = [place.querySelector("input"), place.closest("form")];
  const said = place.parentElement.querySelector("[data-said]");
  const items = [...list.querySelectorAll(".govuk-checkboxes__item")];
  let timer;
  let asking = new AbortController();

  async function ask() {
    asking.abort();
    asking = new AbortController();
    const words = box.value.trim();
    const headers = { "X-CSRFToken": form.elements.namedItem("csrf_token").value };
    const body = new URLSearchParams({ words });
    try {
      const answer = await fetch(place.dataset.find, { method: "POST", body, headers, signal: asking.signal });
      if (answer.ok && !answer.redirected) show(await answer.json(), words);
    } catch {
      // the button beside the box still finds
    }
  }

  function show(codes, words) {
    const rank = new Map(codes.map((code, place) => [code, place]));
    const place = (item) => rank.get(item.querySelector("input").value) ?? codes.length;
    for (const item of items) item.toggleAttribute("data-fits", place(item) < codes.length);
    list.append(...[...items].sort((one, other) => place(one) - place(other)));
    list.scrollTop = 0;
    said.textContent = say(codes.length, words);
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

function say(count, words) {
  if (!words) return "";
  return count ? `${count} fit${count === 1 ? "s" : ""} “${words}”. What fits stands first.` : `Nothing fits “${words}”. Try another word, or choose from the list.`;
}
