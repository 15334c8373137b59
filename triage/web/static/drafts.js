// Keeps what is typed on the server at every pause, so that it is never lost. Every form works without it.
const PAUSE = 1500; // milliseconds after the last key
const RETRY = 15000;
const PATIENCE = 3000; // for how long sending waits for what is on its way
const ON_THE_WAY = 60000; // characters: what a browser still sends while its page goes
const KEPT = "You are signed out. What you typed is kept on the server: sign in to carry on with it.";
const SIGNED_OUT = "Not saved: you are signed out. Leave this page open, sign in in another window, then send it here.";
const TOO_LONG = "Not saved: this is too much at once. Shorten it.";
const AWAY = "Not saved: the service cannot be reached. Leave this page open: it is tried again.";

const wait = (length) => new Promise((done) => setTimeout(done, length));

for (const status of document.querySelectorAll("[data-keep]")) keepDraft(status, status.closest("form"));

function keepDraft(status, form) {
  let timer;
  let saving = null;
  let changed = false;
  let sent = false;

  function typed() {
    const isText = ([name, value]) => typeof value === "string" && form.elements.namedItem(name)?.type !== "password";
    return new URLSearchParams([...new FormData(form)].filter(isText));
  }

  // What to say of the answer. Throws where it is none that the service gives to a page that is well.
  async function judge(answer) {
    if (answer.redirected) return new URL(answer.url).searchParams.has("kept") ? KEPT : SIGNED_OUT;
    if (answer.status === 400) return SIGNED_OUT;
    return answer.status === 413 ? TOO_LONG : (await answer.json()).says;
  }

  async function save() {
    const body = typed();
    const headers = { "X-CSRFToken": body.get("csrf_token") };
    body.delete("csrf_token");
    changed = false;
    const keepalive = body.toString().length < ON_THE_WAY;
    let words = AWAY;
    try {
      words = await judge(await fetch(status.dataset.keep, { method: "POST", body, headers, keepalive }));
    } catch {
      changed = true;
    }
    if (status.textContent !== words) status.textContent = words; // nobody is told the same at every pause
  }

  function later(length) {
    clearTimeout(timer);
    timer = setTimeout(saveNow, length);
  }

  // One at a time, so that the newest comes last.
  async function saveNow() {
    if (saving || sent) return;
    saving = save();
    await saving;
    saving = null;
    if (changed) later(status.textContent === AWAY ? RETRY : PAUSE);
  }

  form.addEventListener("input", (event) => {
    if (!event.target.name) return;
    changed = true;
    later(PAUSE);
  });

  // What is being kept arrives before what is sent, or it would be there again once that is done.
  form.addEventListener("submit", async (event) => {
    if (saving) event.preventDefault();
    if (!saving || sent) return void (sent = true);
    sent = true;
    await Promise.race([saving, wait(PATIENCE)]);
    saving = null;
    form.requestSubmit(event.submitter);
  });

  addEventListener("pagehide", () => { if (changed && !sent) save(); });
  addEventListener("pageshow", () => { sent = false; });
}
