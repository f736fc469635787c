import type { Embedder, Sight } from "../clip/embedder";
import type { Evidence } from "../confidence/features";
import { TlacError, throwIfClosed } from "../errors";
import type { Frame } from "../frame/frame";
import type {
  AskOptions,
  Lmm,
  LmmIdentity,
  LmmTimings,
  Proposal,
  ProposeOptions,
  Question,
  Reply,
} from "../lmm/lmm";
import { joinTexts } from "../lmm/question-text";
import type { WordsTestimony } from "../match/testimonies";
import { combine } from "../witness/combine";
import type { ClassifyOptions } from "./classify";
import { UNSEEN, type Finding, type Seen, type Words } from "./finding";
import { describeRanking, RANKING_LENGTH } from "./ranking";
import type { StepClock } from "./step-clock";
import type { StepFacts, StepName, StepReport } from "./steps";

/** What an image showed, for as long as it waits to be asked about. */
const sights = new WeakMap<Frame, { readonly embedder: Embedder; readonly sight: Sight }>();

/** Which model each LMM last answered with. */
const lastModels = new WeakMap<Lmm, LmmIdentity>();

/** Asks the second stage. */
export type Ask = (question: Question) => Promise<Reply>;

/** Asks the witnesses about one image, and keeps what that costs. */
export class Inquiry {
  readonly lmmCalls: LmmTimings[] = [];
  /** The model that answered; null where none was asked. */
  lmmModel: LmmIdentity | null = null;
  /** The image as its tower sees it, once it has looked. */
  features: Float32Array | null = null;
  /** Why a further question failed that the decision could do without. */
  failure: TlacError | undefined;

  constructor(
    readonly options: ClassifyOptions,
    readonly clock: StepClock,
  ) {}

  /** The model that answers, or that answered last where it is not asked now. */
  get knownModel(): LmmIdentity | null {
    const { lmm } = this.options;
    if (this.lmmModel || !lmm) return this.lmmModel;
    return lmm.identity ?? lastModels.get(lmm) ?? null;
  }

  /** Sight and examples, as far as they may testify. */
  async look(frame: Frame): Promise<Seen> {
    const { index, examples, mode } = this.options;
    // Without words there is nobody else to ask.
    const sight = mode === "clip" || this.options.sight !== false;
    const { embedder } = index;
    if (!embedder.info.hasVision || (!sight && !examples)) return UNSEEN;
    const seen = await this.step(
      "see",
      () => this.clock.time("embed", () => this.see(frame)),
      () => ({ model: embedder.info.name }),
    );
    this.features = seen.features;
    return this.clock.time("match", () => ({
      sight: sight ? index.look(seen) : null,
      examples: (seen.features && examples?.testify(seen.features)) ?? null,
    }));
  }

  private async see(frame: Frame): Promise<Sight> {
    const { embedder } = this.options.index;
    const known = sights.get(frame);
    if (known?.embedder === embedder) return known.sight;
    const sight = await embedder.see(frame, this.askOptions());
    sights.set(frame, { embedder, sight });
    return sight;
  }

  /** The LMM's words, after the user's rules on them. */
  async propose(
    frame: Frame,
    enough?: NonNullable<ProposeOptions["enough"]>,
  ): Promise<Proposal & Words> {
    const { lmm, prompt, answer, mode, filter } = this.options;
    if (!lmm) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    const options: ProposeOptions = {
      ...this.askOptions(),
      ...(answer ? { answer } : {}),
      ...(enough ? { enough } : {}),
    };
    const proposal = await this.step(
      "look",
      () => this.spend(() => lmm.propose(frame, prompt ?? "", options)),
      ({ model, candidates, description, raw }) => ({
        ...{ candidates, description, raw },
        model: model.name,
      }),
    );
    if (!filter) return proposal;
    const filtered = await this.step(
      "rules",
      () => filter(proposal, this.askOptions()),
      ({ candidates, description, forcedUnknown }) => ({
        ...{ candidates, description, forcedUnknown },
      }),
    );
    return { ...proposal, ...filtered };
  }

