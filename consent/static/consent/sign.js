// "Sign with your passkey": asks for the receipt's options, lets the passkey answer, sends the answer. The act itself
// was done before this page came; whatever goes wrong here changes nothing about it.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function post(address, body) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  const told = await answer.json().catch(() => ({ error: { message: "There was no answer we understand." } }));
  if (!answer.ok) throw new Error(told.error.message);
  return told;
}

async function asked(address) {
  const options = await post(`${address}/options`, {});
  const allowCredentials = options.allowCredentials.map((one) => ({ ...one, id: bytes(one.id) }));
  return { ...options, challenge: bytes(options.challenge), allowCredentials };
}

async function sign(address) {
  const key = await navigator.credentials.get({ publicKey: await asked(address) });
  const { clientDataJSON, authenticatorData, signature, userHandle } = key.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    ...(userHandle ? { userHandle: text(userHandle) } : {}),
  };
  await post(address, { id: key.id, rawId: text(key.rawId), type: key.type, response, clientExtensionResults: {} });
}

function prepare(place) {
  const button = place.querySelector("button");
  const said = place.querySelector("[role=status]");
  said.textContent = "";
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "Waiting for your passkey.";
    try {
      await sign(place.dataset.sign);
      said.textContent = "Signed with your own passkey.";
      button.remove();
    } catch (error) {
      const gave = error.name === "NotAllowedError" ? "The passkey did not answer." : error.message;
      said.textContent = `${gave} What you decided is in force all the same; you can sign later.`;
      button.disabled = false;
    }
  });
}

function prepareAll() {
  for (const place of document.querySelectorAll("[data-sign]:not([data-ready])")) {
    place.dataset.ready = "";
    prepare(place);
  }
}

if (window.PublicKeyCredential) {
  prepareAll();
  document.body.addEventListener("htmx:afterSettle", prepareAll); // what came into the page later
}
