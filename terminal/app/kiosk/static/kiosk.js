// The counter's screen: draws what the terminal streams, sends what is touched. It decides nothing and keeps nothing.
import { kanaAfter, katakana } from "./kana.js";

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

const partsOf = (screen) => [...(screen?.querySelectorAll("[data-part]") ?? [])];

// What of a screen is never exchanged alone.
function skeleton(screen) {
  const bare = screen.cloneNode(true);
  for (const part of partsOf(bare)) part.replaceWith(`[${part.dataset.part}]`);
  return bare;
}

// The same screen again: exchange only its parts that differ, so that a finger resting on a key keeps its key.
function drawMain(html) {
  const next = fragment(html);
  const shown = main.querySelector("[data-screen]");
  const coming = next.querySelector("[data-screen]");
  if (!shown || !coming || !skeleton(shown).isEqualNode(skeleton(coming))) {
    main.replaceChildren(next);
    meetField();
    return;
  }
  for (const part of partsOf(coming)) {
    const old = shown.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!old.isEqualNode(part)) old.replaceWith(part);
  }
  echo();
}

const drawInto = (id) => (event) => document.getElementById(id).replaceChildren(fragment(event.data));
const found = () => { lost.hidden = true; };

function connect() {
  const stream = new EventSource("/events");
  stream.addEventListener("open", found);
  stream.addEventListener("main", (event) => { found(); drawMain(event.data); });
  stream.addEventListener("status", drawInto("status"));
  stream.addEventListener("foot", drawInto("foot"));
  stream.addEventListener("call", drawInto("call"));
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
}

// --- what is touched ------------------------------------------------------------------------------------------

let last = Promise.resolve(); // one after the other: digits must not overtake each other

function send(path, content) {
  if (!lost.hidden) return; // nobody sees what it would do
  last = last.then(() => post(path, content));
}

async function post(path, content) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    if (answer.status >= 500) lost.hidden = false; // the next screen takes it away again
  } catch {
    lost.hidden = false; // what did not arrive is not sent later: its meaning would have changed
  }
}

const press = (key) => send("/keys", { key });

main.addEventListener("click", (event) => {
  const { key, place, kana } = event.target.closest("button")?.dataset ?? {};
  if (key) press(key);
  if (place) send("/choices", { place: Number(place) });
  if (kana) edit(kanaAfter(field().value, kana));
});

// --- the telephone ----------------------------------------------------------------------------------------------

const telephone = document.getElementById("call");

// What the call on the screen offers, or away with it.
function answer(wanted) {
  const call = telephone.querySelector("[data-call]");
  if (!call || (wanted === "open" && !("opens" in call.dataset))) return;
  send("/calls", { call: Number(call.dataset.call), closes: wanted === "close" });
}

telephone.addEventListener("click", (event) => {
  const wanted = event.target.closest("button")?.dataset.answer;
  if (wanted) answer(wanted);
});

// --- a text: the kana keys, a keyboard and an input method all edit the same field ------------------------------

const field = () => main.querySelector("#typed");

let sent = []; // texts whose echo is still on its way
let composing = false;

function edit(text) {
  const whole = katakana(text).slice(0, field().maxLength);
  if (field().value !== whole) field().value = whole; // else the cursor stays where it is
  sent.push(whole);
  send("/texts", { text: whole });
}

// The terminal has the last word, but an older echo does not take back what was typed since.
function echo() {
  const typed = main.querySelector("[data-typed]")?.dataset.typed;
  if (typed === undefined || composing) return;
  const place = sent.lastIndexOf(typed);
  sent = place < 0 ? [] : sent.slice(place + 1);
  if (!sent.length && field().value !== typed) field().value = typed;
}

// A new question with a text field.
function meetField() {
  sent = [];
  composing = false;
  field()?.focus();
  echo();
}

main.addEventListener("compositionstart", () => { composing = true; });
main.addEventListener("compositionend", (event) => { composing = false; edit(event.target.value); });
main.addEventListener("input", (event) => { if (!event.isComposing) edit(event.target.value); });

// --- keyboard: by position (event.code), so that NumLock, the input method and the layout do not matter ------------

const CODES = {
  Enter: "enter", NumpadEnter: "enter", Backspace: "back", NumpadDecimal: "back", Escape: "clear", Delete: "clear",
  F2: "cancel", F4: "use", NumpadAdd: "use", F9: "menu", ContextMenu: "menu",
};
const ANSWERS = { F7: "close", F8: "open" };
const SENT_WHILE_TYPING = ["enter", "clear", "cancel", "menu"]; // letters and digits belong to the field

addEventListener("keydown", (event) => {
  if (event.isComposing || composing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (ANSWERS[event.code]) {
    event.preventDefault();
    if (!event.repeat) answer(ANSWERS[event.code]);
    return;
  }
  const key = /^(?:Numpad|Digit)(\d)$/.exec(event.code)?.[1] ?? CODES[event.code];
  if (!key || (event.target === field() && !SENT_WHILE_TYPING.includes(key))) return;
  event.preventDefault();
  if (!event.repeat) press(key);
});

// --- clock ----------------------------------------------------------------------------------------------------

const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  timeZone: clock.dataset.zone, month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit",
  hour12: false,
});
const tick = () => { clock.textContent = format.format(new Date()); };

connect();
meetField();
tick();
setInterval(tick, CLOCK_MS);
