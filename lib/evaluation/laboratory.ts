import type { CalibrationSample } from "../confidence/calibration";
import type { Embedder } from "../clip/embedder";
import type { ExampleSet } from "../examples/example-set";
import type { Roi } from "../frame/frame";
import type { Lmm } from "../lmm/lmm";
import { VocabularyIndex } from "../match/vocabulary-index";
import type { ClassifyOptions } from "../tlac/classify";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { isJudged, type EvaluatedPhoto } from "./evaluated-photo";
import { evaluatePhotos } from "./evaluate-photos";
import { computeFigures, type Figures } from "./figures/figures";
import type { LabelledPhoto } from "./labels/labelled-set";
import { matchLabels, type LabelMatch, type TruePhoto } from "./labels/match-labels";
import type { Heard } from "./record/heard";
import type { BlobStore } from "./store/blob-store";
import { StoredEmbedder } from "./store/stored-embedder";
import { storeAnswers } from "./store/stored-lmm";
import { StoredPictures } from "./store/stored-pictures";
import { UnseenExamples } from "./unseen-examples";

/** Models that are asked once, and the store that keeps what they say. */
export interface LaboratoryOptions {
  readonly embedder: Embedder;
  readonly store: BlobStore;
  /** Part of each picture that counts; default: the whole of it. */
  readonly roi?: Roi | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One way to judge: all that can be changed without asking a model anew. */
export interface Experiment extends Pick<
  ClassifyOptions,
  | "mode"
  | "accept"
  | "rules"
  | "prompt"
  | "answer"
  | "filter"
  | "sight"
  | "secondLook"
  | "calibrations"
> {
  readonly vocabulary: Vocabulary;
  /** The sentence around every name; default: the usual one. */
  readonly template?: string | undefined;
  /** Confirmed pictures, of whatever classes. */
  readonly examples?: ExampleSet | undefined;
}

/** How an experiment went. */
export interface Outcome {
  /** With the names that the glossary adds. */
  readonly vocabulary: Vocabulary;
  readonly photos: readonly EvaluatedPhoto[];
  readonly samples: readonly CalibrationSample[];
  readonly ambiguous: LabelMatch["ambiguous"];
  readonly figures: Figures;
}

/** Photos that show whether the LMM was ever asked in a way. */
const PROBE = 3;

/**
 * Judges labelled photos in one way after another. What a model has once said of a picture is
 * taken from the store, so that a second way costs milliseconds a picture, and comes out as if
 * everything had been asked anew.
 */
export class Laboratory {
  readonly embedder: StoredEmbedder;
  readonly pictures: StoredPictures;
  private lmm: Lmm | null = null;
  private heard: ReadonlyMap<string, Heard> | undefined;
  /** Knows what the LMM has said, and asks nothing. */
  private memory: Lmm | null = null;

  constructor(private readonly options: LaboratoryOptions) {
    const { embedder, store, roi, signal } = options;
    this.embedder = new StoredEmbedder(embedder, store);
    this.pictures = new StoredPictures(store, { roi, signal });
  }

  /**
   * Takes in the LMM that is asked where the store has no answer.
   *
   * @param identity digest of its model, and its settings where they change answers
   */
  useLmm(lmm: Lmm, identity: string): void {
    const { store } = this.options;
    this.lmm = storeAnswers(lmm, identity, store);
    this.memory = storeAnswers(lmm, identity, store, { recallOnly: true });
  }

  /** Takes what an LMM once said, by the picture's file, instead of asking one. */
  replay(heard: ReadonlyMap<string, Heard>): void {
    this.heard = heard;
  }

  /** Whether a second stage can be asked, or is told what it was. */
  get canAsk(): boolean {
    return this.lmm?.ask !== undefined || this.heard !== undefined;
  }

  /** Whether an LMM could be asked something new. */
  get canAskAnew(): boolean {
    return this.lmm?.ask !== undefined;
  }

  /** Throws as `evaluatePhotos` does. */
  async judge(
    photos: readonly LabelledPhoto[],
    experiment: Experiment,
    onDone?: (done: number) => void,
  ): Promise<Outcome> {
    const { index, options } = await this.prepare(experiment, this.lmm);
    const { vocabulary } = index;
    const { photos: matched, ambiguous } = matchLabels(photos, vocabulary);
    const { pictures, embedder, heard } = this;
    const evaluated = await evaluatePhotos(matched, { pictures, embedder, options, heard }, onDone);
    const figures = computeFigures(evaluated.photos, vocabulary);
    return { vocabulary, ...evaluated, ambiguous, figures };
  }

  /**
   * Judges photos in another way without asking the LMM anything: one about which it would have to
   * be asked is a failed one. Null where it never was asked in this way. Throws as `judge` does.
   */
  async judgeUnasked(
    photos: readonly TruePhoto[],
    experiment: Experiment,
  ): Promise<readonly EvaluatedPhoto[] | null> {
    const { options } = await this.prepare(experiment, this.memory);
    const { pictures, embedder, heard } = this;
    const unchecked = { ...options, spotChecks: 0 };
    const bench = { pictures, embedder, options: unchecked, heard, asInFlow: true };
    const probe = await evaluatePhotos(photos.slice(0, PROBE), bench);
    if (probe.photos.every(({ outcome }) => outcome === "failed")) return null;
    const { photos: others } = await evaluatePhotos(photos.slice(PROBE), bench);
    return [...probe.photos, ...others];
  }

  /** The image as the tower sees it; null where the model has none. Throws `BAD_IMAGE`. */
  async see(photo: LabelledPhoto): Promise<Float32Array | null> {
    if (!this.embedder.info.hasVision) return null;
    const { signal } = this.options;
    const frame = await this.pictures.open(photo.file);
    const { features } = await this.embedder.see(frame, signal ? { signal } : {});
    frame.rest();
    return features;
  }

  /** The small picture of a photo that was judged, as JPEG; null where there is none. */
  async thumbnail(photo: EvaluatedPhoto): Promise<Uint8Array | null> {
    return isJudged(photo) ? this.pictures.thumbnail(photo.picture) : null;
  }

  private async prepare(
    { vocabulary: written, template, examples, ...experiment }: Experiment,
    lmm: Lmm | null,
  ): Promise<{ index: VocabularyIndex; options: ClassifyOptions }> {
    const { signal } = this.options;
    const index = await VocabularyIndex.build(written, this.embedder, {
      ...(template ? { template } : {}),
      ...(signal ? { signal } : {}),
    });
    const options: ClassifyOptions = {
      ...experiment,
      ...{ index, lmm },
      examples: examples && UnseenExamples.of(examples, index.vocabulary.classes),
      ...(signal ? { signal } : {}),
    };
    return { index, options };
  }
}
