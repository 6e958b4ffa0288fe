// The reading of a name as it is typed with a Japanese keyboard: a help for an empty field, never more than that.
// And the town that somebody chose among those of a postal code.

const KANA = /^[\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9f]+$/;

for (const name of document.querySelectorAll("[data-reading]")) {
  const kana = document.getElementById(name.dataset.reading);
  let reading = "";
  let typed = "";
  let last = kana ? kana.value : "";
  name.addEventListener("compositionstart", () => {
    typed = "";
  });
  name.addEventListener("compositionupdate", (event) => {
    if (KANA.test(event.data)) {
      typed = event.data;
    }
  });
  name.addEventListener("compositionend", () => {
    reading = name.value === "" ? "" : reading + typed;
    if (kana && (kana.value === "" || kana.value === last) && reading !== "") {
      kana.value = reading;
      last = reading;
    }
  });
  name.addEventListener("input", () => {
    if (name.value === "") {
      reading = "";
    }
  });
}

document.addEventListener("click", (event) => {
  const town = event.target.closest("[data-town]");
  if (!town) {
    return;
  }
  for (const field of ["prefecture", "city", "street"]) {
    const input = document.getElementById(field);
    if (input.value === "" || field !== "street") {
      input.value = town.dataset[field];
    }
  }
  document.getElementById("street").focus();
});
