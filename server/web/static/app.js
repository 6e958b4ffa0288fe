// The console works without this file. With it: errors get the focus, "/" finds, a form is sent once.

const problems = document.getElementById("problems");
if (problems) {
  problems.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const find = document.querySelector("[data-find]");
  if (find) {
    event.preventDefault();
    find.focus();
    find.select();
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
