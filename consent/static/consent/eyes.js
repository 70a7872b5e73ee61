// Upright faces in a picture, for hints alone: a cascade of local binary patterns (Liao et al., 2007), whose numbers the
// server hands out. Nothing it sees leaves the page, and nothing it says decides anything.

const SMALLEST = 0.12; // of the picture's height
const STEP = 1.2; // from one size to the next
const STRIDE = 2; // pixels
const NEIGHBOURS = 2; // so many windows must agree

/** Return a function from a video to its faces, [{ x, y, size }] in parts of the picture's height. */
export async function eyes(address) {
  const { window: side, stages } = await (await fetch(address)).json();
  const canvas = new OffscreenCanvas(1, 1);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const windows = [];
    for (let height = side / SMALLEST; height >= side; height /= STEP) {
      const sums = integral(video, pen, Math.round((height * video.videoWidth) / video.videoHeight), Math.round(height));
      for (let y = 0; y + side <= sums.height; y += STRIDE)
        for (let x = 0; x + side <= sums.width; x += STRIDE)
          if (passes(stages, sums, y * sums.row + x)) windows.push({ x: x / height, y: y / height, size: side / height });
    }
    return grouped(windows);
  };
}

function integral(video, pen, width, height) {
  Object.assign(pen.canvas, { width, height });
  pen.drawImage(video, 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  const row = width + 1;
  const at = new Uint32Array(row * (height + 1));
  for (let y = 0; y < height; y += 1)
    for (let x = 0, line = 0; x < width; x += 1) {
      const from = 4 * (y * width + x);
      line += (77 * data[from] + 150 * data[from + 1] + 29 * data[from + 2]) >> 8;
      at[(y + 1) * row + x + 1] = at[y * row + x + 1] + line;
    }
  return { at, row, width, height };
}

function passes(stages, sums, origin) {
  return stages.every(({ least, trees }) => {
    let score = 0;
    for (const { cell, subset, leaves } of trees) {
      const code = pattern(sums, origin, cell);
      score += leaves[(subset[code >> 5] >> (code & 31)) & 1 ? 0 : 1];
    }
    return score >= least;
  });
}

/** Which of the eight cells around the middle one are at least as bright, clockwise from the upper left. */
function pattern({ at, row }, origin, [x, y, wide, high]) {
  const sum = (column, line) => {
    const from = origin + (y + line * high) * row + x + column * wide;
    return at[from] + at[from + high * row + wide] - at[from + wide] - at[from + high * row];
  };
  const middle = sum(1, 1);
  let code = 0;
  for (const [column, line] of [[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]]) code = (code << 1) | (sum(column, line) >= middle ? 1 : 0);
  return code;
}

function grouped(windows) {
  const groups = [];
  for (const one of windows) {
    const near = (other) => Math.hypot(one.x + one.size / 2 - other.x - other.size / 2, one.y + one.size / 2 - other.y - other.size / 2) < 0.5 * Math.max(one.size, other.size);
    const group = groups.find((group) => near(group[0]));
    if (group) group.push(one);
    else groups.push([one]);
  }
  const mean = (group, part) => group.reduce((sum, one) => sum + one[part], 0) / group.length;
  return groups.filter((group) => group.length >= NEIGHBOURS).map((group) => ({ x: mean(group, "x"), y: mean(group, "y"), size: mean(group, "size") }));
}
