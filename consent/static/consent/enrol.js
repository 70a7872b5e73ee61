// The challenge before the camera: preview, one recording, sent as it is. Without this script the form below works.

const place = document.getElementById("challenge");
const preview = document.getElementById("preview");
const prompt = document.getElementById("prompt");
const filled = document.getElementById("filled");
const go = document.getElementById("go");
const KINDS = ["video/webm;codecs=vp9,opus", "video/mp4", "video/webm;codecs=vp8,opus", "video/webm"];
const REST = 900, POSE = 1900, BACK = 700, DIGITS = 6500; // milliseconds

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** What is said, for how long, and which line of the list it belongs to. */
function script() {
  const steps = [["Look straight into the camera.", REST, null]];
  for (const line of place.querySelectorAll("[data-pose]")) {
    steps.push([`${line.textContent.trim()}, and hold.`, POSE, line], ["Back to the middle.", BACK, null]);
  }
  const last = place.querySelector("[data-digits]");
  steps.push([`Say: ${last.dataset.digits.split("").join("  ")}`, DIGITS, last]);
  return steps;
}

function say(words, line) {
  prompt.textContent = words;
  for (const other of place.querySelectorAll("li")) other.removeAttribute("aria-current");
  line?.setAttribute("aria-current", "step");
}

async function perform() {
  const steps = script();
  const all = steps.reduce((sum, step) => sum + step[1], 0);
  let done = 0;
  for (const [words, ms, line] of steps) {
    say(words, line);
    await wait(ms);
    done += ms;
    filled.value = done / all;
  }
}

async function record(stream) {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 2_500_000 });
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((done) => recorder.addEventListener("stop", done, { once: true }));
  recorder.start(500);
  await perform();
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: recorder.mimeType });
}

async function send(recording) {
  const form = new FormData();
  form.append("recording", recording, recording.type.includes("mp4") ? "capture.mp4" : "capture.webm");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(place.dataset.recording, { method: "PUT", body: form, headers: { "X-CSRFToken": token } });
  if (answer.ok) return location.reload();
  const { error } = await answer.json().catch(() => ({ error: { message: "The recording did not arrive.", advice: "Check your connection and start again." } }));
  say(`${error.message} ${error.advice}`);
}

function refused(error) {
  const words = {
    NotAllowedError: "Your browser was not allowed to use camera and microphone. Allow both for this page, then reload it; or send a file below.",
    NotFoundError: "No camera or no microphone was found. Connect one, then reload the page; or send a file below.",
    NotReadableError: "The camera is in use by another program. Close it, then reload the page.",
  };
  prompt.textContent = words[error.name] ?? "The camera could not be opened. Reload the page, or send a file below.";
  go.hidden = true;
  document.getElementById("by-file").open = true;
}

async function begin() {
  document.getElementById("camera").hidden = false;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: "user" },
      audio: true,
    });
    preview.srcObject = stream;
    await preview.play();
    go.addEventListener("click", async () => {
      go.hidden = true;
      try {
        const recording = await record(stream);
        say("Sending your recording.");
        for (const track of stream.getTracks()) track.stop();
        await send(recording);
      } catch {
        say("The recording broke off. Reload the page and start again.");
      }
    }, { once: true });
    go.disabled = false;
  } catch (error) {
    refused(error);
  }
}

if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) begin();
