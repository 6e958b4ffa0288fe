// The bench's page: shows what the server streams, and sends what the hands do. All words come from the server.
"use strict";

const page = document.querySelector("main");
const base = `/api/counters/${page.dataset.counter}`;
const lang = document.documentElement.lang;
const RETRY_MS = 1000; // when no stream is free the state is asked for this often
const SAID_MS = 6000; // how long a refusal stays on the screen
const part = (name) => document.getElementById(name);
const listeners = []; // what else wants to see each state
const done = []; // what else wants to know what hands did
let said = 0;
let latest = null;

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function say(message) {
  text(part("said"), message);
  clearTimeout(said);
  said = setTimeout(() => text(part("said"), ""), SAID_MS);
}

let last = Promise.resolve(); // one after the other: keys must not overtake each other

function post(action, body) {
  last = last.catch(() => {}).then(() => order(action, body)); // an order that was lost does not stop the next
  return last;
}

async function order(action, body) {
  const reply = await fetch(`${base}/${action}?lang=${lang}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body || {}),
  });
  if (!reply.ok) say((await reply.json()).message);
  else for (const tell of done) tell(action, body || {});
  return reply.ok;
}

function make(tag, className, value) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (value !== undefined) element.textContent = value;
  return element;
}

function rebuild(element, key, build) {
  const now = JSON.stringify(key);
  if (element.dataset.key === now) return;
  element.dataset.key = now;
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.card : null;
  element.replaceChildren(...build());
  if (focused) element.querySelector(`[data-card="${focused}"]`)?.focus();
}

function showTray(cards) {
  rebuild(part("tray"), cards, () =>
    cards.map((card) => {
      const item = make("li");
      const button = make("button", card.kind);
      button.type = "button";
      button.dataset.card = card.id;
      button.disabled = !card.free;
      button.append(make("span", "", card.name), make("small", "", card.note));
      if (card.harm) button.append(make("small", "harm", card.harm));
      item.append(button);
      return item;
    }));
}

function showCard(unit) {
  const card = part("card");
  card.hidden = !unit.card;
  part("bay-empty").hidden = Boolean(unit.card);
  if (unit.card) {
    card.classList.toggle("inside", unit.inside);
    const image = part("face");
    if (image && image.getAttribute("src") !== unit.face) image.src = unit.face;
    if (image) image.alt = unit.face_text;
    if (part("chip")) text(part("chip"), unit.name);
  }
  text(part("phase"), unit.phase);
  text(part("card-name"), unit.name);
  text(part("font"), unit.font);
  if (part("pull")) part("pull").disabled = !unit.pullable;
}

function showRecord(record) {
  text(part("track"), record.track);
  text(part("verdict"), record.verdict);
  part("verdict").className = `tag ${record.mood}`;
  rebuild(part("fields"), record.fields, () =>
    record.fields.map(([name, value]) => {
      const pair = make("div");
      pair.append(make("dt", "", name), make("dd", "", value));
      return pair;
    }));
}

function showPanel(panel) {
  if (!panel) return;
  text(part("vfd"), panel.display.join("\n"));
  for (const lamp of panel.lamps) {
    const bulb = part(`lamp-${lamp.id}`);
    bulb.classList.toggle("on", lamp.on);
    bulb.classList.toggle("blinking", lamp.blinking);
    text(part(`lamp-${lamp.id}-word`), lamp.word);
  }
  text(part("buzzer"), panel.buzzer);
}

function showOthers(state) {
  if (state.display) {
    text(part("glass"), state.display.display.join("\n"));
    part("glass").classList.toggle("dim", state.display.dim);
  }
  if (state.scanner) text(part("beeps"), state.scanner.word);
  if (state.telephone) {
    text(part("rings"), state.telephone.word);
    part("rings").classList.toggle("ringing", state.telephone.rings);
    part("hang-up").disabled = !state.telephone.rings;
  }
  for (const [role, word] of Object.entries(state.ports)) if (part(`port-${role}`)) text(part(`port-${role}`), word);
}

function showReceipt(receipt) {
  if (!receipt) return;
  const image = part("paper");
  image.hidden = receipt.blank;
  part("no-paper").hidden = !receipt.blank;
  if (!receipt.blank && image.getAttribute("src") !== receipt.image) {
    image.onload = () => { part("roll").scrollTop = part("roll").scrollHeight; };
    image.src = receipt.image;
    image.alt = receipt.text;
  }
  text(part("receipt-state"), receipt.state);
}

function showLog(entries) {
  const only = part("only").value;
  const chosen = only ? entries.filter((entry) => entry.role === only) : entries;
  const newest = chosen[0] || {};
  rebuild(part("log"), [only, newest.number, newest.bytes, chosen.length], () =>
    chosen.map((entry) => {
      const row = make("tr", entry.to_device ? "to" : "from");
      row.append(
        make("td", "n", entry.at), make("td", "device", entry.device), make("td", "arrow", entry.arrow),
        make("td", "", entry.meaning), make("td", "hex", entry.hex), make("td", "n", entry.took));
      return row;
    }));
}

const isFrozen = () => part("freeze").getAttribute("aria-pressed") === "true";

function show(state) {
  text(part("power"), state.power.word);
  part("power").classList.toggle("off", !state.power.on);
  part("cut").disabled = !state.power.on;
  part("cut-writing").disabled = !state.power.on;
  part("restore").disabled = state.power.on;
  part("cut-writing").setAttribute("aria-pressed", String(state.power.armed));
  for (const fault of state.faults) part(`fault-${fault.id}`)?.setAttribute("aria-pressed", String(fault.on));
  if (state.office) {
    text(part("office"), state.office.word);
    part("office").dataset.office = state.office.on ? "off" : "on"; // what a press asks for
  }
  showTray(state.tray);
  showCard(state.unit);
  showRecord(state.record);
  showPanel(state.panel);
  showOthers(state);
  showReceipt(state.receipt);
  if (!isFrozen()) showLog(state.log);
  if (state.unit.model !== page.dataset.unit) location.reload(); // another unit has another page
  latest = state;
  for (const listener of listeners) listener(state);
}

function listen() {
  const stream = new EventSource(`${base}/events?lang=${lang}`);
  stream.onmessage = (message) => show(JSON.parse(message.data));
  stream.onerror = () => {
    if (stream.readyState !== EventSource.CLOSED) return;
    poll();
  };
}

async function poll() {
  try {
    const reply = await fetch(`${base}/state?lang=${lang}`);
    if (reply.ok) show(await reply.json());
  } catch {
    text(part("power"), part("power").dataset.lost);
    part("power").classList.add("off");
  }
  setTimeout(poll, RETRY_MS);
}

const NUMPAD = { Enter: "enter", Escape: "cancel", Backspace: "back", Delete: "clear", "+": "use", F9: "menu" };

const deed = () => part("deed").value;

function callFrom() {
  const chosen = part("caller").value;
  const rings = Number(part("times").value);
  if (chosen.startsWith("?")) return { withheld: chosen.slice(1), rings };
  return { number: chosen || part("number").value.replace(/[^0-9]/g, ""), rings };
}

const PRESSES = { // data attribute -> what a press of such a button does
  card: (button) =>
    deed() === "insert" ? post("insert", { card: button.dataset.card })
      : post("card", { card: button.dataset.card, do: deed() }),
  new: (button) => post("card", { do: "new", chip: button.dataset.new }),
  key: (button) => post("key", { key: button.dataset.key }),
  cap: (button) => post("cap", { cap: button.dataset.cap }),
  code: (button) => post("scan", { code: button.dataset.code }),
  scan: (button) => post("scan", { code: part("code").value, torn: button.dataset.scan === "torn" }),
  call: () => post("call", callFrom()),
  power: (button) => post("power", { action: button.dataset.power }),
  fault: (button) =>
    post("faults", { fault: button.dataset.fault, on: button.getAttribute("aria-pressed") !== "true" }),
  office: (button) => post("office", { on: button.dataset.office === "on" }),
  action: (button) => post(button.dataset.action),
};

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const kind = button && Object.keys(PRESSES).find((name) => name in button.dataset);
  if (kind) PRESSES[kind](button);
});

part("unit").addEventListener("change", () => post("unit", { model: part("unit").value }));
part("only").addEventListener("change", () => latest && showLog(latest.log));
part("freeze").addEventListener("click", () => {
  part("freeze").setAttribute("aria-pressed", String(!isFrozen()));
  if (!isFrozen() && latest) showLog(latest.log);
});
part("caller")?.addEventListener("change", () => { part("number-field").hidden = part("caller").value !== ""; });
part("code")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) post("scan", { code: part("code").value });
});

// The computer's own keys work while the keypad has the focus, so that they never surprise anybody elsewhere.
part("keypad")?.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = /^[0-9]$/.test(event.key) ? event.key : NUMPAD[event.key];
  if (!key) return;
  event.preventDefault();
  post("key", { key });
});

listen();
