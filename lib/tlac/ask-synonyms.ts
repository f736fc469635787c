import { createHash } from "node:crypto";

import { isRecord } from "../basics/is-record";
import type { Candidate, LmmIdentity, Question, Reply } from "../lmm/lmm";
import { sanitiseValue } from "../lmm/prompts/sanitise";
import { parseJson } from "../lmm/read-answer";
import type { ReconcileMemo } from "./reconcile-memo";

/** Names that are asked about: those that count. */
const MAX_NAMES = 3;
/** Of each name; beyond them a model goes from near to far. */
const MAX_SYNONYMS = 4;
const MAX_LENGTH = 120;

export interface UnmatchedNames {
  /** Best first, at least one. */
  readonly candidates: readonly Candidate[];
  readonly ask: (question: Question) => Promise<Reply>;
  readonly memo: ReconcileMemo | undefined;
  /** Who is asked: another model knows other names. */
  readonly model: LmmIdentity | null;
}

/**
 * The names with other names for the same things. The question is about words alone, so its answer
 * is the same tomorrow: it is asked once for the same names. An answer that tells none leaves them
 * as they are. Throws what `ask` throws.
 */
export async function askSynonyms(names: UnmatchedNames): Promise<readonly Candidate[]> {
  const { candidates, memo } = names;
  const key = keyOf(names);
  const known = memo?.get(key);
  const said = known ?? (await names.ask(synonymsQuestion(candidates))).text;
  const found = readSynonyms(said, candidates.slice(0, MAX_NAMES));
  if (known === undefined) memo?.set(key, JSON.stringify(found));
  return candidates.map((candidate, place) => ({
    ...candidate,
    synonyms: [...candidate.synonyms, ...(found[toCode(place)] ?? [])],
  }));
}

/** A code that no name is. */
function toCode(place: number): string {
  return `n${place + 1}`;
}

function synonymsQuestion(candidates: readonly Candidate[]): Question {
  const asked = candidates.slice(0, MAX_NAMES).map(({ name }) => sanitiseValue(name));
  const list = { type: "array", items: { type: "string" }, maxItems: MAX_SYNONYMS };
  const codes = asked.map((_name, place) => toCode(place));
  return {
    system: [
      "Each line gives the name of a thing behind its code.",
      `Give up to ${MAX_SYNONYMS} other names that people use for the same thing: everyday words, trade names, the next broader kind.`,
      'Reply in JSON only, with a list for each code: {"n1": ["…"], "n2": ["…"]}',
    ].join("\n"),
    prompt: asked.map((name, place) => `${toCode(place)}: ${name}`).join("\n"),
    names: asked,
    schema: {
      type: "object",
      properties: Object.fromEntries(codes.map((code) => [code, list])),
      required: codes,
    },
  };
}

/** Synonyms by code; an answer is untrusted text. */
function readSynonyms(
  text: string,
  candidates: readonly Candidate[],
): Readonly<Record<string, readonly string[]>> {
  const value = parseJson(text);
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    candidates.map(({ name }, place) => {
      const code = toCode(place);
      const list: unknown = Object.hasOwn(value, code) ? value[code] : [];
      const texts = (Array.isArray(list) ? (list as unknown[]) : [])
        .filter((each) => typeof each === "string")
        .map((each) => sanitiseValue(each).slice(0, MAX_LENGTH))
        .filter((each) => each !== "" && each.toLowerCase() !== name.toLowerCase());
      return [code, [...new Set(texts)].slice(0, MAX_SYNONYMS)];
    }),
  );
}

function keyOf({ candidates, model }: UnmatchedNames): string {
  const names = candidates.slice(0, MAX_NAMES).map(({ name }) => name);
  const who = model?.digest ?? model?.name ?? "";
  return createHash("sha256")
    .update(JSON.stringify(["synonyms", who, names]))
    .digest("hex");
}
