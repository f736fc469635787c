import { isRecord } from "../../../lib/basics/is-record";
import { TlacError } from "../../../lib/errors";
import { isBinary, isNumbers } from "../../../lib/frame/read-bytes";
import type { Candidate } from "../../../lib/lmm/lmm";
import { readClassName } from "../../../lib/tlac/reconcile-questions";
import type { Words } from "../../../lib/tlac/classify";

/** No name of a thing is that long without a space; base64 of an image always is. */
const BASE64_START = /^\s*"?[\w+/=\\-]{200}|^\s*"?(?:[\w+/=\\-]{60,}\s+){3}/;

/** True for what can only be an image, so that `clip-match` need not be told. */
export function looksLikeImage(value: unknown): boolean {
  if (typeof value === "string") {
    return /^\s*"?data(:|%3a)image/i.test(value) || BASE64_START.test(value.slice(0, 1000));
  }
  if (isBinary(value) || isNumbers(value)) return true;
  if (Array.isArray(value)) return value.length > 0 && value.every(looksLikeImage);
  return isRecord(value) && !("candidates" in value) && ("data" in value || "bitmap" in value);
}

/** Candidates as `lmm-candidates` sends them, one text, or a list of texts. Throws `BAD_MESSAGE`. */
export function readWords(value: unknown, property: string): Words {
  const body = isRecord(value) ? value.candidates : value;
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  const candidates = list.flatMap((entry) => toCandidate(entry) ?? []);
  // An answer that rules have emptied is an answer: of no class, not of a wrong form.
  const emptied = isRecord(value) && Array.isArray(body) && body.length === 0;
  if ((candidates.length === 0 && !emptied) || candidates.length < list.length) {
    const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
    throw new TlacError("BAD_MESSAGE", "nodes.no-words", { property, type });
  }
  const description = isRecord(value) ? value.description : "";
  return {
    candidates,
    description: typeof description === "string" ? description : "",
    forcedUnknown: isRecord(value) && value.forcedUnknown === true,
  };
}

function toCandidate(entry: unknown): Candidate | undefined {
  if (typeof entry === "string") return toCandidate({ name: entry });
  if (!isRecord(entry) || typeof entry.name !== "string") return undefined;
  const name = readClassName(entry.name);
  if (!name) return undefined;
  const synonyms: readonly unknown[] = Array.isArray(entry.synonyms) ? entry.synonyms : [];
  const { evidence, probability } = entry;
  return {
    name,
    synonyms: synonyms.filter((synonym) => typeof synonym === "string"),
    ...(typeof evidence === "string" ? { evidence } : {}),
    ...(typeof probability === "number" ? { probability } : {}),
  };
}
