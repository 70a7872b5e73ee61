// Drop a file anywhere on the form and it is checked; without this script the form works as any other.
const form = document.querySelector("[data-drop]");
const input = form.querySelector("input[type=file]");
const send = () => { if (input.files.length) form.requestSubmit(); };

for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  form.addEventListener(kind, () => form.classList.remove("over"));
}
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; send(); }
});
form.addEventListener("submit", () => {
  form.querySelector("[data-reading]").hidden = false;
  form.querySelector("button").disabled = true;
});
window.addEventListener("pageshow", () => {
  form.querySelector("[data-reading]").hidden = true;
  form.querySelector("button").disabled = false;
});

// What was unfolded stays unfolded when the answer about the mark comes in.
let open = [];
document.addEventListener("htmx:beforeSwap", () => {
  open = [...document.querySelectorAll("#answer details[open] > summary")].map((each) => each.textContent);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const summary of document.querySelectorAll("#answer details > summary")) {
    if (open.includes(summary.textContent)) summary.parentElement.open = true;
  }
});
