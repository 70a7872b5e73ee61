// The challenge before the camera: check, one recording on the page's own clock, sent as it is. The form below needs none of this.

import { Shown } from "./challenge.js";
import { hints } from "./hints.js";

const $ = (id) => document.getElementById(id);
const place = $("challenge");
const asked = JSON.parse($("asked").textContent);
const shown = new Shown(place, asked);
const KINDS = ["video/webm;codecs=vp9,opus", "video/mp4", "video/webm;codecs=vp8,opus", "video/webm"];
const FADE = 1000; // milliseconds in which the page turns grey, so that nothing flashes when the recording begins
const LINES = {
  stopped: "Stopped. Nothing was sent, nothing is kept.",
  broke: "The recording broke off, so nothing was sent.",
  lost: "The camera or the microphone went away, so nothing was sent.",
  hidden: "The page was hidden, so the recording was stopped. Nothing was sent.",
  cut: "The recording did not arrive: the connection was cut. Nothing was kept of what had arrived.",
};

let stream = null;
let ending = null; // set while recording: call it with a line to stop at once

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Stop at once, in whatever state: no more colours, no recording, one sentence. */
function stop(line) {
  shown.clear();
  if (document.fullscreenElement) document.exitFullscreen();
  ending?.(line);
}

function end(line, { again = "Start again with a new challenge" } = {}) {
  shown.clear();
  shown.say(line);
  for (const track of stream?.getTracks() ?? []) track.stop();
  for (const part of ["camera", "ahead", "by-file"]) $(part).hidden = true;
  $("again").hidden = false;
  $("again").querySelector("button").textContent = again;
  $("again").querySelector("button").focus();
}

/** Record while the page plays the challenge; resolves with the recording, rejects with a line to tell. */
function record() {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 2_500_000 });
  const parts = [];
  return new Promise((done, failed) => {
    ending = (line) => { ending = null; if (recorder.state !== "inactive") recorder.stop(); failed(line); };
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("error", () => ending?.(LINES.broke));
    recorder.addEventListener("start", () => shown.play(performance.now(), () => ending && recorder.stop()));
    recorder.addEventListener("stop", () => { if (ending) { ending = null; done(new Blob(parts, { type: recorder.mimeType })); } });
    for (const track of stream.getTracks()) track.addEventListener("ended", () => stop(LINES.lost));
    recorder.start(500);
  });
}

/** Send it; true when it arrived, else the server's sentence, or null when it did not get there at all. */
async function send(recording) {
  const form = new FormData();
  form.append("recording", recording, recording.type.includes("mp4") ? "capture.mp4" : "capture.webm");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(place.dataset.recording, { method: "PUT", body: form, headers: { "X-CSRFToken": token } }).catch(() => null);
  if (answer === null) return null;
  if (answer.ok) return true;
  const told = await answer.json().catch(() => null);
  if (told?.error.code === "expired") return true; // it was taken before: the page knows what became of it
  return told ? `${told.error.message} ${told.error.advice}` : LINES.cut;
}

async function deliver(recording) {
  for (const part of [place.querySelector(".mirror"), $("ahead"), $("by-file")]) part.hidden = true;
  shown.say("Sending your recording.");
  const answer = await send(recording);
  if (answer === true) return location.reload();
  if (answer !== null) return end(answer);
  shown.say(LINES.cut);
  const retry = $("retry");
  retry.hidden = false;
  retry.focus();
  retry.addEventListener("click", () => { retry.hidden = true; deliver(recording); }, { once: true });
}

async function go() {
  $("before").hidden = true;
  $("hints").textContent = "";
  shown.say("Get ready: look straight into the camera.");
  try {
    await Promise.race([wait(500), place.requestFullscreen?.().catch(() => null)]); // else the colours fill the page
    shown.dim();
    let line = null;
    ending = (told) => { line = told; ending = null; };
    await wait(FADE);
    if (line !== null) throw line;
    const recording = await record();
    shown.clear();
    if (document.fullscreenElement) await document.exitFullscreen();
    for (const track of stream.getTracks()) track.stop();
    await deliver(recording);
  } catch (line) {
    end(typeof line === "string" ? line : LINES.broke);
  }
}

async function refused(error) {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  const has = (kind) => devices.some((device) => device.kind === kind);
  const missing = !has("audioinput") ? "No microphone was found. Connect one" : "No camera was found. Connect one";
  const words = {
    NotAllowedError: "Your browser was not allowed to use camera and microphone. Allow both for this page, then reload it",
    NotFoundError: missing,
    NotReadableError: "The camera or the microphone is in use by another program. Close it, then reload the page",
  };
  shown.say(`${words[error.name] ?? "The camera could not be opened. Reload the page"}; or send a file below.`);
  $("camera").hidden = true;
  $("by-file").open = true;
}

async function begin() {
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 }, facingMode: "user" },
      audio: { echoCancellation: false, noiseSuppression: true },
    });
    $("camera").hidden = false;
    $("preview").srcObject = stream;
    await $("preview").play();
    hints($("preview"), stream, $("hints"), () => $("before").hidden);
    $("go").disabled = false;
    $("go").addEventListener("click", go, { once: true });
  } catch (error) {
    refused(error);
  }
}

addEventListener("keydown", (event) => event.key === "Escape" && stop(LINES.stopped));
document.addEventListener("fullscreenchange", () => document.fullscreenElement || stop(LINES.stopped)); // Escape, too
document.addEventListener("visibilitychange", () => document.hidden && stop(LINES.hidden));
if (navigator.mediaDevices?.getUserMedia && window.MediaRecorder) begin();
else shown.say("This browser cannot record here. Use another one, or send a file below.");
