import { createHash } from "node:crypto";

import { DEFAULT_KNOB } from "../../confidence/knob";
import { isJudged, type EvaluatedPhoto, type JudgedPhoto } from "../evaluated-photo";
import { keyOf } from "./change";
import { CrossValidation } from "./cross-validate";
import { describeChange } from "./describe-change";
import { inRandomOrder } from "./folds";
import type { Proposal } from "./proposal";
import { benefitOf, chanceOf, surest } from "./score";
import type { Trial, TrialBench, Untried } from "./trial";
import { tryExamples } from "./try-examples";
import { suggestSplits, tryNames } from "./try-names";
import { suggestPrompt, tryAccept, tryModes, tryPrompts } from "./try-settings";

/** More photos tell hardly more, and each change judges them all again. */
const MOST_PHOTOS = 500;

/** Of fewer photos nothing can be learned that holds for others. */
const LEAST_PHOTOS = 10;

/** Part of the photos that must be known in a new way: else the figures are those of some of them. */
const LEAST_KNOWN = 0.8;

/** What chance alone does in one of four cases is nothing to change anything for. */
const MOST_CHANCE = 0.25;

/** What a person reads. */
const MOST_MEASURED = 6;
const MOST_UNMEASURED = 2;

/**
 * What to change after an evaluation, the most useful first, each with what it does on photos that
 * it was not made from (cross-validated). Nothing is asked of the LMM: what only it could tell is
 * proposed without figures. Throws as `Laboratory.judge` does.
 *
 * @param onStep is told that the photos are being judged once more
 */
export async function findProposals(trial: Trial, onStep?: () => void): Promise<Proposal[]> {
  const photos = samplePhotos(trial.outcome.photos);
  if (photos.length < LEAST_PHOTOS) return [];
  const check = new CrossValidation(photos, trial.laboratory, onStep);
  const accept = trial.experiment.accept ?? DEFAULT_KNOB;
  const bench: TrialBench = { ...trial, check, accept };
  const tried = [
    ...(await tryNames(bench)),
    ...(await tryExamples(bench)),
    ...(await tryModes(bench)),
    ...(await tryAccept(bench)),
    ...(await tryPrompts(bench)),
  ].filter(({ measured }) => measured.photos >= LEAST_KNOWN * photos.length);
  const sure = surest(tried.map(({ measured }) => measured));
  const measured = tried
    .map((one, at) => {
      const chance = chanceOf(one.measured);
      const benefit = benefitOf(one.measured, accept);
      return { ...one, benefit, chance, isSure: sure[at] === true };
    })
    .filter(({ benefit, chance }) => benefit > 0 && chance <= MOST_CHANCE)
    .sort((a, b) => b.benefit - a.benefit)
    .slice(0, MOST_MEASURED)
    .map(({ measured: comparison, isSure, ...one }) =>
      toProposal(one, trial.outcome, { ...comparison, isSure }),
    );
  const unmeasured = [...suggestSplits(bench), ...suggestPrompt(bench)]
    .slice(0, MOST_UNMEASURED)
    .map((one) => toProposal(one, trial.outcome, null));
  return [...measured, ...unmeasured];
}

function toProposal(
  { change, reason }: Untried,
  { vocabulary }: Trial["outcome"],
  measured: Proposal["measured"],
): Proposal {
  const id = createHash("sha256").update(keyOf(change)).digest("hex").slice(0, 8);
  return { id, change, sentence: describeChange(change, vocabulary), reason, measured };
}

function samplePhotos(photos: readonly EvaluatedPhoto[]): readonly JudgedPhoto[] {
  const judged = photos.filter(isJudged);
  if (judged.length <= MOST_PHOTOS) return judged;
  const kept = new Set(inRandomOrder(judged, ({ name }) => name).slice(0, MOST_PHOTOS));
  return judged.filter((photo) => kept.has(photo));
}
