import type { CalibrationSample } from "../confidence/calibration";
import { throwIfClosed, TlacError, toError } from "../errors";
import { EnoughNames } from "../lmm/enough-names";
import type { Lmm, Proposal } from "../lmm/lmm";
import { toSample } from "../tlac/calibration-sample";
import { judgeFrame, type ClassifyOptions, type Judgement } from "../tlac/classify";
import {
  type EvaluatedPhoto,
  type FailedPhoto,
  type JudgedPhoto,
  type StageTimes,
} from "./evaluated-photo";
import { findBlame } from "./find-blame";
import type { TruePhoto } from "./labels/match-labels";
import type { Heard } from "./record/heard";
import { replayAnswers } from "./record/replay-answers";
import type { StoredEmbedder } from "./store/stored-embedder";
import { UnansweredError } from "./store/stored-lmm";
import type { StoredFrame, StoredPictures } from "./store/stored-pictures";

/** How photos are judged: with a stored embedder and LMM, so that no model is asked twice. */
export interface Bench {
  readonly pictures: StoredPictures;
  /** The embedder that `options.index` was built with. */
  readonly embedder: StoredEmbedder;
  readonly options: ClassifyOptions;
  /** What the LMM once said of a picture, by its file: it is not asked anew. */
  readonly heard?: ReadonlyMap<string, Heard> | undefined;
  /**
   * Only what decides is heard, as in a flow, and no step is blamed; default: all stages, for the
   * samples.
   */
  readonly asInFlow?: boolean;
}

export interface EvaluatedPhotos {
  readonly photos: readonly EvaluatedPhoto[];
  /** Of the judged ones that somebody spoke about, for whoever calibrates. */
  readonly samples: readonly CalibrationSample[];
}

/** Classes that a trace shows, and words of an LMM. */
const MOST_RANKED = 5;
const MOST_CANDIDATES = 20;

/** An LMM that many pictures in a row cannot reach is not there: the rest would fail as well. */
const MOST_FAILURES_IN_A_ROW = 5;

/**
 * Judges every photo, one after the other. A photo that cannot be judged is listed with its reason;
 * throws `CLOSED`, `BAD_CONFIG`, and the failure of a model or server that fails again and again.
 */
export async function evaluatePhotos(
  photos: readonly TruePhoto[],
  bench: Bench,
  onDone?: (done: number) => void,
): Promise<EvaluatedPhotos> {
  const { signal, index } = bench.options;
  const positions = new Map(index.vocabulary.classes.map(({ id }, at) => [id, at]));
  const evaluated: EvaluatedPhoto[] = [];
  const samples: CalibrationSample[] = [];
  let failures = 0;
  for (const [at, photo] of photos.entries()) {
    throwIfClosed(signal);
    try {
      const truth = photo.truth === null ? null : (positions.get(photo.truth) ?? null);
      const { judged, sample } = await judgePhoto(photo, truth, bench);
      evaluated.push(judged);
      if (sample) samples.push(sample);
      failures = 0;
    } catch (thrown) {
      throwIfClosed(signal);
      const failed = describeFailure(photo, thrown);
      // A question that must not be asked says nothing of the server.
      const isFailure = failed.blame === "failed" && !(thrown instanceof UnansweredError);
      if (isFailure && ++failures >= MOST_FAILURES_IN_A_ROW) throw thrown;
      evaluated.push(failed);
    }
    onDone?.(at + 1);
  }
  return { photos: evaluated, samples };
}

async function judgePhoto(
  photo: TruePhoto,
  truth: number | null,
  { pictures, embedder, options, heard: known, asInFlow = false }: Bench,
): Promise<{ judged: JudgedPhoto; sample: CalibrationSample | null }> {
  const frame = await pictures.open(photo.file);
  const before = known?.get(photo.file);
  const { lmm, said, taken } = listen(before ? replayAnswers(before, options.lmm) : options.lmm);
  const judgement = await judgeFrame(frame, { ...options, lmm }, !asInFlow);
  const { result, estimate, evidence } = judgement;
  const proposal = said();
  const { index } = options;
  const heard = { candidates: result.candidates, description: result.description };
  const blame = asInFlow
    ? null
    : await findBlame({
        ...{ result, evidence, heard, truth, index },
        said: proposal ?? null,
        taken: taken() ?? null,
      });
  const judged: JudgedPhoto = {
    ...photo,
    picture: frame.hash,
    outcome: result.outcome,
    decided: result.class,
    best: estimate ? (result.ranking[0]?.class ?? null) : null,
    confidence: result.confidence,
    lmmCalls: judgement.calls.length,
    times: timesOf(judgement, frame, embedder),
    trace: {
      description: result.description,
      candidates: (proposal ?? heard).candidates.slice(0, MOST_CANDIDATES),
      ranking: result.ranking.slice(0, MOST_RANKED),
      reason: result.reason,
      explanation: result.explanation,
    },
    blame,
  };
  frame.rest();
  return { judged, sample: toSample(judgement, photo.truth) };
}

/**
 * The LMM, and all that it has proposed, before any rule of the user's; also what it would not have
 * come to, because a name before was enough.
 */
function listen(lmm: Lmm | null): {
  lmm: Lmm | null;
  said: () => Proposal | undefined;
  /** As far as it was waited for. */
  taken: () => Proposal | undefined;
} {
  let said: Proposal | undefined;
  let taken: Proposal | undefined;
  const heard: Lmm | null = lmm && {
    propose: async (frame, prompt, { enough, ...options } = {}) => {
      said = await lmm.propose(frame, prompt, options);
      // One that cannot read a question, the recogniser, gives its names at once.
      const isWritten = lmm.ask !== undefined && (options.answer ?? "names") === "names";
      if (!isWritten || !enough) return (taken = said);
      // As in a flow, where the answer ends there.
      const candidates = await new EnoughNames(enough).takeOf(said.candidates);
      return (taken = { ...said, candidates });
    },
    ...(lmm.ask && { ask: lmm.ask.bind(lmm) }),
    get questionTokens() {
      return lmm.questionTokens;
    },
  };
  return { lmm: heard, said: () => said, taken: () => taken };
}

/** What each step took when its model really worked, whether that was today or not. */
function timesOf(
  { result, calls }: Judgement,
  frame: StoredFrame,
  embedder: StoredEmbedder,
): StageTimes {
  const lmm = calls.reduce((sum, { total }) => sum + total, 0);
  const embed = result.timings.embed > 0 ? embedder.timeOf(frame) : 0;
  const { match } = result.timings;
  return { frame: frame.ms, lmm, embed, match, total: frame.ms + lmm + embed + match };
}

/** Throws what no other photo could be judged with either. */
function describeFailure(photo: TruePhoto, thrown: unknown): FailedPhoto {
  if (!(thrown instanceof TlacError)) {
    const { message } = toError(thrown);
    return { ...photo, outcome: "failed", code: null, reason: message, blame: "failed" };
  }
  const { code, key, params } = thrown;
  if (code === "BAD_CONFIG" || code === "CLOSED") throw thrown;
  const blame = code === "BAD_IMAGE" ? "unreadable" : "failed";
  return { ...photo, outcome: "failed", code, reason: { key, params }, blame };
}
