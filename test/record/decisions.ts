/** What the specs of the record share: decisions, pictures and folders of their own. */
import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";

import type { NewDecision, Picture, Recorded } from "../../lib/record/record";
import type { Result } from "../../lib/tlac/result";

export interface Wanted {
  readonly id?: string;
  readonly time?: string;
  readonly camera?: string;
  readonly outcome?: Result["outcome"];
  readonly class?: string | null;
  readonly ranking?: readonly string[];
  readonly candidates?: readonly string[];
  readonly vocabulary?: string;
}

/** A decision as a node hands it over. */
export function decide(wanted: Wanted = {}): NewDecision {
  const { outcome = "class", ranking = ["screw", "nail"], candidates = ["bolt"] } = wanted;
  const best = outcome === "class" ? (wanted.class ?? ranking[0] ?? null) : null;
  const result = {
    id: wanted.id ?? randomUUID(),
    outcome,
    class: best,
    label: best,
    score: 0.7,
    margin: 0.4,
    confidence: 0.9,
    ranking: ranking.map((id, place) => ({ class: id, label: id, score: 0.7 / (place + 1) })),
    candidates: candidates.map((name) => ({ name, synonyms: [] })),
    description: "a small metal part",
    mode: "cascade",
  } as unknown as Result;
  return {
    time: wanted.time ?? new Date().toISOString(),
    node: "node-1",
    camera: wanted.camera ?? "line 1",
    vocabulary: { id: wanted.vocabulary ?? "parts", digest: "0123456789abcdef" },
    answers: ['{"candidates":["bolt"]}'],
    result,
  };
}

export async function picture(width = 64, height = 48): Promise<Picture> {
  const jpeg = await sharp({ create: { width, height, channels: 3, background: "#4080c0" } })
    .jpeg()
    .toBuffer();
  return { jpeg, width, height };
}

export function newRoot(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), "tlac-record-"));
}

/** All of an iteration. */
export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of all) list.push(one);
  return list;
}

export function idsOf(recorded: readonly Recorded[]): string[] {
  return recorded.map(({ entry }) => entry.id);
}
