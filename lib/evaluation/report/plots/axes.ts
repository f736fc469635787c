import { html, type Content, type Html } from "../html";

/** A square plot's inside, in the units of its `viewBox`. */
const LEFT = 52;
const TOP = 12;
const SIZE = 268;
const WIDTH = LEFT + SIZE + 26;
const HEIGHT = TOP + SIZE + 46;

/** Where a value stands in the plot. */
export interface Scale {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export interface Axis {
  readonly title: Html;
  /** Largest value; the smallest is 0. */
  readonly most: number;
}

export function scaleOf(x: Axis, y: Axis): Scale {
  return {
    x: (value) => round(LEFT + (Math.min(value, x.most) / x.most) * SIZE),
    y: (value) => round(TOP + SIZE - (Math.min(value, y.most) / y.most) * SIZE),
  };
}

/** A plot of two shares with grid, axes in percent and what is drawn into it. */
export function plot(id: string, x: Axis, y: Axis, content: Content): Html {
  const { x: toX, y: toY } = scaleOf(x, y);
  const [right, bottom] = [LEFT + SIZE, TOP + SIZE];
  return html`<svg id="${id}" class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">
    ${ticksOf(x.most).map(
      (tick) =>
        html`<line class="grid" x1="${toX(tick)}" x2="${toX(tick)}" y1="${TOP}" y2="${bottom}" />
          <text class="tick" x="${toX(tick)}" y="${bottom + 16}" text-anchor="middle">
            ${show(tick)}
          </text>`,
    )}
    ${ticksOf(y.most).map(
      (tick) =>
        html`<line class="grid" x1="${LEFT}" x2="${right}" y1="${toY(tick)}" y2="${toY(tick)}" />
          <text class="tick" x="${LEFT - 6}" y="${toY(tick) + 4}" text-anchor="end">
            ${show(tick)}
          </text>`,
    )}
    <text class="axis" x="${LEFT + SIZE / 2}" y="${HEIGHT - 6}" text-anchor="middle">
      ${x.title}
    </text>
    <text class="axis" transform="translate(11 ${TOP + SIZE / 2}) rotate(-90)" text-anchor="middle">
      ${y.title}
    </text>
    ${content}
    <rect class="frame" x="${LEFT}" y="${TOP}" width="${SIZE}" height="${SIZE}" />
  </svg>`;
}

/** Four to six round numbers from 0 to the most. */
function ticksOf(most: number): number[] {
  const steps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
  const step = steps.find((one) => most / one <= 6) ?? 0.2;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => at * step);
}

function show(tick: number): string {
  return `${String(Number((100 * tick).toFixed(1)))} %`;
}

/** Two decimals: a plot needs no more, and the file is smaller. */
export function round(value: number): number {
  return Math.round(100 * value) / 100;
}
