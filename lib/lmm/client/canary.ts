import { readFile } from "node:fs/promises";
import path from "node:path";

import { escapePattern } from "../../basics/escape-pattern";
import { findPackageRoot } from "../../basics/package-root";
import { TlacError } from "../../errors";
import type { FailureContext } from "./failure";

/** A photo whose content is known. */
export interface CanaryPhoto {
  /** Path of a JPEG file. */
  readonly file: string;
  /** Any of these words in the answer means that the photo was seen. */
  readonly words: readonly string[];
}

/** What a model said about a photo whose content is known. */
export interface CanaryAnswer {
  readonly file: string;
  readonly expected: readonly string[];
  /** Empty where no usable answer came. */
  readonly answer: string;
  readonly fits: boolean;
}

/**
 * Shows each photo and compares. Throws `BAD_CONFIG` for a photo that cannot be read, and what
 * `ask` throws; `ask` answers null where the model said nothing usable.
 */
export async function askCanary(
  photos: readonly CanaryPhoto[],
  ask: (jpeg: Uint8Array) => Promise<string | null>,
): Promise<CanaryAnswer[]> {
  const answers: CanaryAnswer[] = [];
  for (const { file, words } of photos) {
    const answer = (await ask(await readPhoto(file))) ?? "";
    const fits = words.some((word) => hasWord(answer, word));
    answers.push({ file, expected: words, answer, fits });
  }
  return answers;
}

/**
 * A model sees if it names at least one photo and does not say the same of the other. Not both: a
 * small model may err on one. The same thing for each, in whatever words, is the mark of one that
 * gets no image, or always the first.
 */
export function canaryPasses(answers: readonly CanaryAnswer[]): boolean {
  return answers.some(
    ({ fits, expected }, own) =>
      fits &&
      answers.every(
        ({ answer }, other) => other === own || !expected.some((word) => hasWord(answer, word)),
      ),
  );
}

/** What a flow is told of a model that does not see. */
export function blindness(
  context: FailureContext,
  version: string,
  answers: readonly CanaryAnswer[],
): TlacError {
  return new TlacError("LMM_BLIND", "lmm.blind", {
    ...context.params,
    version: version || "?",
    expected: answers.map(({ expected }) => expected[0] ?? "?").join(", "),
    answers: answers
      .map(({ answer }) => `“${answer.replace(/\s+/g, " ").slice(0, 80)}”`)
      .join(", "),
  });
}

function hasWord(answer: string, word: string): boolean {
  const escaped = escapePattern(word).replace(/[\s_-]+/g, "[\\s_-]*");
  return new RegExp(`(?<!\\p{L})${escaped}(?:e?s)?(?!\\p{L})`, "iu").test(answer);
}

async function readPhoto(file: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new TlacError("BAD_CONFIG", "lmm.canary-photo-missing", { file }, { cause });
  }
}

/** The photos of the package, wherever its compiled or its source files run from. */
export function defaultCanaryPhotos(): CanaryPhoto[] {
  const photos = path.join(findPackageRoot(), "examples", "photos");
  return CANARY_PHOTOS.map(({ file, words }) => ({ file: path.join(photos, file), words }));
}

/** Two things that look nothing alike and that any model which sees can name. */
const CANARY_PHOTOS: readonly CanaryPhoto[] = [
  { file: "giant-panda.jpg", words: ["panda", "bear"] },
  { file: "espresso.jpg", words: ["espresso", "coffee", "cappuccino", "latte", "cup", "mug"] },
];
