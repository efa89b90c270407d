// SPDX-License-Identifier: Apache-2.0
// A small line plot as SVG: the x axis logarithmic, one line per series.

const WIDTH = 640;
const HEIGHT = 360;
const BOX = { left: 64, right: 24, top: 40, bottom: 52 };
const COLORS = ["#1f6feb", "#1a7f37", "#9a6700", "#8250df"];

/** A round step of which about five fit. @param {number} most */
function stepOf(most) {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= rough) ?? rough;
}

/**
 * @param
 * {{ title: string, x: string, y: string, series: { name: string, points: [number, number][] }[] }}
 * plot
 */
export function linePlot({ title, x, y, series }) {
  const points = series.flatMap((line) => line.points);
  const low = Math.log10(Math.min(...points.map(([at]) => at)));
  const high = Math.max(Math.log10(Math.max(...points.map(([at]) => at))), low + 0.5);
  const step = stepOf(Math.max(...points.map(([, value]) => value)));
  const top = Math.ceil(Math.max(...points.map(([, value]) => value)) / step) * step;
  const px = (at) => BOX.left + ((Math.log10(at) - low) / (high - low)) * (WIDTH - BOX.left - BOX.right);
  const py = (value) => HEIGHT - BOX.bottom - (value / top) * (HEIGHT - BOX.top - BOX.bottom);
  const text = (at, down, content, anchor = "middle") =>
    `<text x="${at}" y="${down}" text-anchor="${anchor}">${content}</text>`;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${WIDTH / 2}" y="20" text-anchor="middle" font-size="14">${title}</text>`,
  ];
  for (let value = 0; value <= top; value += step) {
    out.push(`<path d="M${BOX.left} ${py(value)}H${WIDTH - BOX.right}" stroke="#d0d7de"/>`);
    out.push(text(BOX.left - 8, py(value) + 4, value.toLocaleString("en-US"), "end"));
  }
  for (let power = Math.ceil(low); power <= high; power++) {
    out.push(text(px(10 ** power), HEIGHT - BOX.bottom + 18, (10 ** power).toLocaleString("en-US")));
  }
  for (const [i, { name, points: line }] of series.entries()) {
    const color = COLORS[i % COLORS.length];
    const path = line.map(([at, value]) => `${px(at).toFixed(1)} ${py(value).toFixed(1)}`).join("L");
    out.push(`<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const [at, value] of line)
      out.push(`<circle cx="${px(at).toFixed(1)}" cy="${py(value).toFixed(1)}" r="3" fill="${color}"/>`);
    out.push(
      `<text x="${WIDTH - BOX.right}" y="${BOX.top + 4 + i * 16}" text-anchor="end" fill="${color}">${name}</text>`,
    );
  }
  out.push(text(WIDTH / 2, HEIGHT - 12, x), `<text x="16" y="${BOX.top - 8}">${y}</text>`, "</svg>", "");
  return out.join("\n");
}
