import { loadSharp } from "../lib/frame/load-sharp";

/** Shares 0…1 by the corrections a class. */
export interface Point {
  readonly count: number;
  readonly right: number;
  readonly wrong: number;
  readonly person: number;
}

export interface Curve {
  readonly title: string;
  readonly points: readonly Point[];
}

const PANEL = { width: 330, height: 190, left: 44, top: 34, gap: 60, bottom: 62 };

/** Told apart by those who see no red or green, and in grey. */
const LINES = [
  { key: "right", colour: "#0b7a4b", dash: "" },
  { key: "person", colour: "#777777", dash: "5 4" },
  { key: "wrong", colour: "#c43c1e", dash: "2 3" },
] as const;
const NAMES = { right: "right", person: "to a person", wrong: "wrong" } as const;

/** Draws the curves side by side into a PNG. */
export async function drawCurves(curves: readonly Curve[], file: string): Promise<void> {
  const width = PANEL.left + curves.length * (PANEL.width + PANEL.gap) + 20;
  const height = PANEL.top + PANEL.height + PANEL.bottom;
  const panels = curves.map(
    (curve, at) =>
      `<g transform="translate(${String(PANEL.left + at * (PANEL.width + PANEL.gap))} ${String(PANEL.top)})">${drawPanel(curve)}</g>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" font-family="DejaVu Sans, Arial, sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>${panels.join("")}</svg>`;
  const sharp = await loadSharp();
  await sharp(Buffer.from(svg), { density: 144 }).png({ palette: true }).toFile(file);
}

function drawPanel({ title, points }: Curve): string {
  const x = (at: number): number => (at * PANEL.width) / Math.max(1, points.length - 1);
  const y = (share: number): number => PANEL.height * (1 - share);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share).toFixed(1);
    return (
      `<line x1="0" x2="${String(PANEL.width)}" y1="${at}" y2="${at}" stroke="#ddd"/>` +
      `<text x="-6" y="${at}" dy="4" text-anchor="end" fill="#555">${String(100 * share)} %</text>`
    );
  });
  const ticks = points.map(
    ({ count }, at) =>
      `<text x="${x(at).toFixed(1)}" y="${String(PANEL.height + 16)}" text-anchor="middle" fill="#555">${String(count)}</text>`,
  );
  const lines = LINES.map(({ key, colour, dash }) => {
    const places = points.map((point, at) => `${x(at).toFixed(1)},${y(point[key]).toFixed(1)}`);
    const dots = places.map((place) => {
      const [cx, cy] = place.split(",");
      return `<circle cx="${String(cx)}" cy="${String(cy)}" r="3" fill="${colour}"/>`;
    });
    return `<polyline points="${places.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/>${dots.join("")}`;
  });
  const legend = LINES.map(
    ({ key, colour, dash }, at) =>
      `<g transform="translate(${String(at * 110)} ${String(PANEL.height + 54)})"><line x2="24" y1="-4" y2="-4" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"/><text x="30" fill="#222">${NAMES[key]}</text></g>`,
  );
  return (
    `<text y="-14" font-size="13" fill="#222">${title}</text>` +
    [...grid, ...ticks, ...lines, ...legend].join("") +
    `<text x="${String(PANEL.width / 2)}" y="${String(PANEL.height + 32)}" text-anchor="middle" fill="#555">corrections a class</text>`
  );
}
