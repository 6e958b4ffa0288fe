// The counter's screen: draws what the terminal streams, sends keys. It decides nothing and keeps nothing.
const main = document.getElementById("main");
const lost = document.getElementById("lost");
const clock = document.getElementById("clock");
const RECONNECT_MS = 3000; // after a refusal (too many screens); otherwise the browser reconnects by itself
const CLOCK_MS = 1000;

// --- live frames ----------------------------------------------------------------------------------------------

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// The same screen again: exchange only its parts that differ, so that a finger resting on a key keeps its key.
function drawMain(html) {
  const next = fragment(html);
  const shown = main.querySelector("[data-screen]");
  const coming = next.querySelector("[data-screen]");
  const parts = coming ? [...coming.querySelectorAll("[data-part]")] : [];
  if (!shown || !parts.length || shown.dataset.screen !== coming.dataset.screen) {
    main.replaceChildren(next);
    return;
  }
  for (const part of parts) {
    const old = shown.querySelector(`[data-part="${part.dataset.part}"]`);
    if (old && !old.isEqualNode(part)) old.replaceWith(part);
  }
}

const drawInto = (id) => (event) => document.getElementById(id).replaceChildren(fragment(event.data));
const found = () => { lost.hidden = true; };

function connect() {
  const stream = new EventSource("/events");
  stream.addEventListener("open", found);
  stream.addEventListener("main", (event) => { found(); drawMain(event.data); });
  stream.addEventListener("status", drawInto("status"));
  stream.addEventListener("foot", drawInto("foot"));
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
}
connect();

// --- keys -----------------------------------------------------------------------------------------------------

let last = Promise.resolve(); // one key after the other: digits must not overtake each other

function send(key) {
  if (!lost.hidden) return; // nobody sees what the key would do
  last = last.then(() => post(key));
}

async function post(key) {
  try {
    const answer = await fetch("/keys", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key }),
    });
    if (answer.status >= 500) lost.hidden = false; // the next screen takes it away again
  } catch {
    lost.hidden = false; // a key that did not arrive is not sent later: its meaning would have changed
  }
}

main.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) send(key);
});

// By position (event.code), so that NumLock, the input method and the layout do not matter.
const CODES = {
  Enter: "enter", NumpadEnter: "enter", Backspace: "back", NumpadDecimal: "back", Escape: "clear", Delete: "clear",
  F2: "cancel", F4: "use", NumpadAdd: "use",
};

addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = /^(?:Numpad|Digit)(\d)$/.exec(event.code)?.[1] ?? CODES[event.code];
  if (!key) return;
  event.preventDefault();
  if (!event.repeat) send(key);
});

// --- clock ----------------------------------------------------------------------------------------------------

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  timeZone: clock.dataset.zone, month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit",
  hour12: false,
});
const tick = () => { clock.textContent = format.format(new Date()); };
tick();
setInterval(tick, CLOCK_MS);
