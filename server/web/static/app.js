// The console works without this file. With it: errors get the focus, "/" finds, "?" explains, arrow keys walk through
// tables, a form is sent once.

const problems = document.getElementById("problems");
if (problems) {
  problems.focus();
}

function typing(event) {
  return event.target.closest("input, textarea, select, dialog[open]") !== null;
}

function find(event) {
  const box = document.querySelector("[data-find-here]") ?? document.querySelector("[data-find]");
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
}

async function explain(event) {
  const link = document.querySelector("[data-help]");
  const dialog = document.getElementById("help");
  if (!link || !dialog) {
    return;
  }
  event.preventDefault();
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href);
    return;
  }
  dialog.querySelector("[data-help-text]").innerHTML = await answer.text();
  dialog.showModal();
}

// From the link of one row to that of the next or the one before; from the box above into the first row.
function walk(event, step) {
  const links = [...document.querySelectorAll("table.links tbody tr")]
    .map((row) => row.querySelector("th a, td a"))
    .filter((link) => link !== null);
  if (links.length === 0) {
    return;
  }
  const row = event.target.closest("table.links tbody tr");
  const inBox = event.target.matches("[data-find-here]");
  if (!row && !(inBox && step > 0)) {
    return;
  }
  const here = row ? links.findIndex((link) => row.contains(link)) : -1;
  const next = links[here + step];
  if (next) {
    event.preventDefault();
    next.focus();
  } else if (here === 0 && step < 0) {
    find(event);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    walk(event, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "/" && !typing(event)) {
    find(event);
  } else if (event.key === "?" && !typing(event)) {
    explain(event);
  } else if (event.key === "Escape" && event.target.matches("[data-find]")) {
    event.target.value = "";
    document.getElementById("found")?.replaceChildren();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) {
    explain(event);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
  }
  form.dataset.sent = "yes";
});

// Back from the next page: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
  }
});
