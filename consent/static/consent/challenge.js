// What the page shows while it records: arrows, digits, words, colours and the ring, all by one clock.

const NEUTRAL = [179, 179, 179];
const REST = "Look straight into the camera.";

/** The challenge on the page; times are seconds from the recording's start. */
export class Shown {
  constructor(place, asked) {
    this.place = place;
    this.asked = asked;
    this.prompt = document.getElementById("prompt");
    this.arrow = document.getElementById("arrow");
    this.ring = document.getElementById("ring");
    this.frame = 0;
    this.steps = this.script();
  }

  /** What is said when, and which line of the list and which arrow belong to it. */
  script() {
    const { poses, cues, holds, digits, digits_s, phrase, phrase_s } = this.asked;
    const steps = [{ at: 0, words: REST, arrow: "" }];
    const lines = this.place.querySelectorAll("[data-pose]");
    poses.forEach((pose, number) => {
      steps.push({ at: cues[number], words: `${lines[number].dataset.words}, and hold.`, arrow: pose, line: lines[number] });
      steps.push({ at: cues[number] + holds[number] + 0.7, words: "Back to the middle.", arrow: "" });
    });
    const last = this.place.querySelector("[data-digits]");
    steps.push({ at: digits_s, words: `Say: ${digits.split("").join("  ")}`, arrow: "", line: last });
    if (phrase) steps.push({ at: phrase_s, words: `Say: ${phrase}`, arrow: "", line: this.place.querySelector("[data-phrase]") });
    return steps;
  }

  say(words, line) {
    if (this.prompt.textContent !== words) this.prompt.textContent = words;
    for (const other of this.place.querySelectorAll("li")) other.removeAttribute("aria-current");
    line?.setAttribute("aria-current", "step");
  }

  /** Turn the page to the grey that the colours begin from, slowly. */
  dim() {
    this.place.classList.add("dim");
  }

  play(start, finished) {
    const step = () => {
      const t = (performance.now() - start) / 1000;
      if (t >= this.asked.seconds) { this.clear(); return finished(); }
      const now = this.steps.findLast((one) => one.at <= t);
      this.say(now.words, now.line);
      this.arrow.dataset.toward = now.arrow;
      this.ring.style.strokeDashoffset = String(1 - t / this.asked.seconds);
      if (this.asked.lights.length) this.place.style.backgroundColor = `rgb(${this.colour(t).join(" ")})`;
      this.frame = requestAnimationFrame(step);
    };
    this.place.classList.add("playing");
    step();
  }

  /** The colour at a time: eased from the one before, held, eased back to grey after the last. */
  colour(t) {
    let colour = NEUTRAL;
    for (const light of [...this.asked.lights, this.after()]) {
      if (t < light.start_s) break;
      const part = Math.min(1, (t - light.start_s) / light.ease_s);
      colour = light.rgb.map((value, channel) => Math.round(colour[channel] + part * (value - colour[channel])));
    }
    return colour;
  }

  after() {
    const last = this.asked.lights.at(-1);
    return { rgb: NEUTRAL, start_s: last.start_s + last.ease_s + last.hold_s, ease_s: last.ease_s };
  }

  /** No colour, no arrow, at once. */
  clear() {
    cancelAnimationFrame(this.frame);
    this.place.classList.remove("dim", "playing");
    this.place.style.backgroundColor = "";
    this.arrow.dataset.toward = "";
  }
}