  /**
   * The words' testimony beside what was seen. Throws `BAD_CONFIG` where the words name no class,
   * and the model can read none that they could be compared with.
   */
  async match(words: Words, seen: Seen): Promise<Finding> {
    const { index } = this.options;
    const evidence = await this.tell(async () => this.weigh(await this.hear(words), seen, words));
    const heard = evidence.words;
    if (heard && !heard.exact.some(Boolean) && !seen.sight && !seen.examples && !index.readable) {
      const { name: model } = index.embedder.info;
      throw new TlacError("BAD_CONFIG", "match.no-readable-name", { model });
    }
    return { words, evidence, fromMemo: false };
  }

  hear({ candidates, description }: Words): Promise<WordsTestimony | null> {
    const { index } = this.options;
    return this.clock.time("match", () => index.hear(candidates, description, this.askOptions()));
  }

  weigh(
    words: WordsTestimony | null,
    seen: Seen,
    { candidates }: Pick<Words, "candidates">,
  ): Evidence {
    const { index, examples } = this.options;
    const { length } = index.vocabulary.classes;
    const evidence: Evidence = {
      words,
      ...seen,
      combined: combine({ words, ...seen }, length, RANKING_LENGTH, words?.vetoed),
      exampleFacts: examples ?? null,
      lmmProbability: candidates[0]?.probability,
    };
    const trust = words?.trust(evidence.combined.order[0] ?? -1) ?? 1;
    // Where no picture speaks, the word is all there is.
    if (trust === 1 || !(seen.sight ?? seen.examples)) return evidence;
    return { ...evidence, learned: { trust, seen: this.weigh(null, seen, { candidates: [] }) } };
  }

  /** What was seen alone. */
  weighSeen(seen: Seen, words: Words): Promise<Evidence> {
    return this.tell(() => Promise.resolve(this.weigh(null, seen, words)));
  }

  /** Checked before the first call, so that a wrong mode costs no LMM time. */
  secondStage(): Ask {
    const { lmm, mode } = this.options;
    if (!lmm?.ask) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    return this.asking(lmm.ask.bind(lmm));
  }

  /** A question with its time and cost. */
  asking(ask: NonNullable<Lmm["ask"]>): Ask {
    return (question) =>
      this.step(
        "ask",
        () => this.spend(() => ask(question, this.askOptions())),
        ({ model, text }) => ({ model: model.name, question: joinTexts(question), answer: text }),
      );
  }

  /**
   * What a further question brings: where the LMM fails, that costs the answer, not the decision,
   * which is told that there was one. Undefined then. Throws whatever else fails.
   */
  async spare<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || !thrown.code.startsWith("LMM_")) throw thrown;
      this.failure = thrown;
      return undefined;
    }
  }

  private tell(work: () => Promise<Evidence>): Promise<Evidence> {
    const { embedder, vocabulary } = this.options.index;
    const model = embedder.info.name;
    return this.step("match", work, (evidence) => ({
      model,
      ranking: describeRanking(evidence, vocabulary.classes),
    }));
  }

  private async step<N extends StepName, T>(
    step: N,
    work: () => Promise<T>,
    tell: (value: T) => StepFacts[N],
  ): Promise<T> {
    const { onStep } = this.options;
    if (!onStep) return work();
    onStep({ step, state: "running" });
    const started = performance.now();
    const spent = (): number => performance.now() - started;
    try {
      const value = await work();
      onStep({ step, state: "done", ms: spent(), facts: tell(value) } as StepReport);
      return value;
    } catch (error) {
      onStep({ step, state: "failed", ms: spent(), error });
      throw error;
    }
  }

  private async spend<T extends Proposal | Reply>(call: () => Promise<T>): Promise<T> {
    const { signal, lmm } = this.options;
    throwIfClosed(signal);
    const answer = await this.clock.time("lmm", call);
    this.lmmCalls.push(answer.timings);
    this.lmmModel = answer.model;
    if (lmm) lastModels.set(lmm, answer.model);
    return answer;
  }

  askOptions(): AskOptions {
    return this.options.signal ? { signal: this.options.signal } : {};
  }
}
