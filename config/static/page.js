// What every page does in the browser: times in your zone, copy buttons, the list of shortcuts,
// and saying out loud what htmx has changed. Nothing here is needed to read a page or send a form.

const say = (text) => {
  document.getElementById("live").textContent = text;
};

const localTimes = (root) => {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const instant = new Date(time.dateTime);
    if (Number.isNaN(instant.valueOf())) continue;
    time.title = time.dateTime;
    time.textContent = format.format(instant);
    time.dataset.local = "";
  }
};

const copyButtons = (root) => {
  for (const button of root.querySelectorAll("button[data-copy][hidden]")) {
    button.hidden = !navigator.clipboard;
  }
};

const prepare = (root) => {
  localTimes(root);
  copyButtons(root);
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    say("Copied.");
  }
  const close = event.target.closest("[data-close]");
  if (close) close.closest("dialog").close();
});

document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "?" || writing || event.ctrlKey || event.metaKey) return;
  document.getElementById("shortcuts").showModal();
});

document.addEventListener("htmx:afterSwap", (event) => {
  prepare(event.target.parentElement ?? document);
  const news = event.target.querySelector?.("[data-say]") ?? document.querySelector("[data-say]");
  if (news && news.dataset.say !== document.getElementById("live").textContent) say(news.dataset.say);
});

prepare(document);
