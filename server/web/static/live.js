// Parts of a page that say which topic they show ([data-live]) ask for themselves again when it changed. One stream a
// window tells it; where there is none, every ten seconds. Nothing is asked while nobody looks.

const POLL_MS = 10_000;
const AGAIN_MS = 60_000; // before a stream is tried again

let stream = null;
let timer = 0;
let again = 0;
let isFirst = true;

function parts(topic) {
  const all = [...document.querySelectorAll("[data-live]")];
  return topic ? all.filter((part) => part.dataset.live === topic) : all;
}

function refresh(topic) {
  for (const part of parts(topic)) {
    // Whoever stands in it with the keyboard or has opened something keeps it as it is.
    if (!part.contains(document.activeElement) && !part.querySelector("details[open]")) {
      window.htmx?.trigger(part, "live");
    }
  }
}

function poll() {
  timer = window.setInterval(() => refresh(), POLL_MS + Math.random() * 1_000);
  again = window.setTimeout(start, AGAIN_MS);
}

function stop() {
  stream?.close();
  stream = null;
  window.clearInterval(timer);
  window.clearTimeout(again);
}

function start() {
  stop();
  const topics = [...new Set(parts().map((part) => part.dataset.live))].sort();
  if (topics.length === 0 || document.hidden) {
    return;
  }
  if (!isFirst) {
    refresh(); // what was missed
  }
  isFirst = false;
  stream = new EventSource(`/live?topics=${encodeURIComponent(topics.join(","))}`);
  stream.addEventListener("change", (event) => refresh(event.data));
  const instead = () => {
    stop();
    poll();
  };
  stream.addEventListener("busy", instead);
  stream.addEventListener("error", () => stream?.readyState === EventSource.CLOSED && instead());
}

document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
window.addEventListener("pagehide", stop);
window.addEventListener("pageshow", (event) => event.persisted && start());
start();
