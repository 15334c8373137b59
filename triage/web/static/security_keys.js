// Asks the browser for a security key or passkey, and sends what it answers with the form that the button is in.
const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON !== undefined;

const ask = (options) =>
  "user" in options
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });

for (const button of able ? document.querySelectorAll("[data-key-options]") : []) {
  const form = button.form;
  button.hidden = false;
  form.querySelector("[data-without-keys]").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-key-failed]");
    failed.hidden = true;
    try {
      const credential = await ask(JSON.parse(button.dataset.keyOptions));
      form.elements.answer.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
