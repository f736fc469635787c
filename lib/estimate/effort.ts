import { isRecord } from "../basics/is-record";
import { TlacError } from "../errors";
import type { Latency } from "../evaluation/figures/latency";
import { RECOGNISER } from "../lmm/engine-kinds";
import type { Effort } from "./plan";

/**
 * What a picture took in an evaluation.
 *
 * @param lmm what was asked; the built-in recogniser works where Node-RED does, and needs no server
 */
export function effortOf(latency: readonly Latency[], lmm: unknown): Effort {
  const seconds = (stage: Latency["stage"]): { mean: number; deviation: number } => {
    const { mean = 0, deviation = 0 } = latency.find((one) => one.stage === stage) ?? {};
    return { mean: mean / 1000, deviation: deviation / 1000 };
  };
  const match = seconds("embed").mean + seconds("match").mean;
  const [asked, read] = [seconds("lmm"), seconds("frame").mean];
  const isOwn = typeof lmm === "string" && lmm.split(" ")[0] === RECOGNISER;
  if (isOwn) return { lmm: { mean: 0, deviation: 0 }, read, match: match + asked.mean };
  return { lmm: asked, read, match };
}

/** Spread of LMM times that nobody measured: answers are of different length. */
const GUESSED_DEVIATION = 0.5;

/** What is known without an evaluation: the mean time of the LMM, and that 95 in 100 keep to. */
export function effortFrom(mean: number, p95?: number): Effort {
  // Of a normal distribution, 95 % lie below 1.645 deviations.
  const deviation = p95 === undefined ? GUESSED_DEVIATION * mean : Math.max(0, p95 - mean) / 1.645;
  return { lmm: { mean, deviation }, read: 0, match: 0 };
}

/** A way to judge in the JSON of an evaluation. */
export interface MeasuredMode {
  readonly name: string;
  readonly effort: Effort;
}

/** The modes that an evaluation's JSON has measured, the evaluated one first. Throws `BAD_CONFIG`. */
export function readEfforts(json: unknown, file: string): MeasuredMode[] {
  const bad = (): TlacError => new TlacError("BAD_CONFIG", "estimate.no-report", { file });
  if (!isRecord(json) || !isRecord(json.setup)) throw bad();
  const { lmm } = json.setup;
  const modes = [
    { name: json.setup.mode, figures: json.figures },
    ...(Array.isArray(json.contenders) ? json.contenders.filter(isRecord) : []),
  ];
  return modes.map(({ name, figures }) => {
    const latency = isRecord(figures) ? figures.latency : undefined;
    if (typeof name !== "string" || !Array.isArray(latency) || !latency.every(isLatency)) {
      throw bad();
    }
    return { name, effort: effortOf(latency, lmm) };
  });
}

function isLatency(value: unknown): value is Latency {
  if (!isRecord(value) || typeof value.stage !== "string") return false;
  return [value.mean, value.deviation].every((ms) => typeof ms === "number" && ms >= 0);
}
