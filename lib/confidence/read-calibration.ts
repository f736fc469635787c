import { isRecord } from "../basics/is-record";
import type { Calibration, CalibrationKey } from "./calibration";
import type { VoiceModel } from "./confidence";
import { KNOBS } from "./knob";

/** More features or voices than any model has come from no calibration. */
const MOST = 100;

/** A calibration as it was written; null for anything else: a file is what anybody may have put there. */
export function readCalibration(text: string): Calibration | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || value.version !== 1) return null;
  const { vocabulary, date, photos, strangers } = value;
  const key = readKey(value.key);
  const models = readModels(value.models);
  const proven = readKnobs(value.proven);
  const missing = readKnobs(value.missing);
  if (typeof vocabulary !== "string" || typeof date !== "string" || !isCount(photos)) return null;
  if (!isCount(strangers) || !key || !models || !proven || !missing) return null;
  return { version: 1, key, vocabulary, date, photos, strangers, models, proven, missing };
}

function readKey(value: unknown): CalibrationKey | null {
  if (!isRecord(value)) return null;
  const { embedder, lmm, mode } = value;
  if (typeof embedder !== "string" || typeof lmm !== "string" || typeof mode !== "string") {
    return null;
  }
  return { embedder, lmm, mode };
}

function readModels(value: unknown): Record<string, VoiceModel> | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value)
    .slice(0, MOST)
    .map(([voices, model]) => {
      return [voices, readModel(model)] as const;
    });
  const whole = entries.filter((entry): entry is [string, VoiceModel] => entry[1] !== null);
  return whole.length === entries.length ? Object.fromEntries(whole) : null;
}

function readModel(value: unknown): VoiceModel | null {
  if (!isRecord(value)) return null;
  const { features, means, deviations, weights } = value;
  const thresholds = readKnobs(value.thresholds);
  if (!isList(features, isText) || !thresholds) return null;
  const size = features.length;
  if (!isList(means, isNumber) || !isList(deviations, isNumber) || !isList(weights, isNumber)) {
    return null;
  }
  const stage = value.stage === undefined ? undefined : readKnobs(value.stage);
  if (stage === null) return null;
  // One weight more than features: the intercept.
  const fits = means.length === size && deviations.length === size && weights.length === size + 1;
  const known = { features, means, deviations, weights, thresholds };
  return fits ? { ...known, ...(stage ? { stage } : {}) } : null;
}

/** Numbers by position of the knob. */
function readKnobs(value: unknown): Record<string, number> | null {
  if (!isRecord(value)) return null;
  const known = KNOBS.map(String).filter((knob) => Object.hasOwn(value, knob));
  const entries = known.map((knob) => [knob, value[knob]] as const);
  return entries.every((entry): entry is [string, number] => isNumber(entry[1]))
    ? Object.fromEntries(entries)
    : null;
}

function isList<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length <= MOST && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value >= 0;
}
