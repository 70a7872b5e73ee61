// What could be better before the recording: light, distance, company, noise. Nothing of it leaves the page or decides.

import { eyes } from "./eyes.js";

const EVERY = 600; // milliseconds
const DARK = 55, GLARING = 225; // mean grey level of the middle of the picture
const FAR = 0.25; // of the picture's height, from brow to chin
const LOUD = 0.05; // RMS while nobody should be speaking

/** Look again and again until `isOver()`; write one sentence at a time into `out`. */
export async function hints(video, stream, out, isOver) {
  const canvas = new OffscreenCanvas(64, 48);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const hears = ear(stream);
  const sees = await eyes(out.dataset.faces).catch(() => () => []);
  const look = () => {
    if (isOver()) return;
    const words = light(video, pen) ?? company(sees(video)) ?? (hears() > LOUD ? "It is loud around you: find a quieter place." : "");
    if (!isOver() && out.textContent !== words) out.textContent = words;
    setTimeout(look, EVERY);
  };
  look();
}

function light(video, pen) {
  pen.drawImage(video, 0, 0, 64, 48);
  const { data } = pen.getImageData(20, 10, 24, 28);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
  const mean = sum / (data.length / 4);
  if (mean < DARK) return "It is too dark: put a light in front of you.";
  return mean > GLARING ? "It is too bright: turn away from the lamp or the window." : null;
}

function company(faces) {
  if (faces.length > 1) return "There are two faces: only you should be in the picture.";
  if (faces.length === 1 && faces[0].size < FAR) return "You are too far away: come closer, until you fill the oval.";
  return null;
}

function ear(stream) {
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.resume(); // some browsers begin without
  context.createMediaStreamSource(stream).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  return () => {
    meter.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
  };
}
