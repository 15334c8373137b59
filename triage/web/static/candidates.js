// Shows who is known already while somebody is typed in. Without it, the enquiry's page asks once it is logged.
const PAUSE = 200; // milliseconds after the last key
const ASKED_BY = {
  given_name: "person.given_name",
  family_name: "person.family_name",
  day: "person.birth_date-day",
  month: "person.birth_date-month",
  year: "person.birth_date-year",
  postcode: "person.postcode",
};

for (const place of document.querySelectorAll("[data-candidates]")) showCandidates(place, place.closest("form"));

function showCandidates(place, form) {
  const at = place.dataset.candidates;
  const typed = (name) => form.elements.namedItem(`${at}.${name}`)?.value ?? "";
  const picked = () => form.querySelector(`[name="${at}.known"]:checked`);
  let timer;
  let asked = "";
  let asking = new AbortController();

  async function ask() {
    const told = Object.entries(ASKED_BY).map(([name, field]) => [name, typed(field)]);
    const body = new URLSearchParams([["at", at], ...told]);
    if (body.toString() === asked) return;
    asked = body.toString();
    asking.abort();
    asking = new AbortController();
    body.append("known", place.dataset.known);
    const headers = { "X-CSRFToken": form.elements.namedItem("csrf_token").value };
    try {
      const answer = await fetch(place.dataset.from, { method: "POST", body, headers, signal: asking.signal });
      if (!answer.ok || answer.redirected) return;
      const [shown, before] = [await answer.text(), picked()?.value];
      place.innerHTML = shown;
      for (const radio of before === undefined ? [] : place.querySelectorAll("input")) radio.checked = radio.value === before;
    } catch {
      asked = ""; // asked again at the next key
    }
  }

  place.addEventListener("change", () => { place.dataset.known = picked()?.value ?? ""; });
  form.addEventListener("input", (event) => {
    if (!Object.values(ASKED_BY).some((field) => event.target.name === `${at}.${field}`)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  ask();
}
