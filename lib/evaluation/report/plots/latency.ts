import type { Figures } from "../../figures/figures";
import { html, type Html } from "../html";
import { duration, svgText } from "../text";
import { round } from "./axes";

const LEFT = 120;
const SIZE = 380;
const WIDTH = LEFT + SIZE + 110;
const ROW = 34;

/** By stage: a bar to the time of half of the pictures, a thin one to that of 95 in 100. */
export function plotLatency({ latency }: Figures): Html {
  const most = Math.max(1, ...latency.map(({ p95 }) => p95));
  const width = (ms: number): number => round(Math.max(1, (ms / most) * SIZE));
  const rows = latency.map(({ stage, p50, p95 }, at) => {
    const y = 6 + at * ROW;
    return html`<text class="axis" x="${LEFT - 8}" y="${y + 17}" text-anchor="end">
        ${svgText(`evaluation.stage-${stage}`)}
      </text>
      <rect class="slow" x="${LEFT}" y="${y + 9}" width="${width(p95)}" height="6" />
      <rect class="half" x="${LEFT}" y="${y + 3}" width="${width(p50)}" height="18" />
      <text class="tick" x="${LEFT + width(p95) + 6}" y="${y + 16}">
        ${duration(p50)} · ${duration(p95)}
      </text>`;
  });
  return html`<svg class="wide" viewBox="0 0 ${WIDTH} ${12 + latency.length * ROW}" role="img">
    ${rows}
  </svg>`;
}
