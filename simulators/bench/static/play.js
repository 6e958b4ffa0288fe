// Scenarios: choose, play, watch, share by the address, and write down what hands do. Needs bench.js.
"use strict";

const own = "*own";
const queue = "*queue";
let bill = null; // what is chosen, as the server tells it
let awaitsPress = false; // a link laid a scenario out: its button gets the focus as soon as it can be pressed
let labels = {}; // tray id -> name in the steps that are being written down

const isRecording = () => part("record").getAttribute("aria-pressed") === "true";
const oneLine = (lines) => lines.split("\n").map((line) => line.trim()).filter(Boolean).join(";");

// What the chosen scenario is called in an address.
function wish() {
  const chosen = part("scenario").value;
  if (chosen === own) return { steps: oneLine(part("own").value) };
  if (chosen === queue) return { queue: part("seed").value };
  return chosen ? { play: chosen } : {};
}

function address() {
  const link = new URL(location.href);
  for (const name of ["play", "steps", "queue"]) link.searchParams.delete(name);
  for (const [name, value] of Object.entries(wish())) if (value) link.searchParams.set(name, value);
  return link;
}

async function choose() {
  const chosen = part("scenario").value;
  part("own-field").hidden = chosen !== own;
  part("seed-field").hidden = chosen !== queue;
  history.replaceState(null, "", address());
  const [[name, value] = ["", ""]] = Object.entries(wish());
  bill = null;
  if (value) {
    const reply = await fetch(`${base}/bill?lang=${lang}&${new URLSearchParams({ [name]: value })}`);
    const answer = await reply.json();
    if (reply.ok) bill = answer;
    else say(answer.message);
  }
  showBill();
}

function showBill() {
  part("bill").hidden = !bill;
  if (bill) {
    text(part("outcome"), bill.outcome);
    rebuild(part("steps"), bill.steps, () => bill.steps.map((step) => make("li", "", step)));
  }
  if (latest) watch(latest);
}

// Follows the play on the stage; also one that another page has begun, unless something else is chosen here.
function watch(state) {
  const play = state.play;
  const busy = Boolean(play && play.on);
  part("play").disabled = busy || !bill || Boolean(bill.lacks);
  part("link").disabled = !bill;
  part("stop").disabled = !busy;
  if (busy && !part("scenario").value) follow(play);
  if (awaitsPress && !part("play").disabled) {
    awaitsPress = false;
    part("play").focus();
  }
  const ours = Boolean(play && bill && bill.source === play.source);
  text(part("play-state"), ours ? play.word : "");
  part("play-state").className = `tag ${ours ? play.state : ""}`;
  text(part("why"), ours ? play.why : "");
  [...part("steps").children].forEach((item, place) => {
    const now = ours && place === play.step;
    item.className = !ours ? "" : place < play.step ? "past" : now ? play.state : "";
    if (now && busy && !item.hasAttribute("aria-current")) item.scrollIntoView({ block: "nearest" });
    item.toggleAttribute("aria-current", now && busy);
  });
  showSpeed(state.speed);
}

function follow(play) {
  const isNamed = [...part("scenario").options].some((option) => option.value === play.name);
  part("scenario").value = isNamed ? play.name : own;
  if (!isNamed) part("own").value = play.source.split(";").join("\n");
  choose();
}

function showSpeed(speed) {
  const select = part("speed");
  const known = [...select.options].find((option) => option.value && Number(option.value) === speed);
  if (document.activeElement === select) return;
  if (!known) text(part("speed-other"), `×${speed}`);
  select.value = known ? known.value : "";
}

// --- writing down what hands do --------------------------------------------------------------------------------------

function labelOf(id) {
  const card = latest?.tray.find((one) => one.id === id);
  if (!labels[id]) {
    const news = Object.values(labels).filter((label) => /^(new|chip|tag)/.test(label)).length;
    const made = { new: "new", chip: "chip", nfc: "tag" }[card?.kind];
    labels[id] = made ? `${made}${news ? news + 1 : ""}` : card && ["foreign", "blank"].includes(card.kind) ? card.kind : id;
  }
  return labels[id];
}

const WRITTEN = { // order -> its step
  insert: (body) => `${{ tcp300: "insert", magnetic: "swipe", ic_card: "lay" }[page.dataset.unit]} ${labelOf(body.card)}`,
  pull: () => (page.dataset.unit === "ic_card" ? "take" : "pull"),
  key: (body) => `keys ${body.key}`,
  unit: (body) => `unit ${body.model}`,
  card: (body) => (body.do === "new" ? "" : `${body.do} ${labelOf(body.card)}`),
  scan: (body) => `${body.torn ? "scan-torn" : "scan"} ${body.code}`,
  call: (body) => (body.withheld ? `call-withheld ${body.withheld}` : `call ${body.number}`),
  hang_up: () => "hang-up",
  faults: (body) => `${body.on ? "break" : "mend"} ${body.fault}`,
  office: (body) => `office ${body.on ? "on" : "off"}`,
  power: (body) => ({ off: "break counter.off", on: "mend counter.off", off_while_writing: "break counter.cut_writing" })[body.action],
};

done.push((action, body) => {
  const step = isRecording() && WRITTEN[action] ? WRITTEN[action](body) : "";
  if (!step) return;
  const lines = part("own").value.split("\n").filter(Boolean);
  const last = lines.length - 1;
  if (action === "key" && last >= 0 && lines[last].startsWith("keys ")) lines[last] += ` ${body.key}`;
  else lines.push(step);
  part("own").value = `${lines.join("\n")}\n`;
  choose();
});

// --- hands -----------------------------------------------------------------------------------------------------------

part("scenario").addEventListener("change", choose);
part("seed").addEventListener("change", choose);
part("own").addEventListener("change", choose);
part("play").addEventListener("click", () => post("play", wish()));
part("stop").addEventListener("click", () => post("stop"));
part("speed").addEventListener("change", () => post("speed", { speed: Number(part("speed").value) }));
part("record").addEventListener("click", () => {
  labels = {};
  part("record").setAttribute("aria-pressed", String(!isRecording()));
});
part("link").addEventListener("click", async () => {
  await navigator.clipboard.writeText(address().href);
  say(part("link").dataset.done);
});

// An address that names a scenario lays it out, ready to be played: opening a link never does anything by itself.
const asked = new URLSearchParams(location.search);
if (asked.has("steps")) {
  part("scenario").value = own;
  part("own").value = asked.get("steps").split(";").map((step) => step.trim()).join("\n");
} else if (asked.has("queue")) {
  part("scenario").value = queue;
  part("seed").value = asked.get("queue");
} else if (asked.has("play")) part("scenario").value = asked.get("play");
if (part("scenario").value) {
  awaitsPress = true;
  choose();
}
listeners.push(watch);
