import { upperBound } from "../../confidence/clopper-pearson";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import { BLAMES, type Blame } from "../blame";
import { gradeOf, isBestRight, isJudged, type EvaluatedPhoto } from "../evaluated-photo";
import {
  calibrationError,
  rankQuality,
  reliability,
  riskCoverage,
  type OperatingPoint,
  type ReliabilityBin,
} from "./confidence-quality";
import { countClasses, countConfusion, type ClassFigures, type Confusion } from "./confusion";
import { measureLatency, type Latency } from "./latency";
import { toShare, type Share } from "./share";

/** How good the decisions on labelled pictures are. Shares are of the judged ones. */
export interface Figures {
  readonly judged: number;
  /** Pictures that could not be judged; no figure counts them. */
  readonly failed: number;
  /** Of the judged ones, those that show none of the classes. */
  readonly strangers: number;
  readonly right: Share;
  readonly wrong: Share;
  readonly person: Share;
  /** Of those that show a class. */
  readonly knownRight: Share;
  /** Strangers that were taken for a class. */
  readonly strangersTaken: Share;
  /** The best class is right, decided or not, of those that show a class. */
  readonly accuracy: Share;
  /** Proven at 95 %: at most 1 wrong in so many; null: nothing yet. */
  readonly provenOneIn: number | null;
  readonly classes: readonly ClassFigures[];
  readonly confusion: Confusion;
  readonly riskCoverage: readonly OperatingPoint[];
  /** Area under the ROC curve of the confidence; null where all are right or all wrong. */
  readonly auroc: number | null;
  readonly calibrationError: number;
  readonly reliability: readonly ReliabilityBin[];
  readonly latency: readonly Latency[];
  /** Mean of a picture. */
  readonly lmmCalls: number;
  /** Pictures by what made their decision wrong. */
  readonly blames: Readonly<Partial<Record<Blame, number>>>;
}

const PROOF = 0.95;

/** Curves are drawn, not computed with: more points than these no eye tells apart. */
const MOST_POINTS = 300;

export function computeFigures(photos: readonly EvaluatedPhoto[], vocabulary: Vocabulary): Figures {
  const judged = photos.filter(isJudged);
  const known = judged.filter(({ truth }) => truth !== null);
  const strangers = judged.length - known.length;
  const grades = judged.map(gradeOf);
  const count = (grade: string): number => grades.filter((one) => one === grade).length;
  const right = count("right");
  const wrong = count("wrong");
  const taken = judged.filter(({ truth, decided }) => truth === null && decided !== null).length;
  const scored = judged.map((one) => ({ confidence: one.confidence, right: isBestRight(one) }));
  const oneIn = Math.floor(1 / upperBound(wrong, judged.length, PROOF));
  const calls = judged.reduce((sum, { lmmCalls }) => sum + lmmCalls, 0);
  return {
    judged: judged.length,
    failed: photos.length - judged.length,
    strangers,
    right: toShare(right, judged.length),
    wrong: toShare(wrong, judged.length),
    person: toShare(count("person"), judged.length),
    knownRight: toShare(right, known.length),
    strangersTaken: toShare(taken, strangers),
    accuracy: toShare(known.filter(isBestRight).length, known.length),
    provenOneIn: oneIn >= 2 ? oneIn : null,
    classes: countClasses(judged, vocabulary),
    confusion: countConfusion(judged, vocabulary),
    riskCoverage: thinOut(riskCoverage(scored)),
    auroc: rankQuality(scored),
    calibrationError: calibrationError(scored),
    reliability: reliability(scored),
    latency: measureLatency(judged.map(({ times }) => times)),
    lmmCalls: calls / Math.max(1, judged.length),
    blames: countBlames(photos),
  };
}

function countBlames(photos: readonly EvaluatedPhoto[]): Figures["blames"] {
  const counts = BLAMES.map((blame) => {
    return [blame, photos.filter((photo) => photo.blame === blame).length] as const;
  });
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Every so manieth point, and the last. */
function thinOut(points: readonly OperatingPoint[]): OperatingPoint[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, at) => at % step === 0 || at === points.length - 1);
}
