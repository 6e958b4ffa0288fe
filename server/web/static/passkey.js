// Passkeys: asks head office what is to be signed, lets the device sign it, sends the signature. Needs no other file.

const bytes = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0)).buffer;
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function send(address, token, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  if (!answer.ok) {
    throw new Error(told.happened ? `${told.happened} ${told.remedy}` : answer.statusText);
  }
  return told;
}

async function sign(kind, asked) {
  if (kind === "add") {
    const wanted = { ...asked, challenge: bytes(asked.challenge), excludeCredentials: known(asked.excludeCredentials) };
    wanted.user = { ...asked.user, id: bytes(asked.user.id) };
    const made = await navigator.credentials.create({ publicKey: wanted });
    const told = made.response;
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(told.clientDataJSON),
        attestationObject: text(told.attestationObject),
        transports: told.getTransports?.() ?? [],
      },
    };
  }
  const wanted = { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) };
  const shown = await navigator.credentials.get({ publicKey: wanted });
  const told = shown.response;
  return {
    id: shown.id,
    rawId: text(shown.rawId),
    type: shown.type,
    response: {
      clientDataJSON: text(told.clientDataJSON),
      authenticatorData: text(told.authenticatorData),
      signature: text(told.signature),
      userHandle: told.userHandle ? text(told.userHandle) : null,
    },
  };
}

async function run(form) {
  const { passkey, question, answer } = form.dataset;
  const fields = Object.fromEntries(new FormData(form));
  const asked = await send(question, fields.csrf_token, {});
  const signed = await sign(passkey, asked);
  const done = await send(answer, fields.csrf_token, {
    answer: JSON.stringify(signed),
    next: fields.next,
    name: fields.name,
  });
  window.location.assign(done.next);
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      try {
        await run(form);
      } catch (error) {
        // Who closed the device's own window has changed their mind; that is no error.
        if (error.name !== "NotAllowedError" && error.name !== "AbortError") {
          problem.textContent = error.message;
          problem.hidden = false;
        }
      }
    });
  }
}
