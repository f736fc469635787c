/**
 * From one frame to one result. Witnesses testify: the LMM's words, the sight of the image tower,
 * and the examples that a person confirmed. A mode says what the LMM is asked:
 *
 * - `clip`: nothing; sight and examples alone.
 * - `slac`: what it sees (the paper's single stage).
 * - `tlac`: then, which of the whole class list that is (the paper's two stages; arXiv 2503.12206).
 * - `cascade`: as `slac`, but a near-tie pays for a second call about the near classes only.
 */
import { randomUUID } from "node:crypto";

import { freezeDeep } from "../basics/freeze-deep";
import type { Calibration, CalibrationKey } from "../confidence/calibration";
import { findCalibration } from "../confidence/calibration-store";
import {
  DEFAULT_COEFFICIENTS,
  estimateConfidence,
  type Coefficients,
  type Estimate,
} from "../confidence/confidence";
import type { Evidence } from "../confidence/features";
import { guaranteeOf } from "../confidence/guarantee";
import { DEFAULT_KNOB, type Knob } from "../confidence/knob";
import { confidenceAfter, type Choice } from "../confidence/second-answer";
import { TlacError, throwIfClosed } from "../errors";
import { factsOf, type Frame } from "../frame/frame";
import type { AnswerFilter } from "../lmm/answer-filter";
import type { AnswerForm } from "../lmm/answer-forms";
import type {
  AskOptions,
  Candidate,
  Lmm,
  LmmTimings,
  Proposal,
  ProposeOptions,
  Question,
  Reply,
} from "../lmm/lmm";
import { joinTexts } from "../lmm/question-text";
import type { SightTestimony, WordsTestimony } from "../match/testimonies";
import type { VocabularyIndex } from "../match/vocabulary-index";
import { combine } from "../witness/combine";
import type { ExampleIndex } from "../witness/examples";
import type { Testimony } from "../witness/testimony";
import { askSynonyms } from "./ask-synonyms";
import { askWholeList } from "./ask-whole-list";
import { explainVerdict, vocabularyLanguage } from "./explain";
import { judge, type DecisionRules } from "./judge";
import { describeRanking, RANKING_LENGTH } from "./ranking";
import type { ReconcileMemo } from "./reconcile-memo";
import type { Mode, Result, Verdict } from "./result";
import type { StepFacts, StepName, StepReport } from "./steps";
import { hearChoice, settleNearTie } from "./settle";

/** What a decision needs besides the frame. */
export interface ClassifyOptions {
  readonly mode: Mode;
  /** May be null in mode `clip`. */
  readonly lmm: Lmm | null;
  readonly index: VocabularyIndex;
  /** Pictures that a person confirmed, of the vocabulary that `index` has. */
  readonly examples?: ExampleIndex | undefined;
  /** Whether the image tower testifies; default: where the model has one. */
  readonly sight?: boolean;
  /** The knob: accept at most 1 wrong in so many judged pictures; default 50. */
  readonly accept?: Knob | undefined;
  /** What the user's own labelled photos have shown; those of other models or modes do not count. */
  readonly calibrations?: readonly Calibration[] | undefined;
  /** What flows made for version 0.1 still demand beside the confidence. */
  readonly rules?: Partial<DecisionRules>;
  /** What the LMM is asked about the image. */
  readonly prompt?: string;
  /** How it is to answer that; default: names alone. */
  readonly answer?: AnswerForm;
  /** The user's rules on what the LMM says, before it is matched. */
  readonly filter?: AnswerFilter;
  /** Second answers that need not be paid for again. */
  readonly memo?: ReconcileMemo;
  /** Shows the image again with the second question of a cascade. */
  readonly secondLook?: boolean;
  /** Milliseconds that making the frame took, for the result's timings. */
  readonly frameMs?: number;
  /** Hears of each step, for whoever watches a decision happen. */
  readonly onStep?: (report: StepReport) => void;
  readonly signal?: AbortSignal;
}

/** Words to match, wherever they come from. */
export interface Words {
  readonly candidates: readonly Candidate[];
  readonly description: string;
  /** A rule has said that this is none of the classes. */
  readonly forcedUnknown?: boolean;
}

/** A result with what its confidence was computed from. */
export interface Judgement {
  readonly result: Result;
  /** Null where nobody spoke. */
  readonly estimate: Estimate | null;
  readonly evidence: Evidence;
  /** A second answer chose the winner. */
  readonly settled: boolean;
  /** The picture is one of the examples: what it shows of the decision is too kind. */
  readonly isExample: boolean;
  /** What a calibration by such judgements is kept under. */
  readonly key: CalibrationKey;
}

/** What the image alone tells: sight and examples. */
interface Seen {
  readonly sight: SightTestimony | null;
  readonly examples: Testimony | null;
}

/** What a mode finds out, before it becomes a result. */
interface Finding {
  readonly words: Words;
  readonly evidence: Evidence;
  /** A second question's answer, and the evidence before it. */
  readonly second?: { readonly choice: Choice; readonly before: Evidence };
  readonly fromMemo: boolean;
}

const NO_WORDS: Words = { candidates: [], description: "" };
const UNSEEN: Seen = { sight: null, examples: null };

/**
 * Classifies one frame. Throws `BAD_CONFIG` where the mode does not fit the models, and what the
 * LMM and the embedder throw; a failure is never a class.
 */
export async function classifyFrame(frame: Frame, options: ClassifyOptions): Promise<Result> {
  return (await judgeFrame(frame, options)).result;
}

/** One after the other, because each costs an LMM or an image tower its whole attention. */
export async function classifyFrames(
  frames: readonly Frame[],
  options: ClassifyOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const frame of frames) results.push(await classifyFrame(frame, options));
  return results;
}

/** As `classifyFrame`, with the evidence in numbers, for whoever calibrates. */
export async function judgeFrame(frame: Frame, options: ClassifyOptions): Promise<Judgement> {
  const run = new Run(options, new StepClock(options.frameMs ?? 0));
  const { result, ...judgement } = run.conclude(await run.gather(frame));
  const row = run.features && options.examples?.find(run.features);
  const isExample = (row ?? -1) >= 0;
  return { ...judgement, isExample, result: freezeDeep({ ...result, ...factsOf(frame) }) };
}

/** Matches words that were found elsewhere: the second half of mode `slac`, without an image. */
export async function classifyWords(
  words: Words,
  options: Omit<ClassifyOptions, "mode" | "lmm">,
): Promise<Result> {
  const run = new Run({ ...options, mode: "slac", lmm: null }, new StepClock(options.frameMs ?? 0));
  return freezeDeep(run.conclude(await run.match(words, UNSEEN)).result);
}

/** Adds up what each step costs. */
class StepClock {
  private readonly started = performance.now();
  private readonly spent = { lmm: 0, embed: 0, match: 0 };

  constructor(private readonly frameMs: number) {}

  async time<T>(step: keyof StepClock["spent"], work: () => T | Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.spent[step] += performance.now() - started;
    }
  }

  toTimings(): Result["timings"] {
    const total = this.frameMs + performance.now() - this.started;
    return { frame: this.frameMs, ...this.spent, total };
  }
}

/** One decision on its way: the options, what the LMM calls cost, and the modes. */
class Run {
  private readonly lmmCalls: LmmTimings[] = [];
  private lmmModel: Result["models"]["lmm"] = null;
  /** The image as its tower sees it, once it has looked. */
  features: Float32Array | null = null;

  constructor(
    private readonly options: ClassifyOptions,
    private readonly clock: StepClock,
  ) {}

  async gather(frame: Frame): Promise<Finding> {
    switch (this.options.mode) {
      case "clip":
        return this.clip(frame);
      case "slac":
        return this.slac(frame);
      case "tlac":
        return this.tlac(frame);
      case "cascade":
        return this.cascade(frame);
    }
  }

  private async clip(frame: Frame): Promise<Finding> {
    const { info } = this.options.index.embedder;
    if (!info.hasVision) {
      throw new TlacError("BAD_CONFIG", "tlac.mode-needs-images", { model: info.name });
    }
    const seen = await this.look(frame);
    if (!seen.sight && !seen.examples) {
      throw new TlacError("BAD_CONFIG", "match.no-readable-name", { model: info.name });
    }
    const evidence = await this.tell(() => Promise.resolve(this.weigh(null, seen, NO_WORDS)));
    return { words: NO_WORDS, evidence, fromMemo: false };
  }

  private async slac(frame: Frame): Promise<Finding> {
    const [proposal, seen] = await this.lookAndPropose(frame);
    return this.matchNames(proposal, seen);
  }

  private async tlac(frame: Frame): Promise<Finding> {
    const ask = this.secondStage();
    const [proposal, seen] = await this.lookAndPropose(frame);
    const predicted = proposal.candidates[0]?.name;
    const first = await this.match(proposal, seen);
    // Rules may have dropped every name: there is nothing to ask about then.
    if (proposal.forcedUnknown || !predicted) return first;
    const { classes } = this.options.index.vocabulary;
    const find = async (name: string): Promise<number | undefined> => {
      const heard = await this.hear({ candidates: [{ name, synonyms: [] }], description: "" });
      return heard ? combine({ words: heard }, classes.length, 1).order[0] : undefined;
    };
    const answer = await askWholeList({
      labels: classes.map(({ label }) => label),
      predicted,
      ask,
      tokens: this.options.lmm?.questionTokens,
      findLabel: async (name) => classes[(await find(name)) ?? -1]?.label,
    });
    const chosen = answer ? await find(answer) : undefined;
    if (chosen === undefined) return first;
    return this.hearAgain(first, seen, { chosen, others: classes.length - 1, forced: true });
  }

  private async cascade(frame: Frame): Promise<Finding> {
    const ask = this.secondStage();
    const [proposal, seen] = await this.lookAndPropose(frame);
    const first = await this.matchNames(proposal, seen);
    if (this.judge(first).verdict.reason !== "near-tie") return first;
    const choice = await settleNearTie({
      ask,
      proposal: { ...proposal, ...first.words },
      evidence: first.evidence,
      vocabulary: this.options.index.vocabulary,
      memo: this.options.memo,
      frame: this.options.secondLook ? frame : undefined,
    });
    // An answer that settles nothing leaves the near-tie open, but it was asked for.
    const { evidence } = first;
    if (!choice) return { ...first, evidence: { ...evidence, chosen: -1 } };
    return { ...this.hearAgain(first, seen, choice), fromMemo: choice.fromMemo };
  }

  /** The finding once a second answer has been heard. */
  private hearAgain(first: Finding, seen: Seen, choice: Choice): Finding {
    const { words } = first.evidence;
    const heard = words && hearChoice(words, choice);
    const evidence = { ...this.weigh(heard, seen, first.words), chosen: choice.chosen };
    return { ...first, evidence, second: { choice, before: first.evidence } };
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

  /**
   * As `match`, but where nothing is decided, and the winner was not called by its name, the names
   * are asked for synonyms: those cost as many tokens as all else, and most names do without.
   */
  private async matchNames(proposal: Proposal & Words, seen: Seen): Promise<Finding> {
    const first = await this.match(proposal, seen);
    const { lmm, answer = "names", memo, filter } = this.options;
    if (answer !== "names" || !lmm?.ask || !this.lacksNames(first)) return first;
    const { words } = first;
    const ask = this.asking(lmm.ask.bind(lmm));
    const model = this.lmmModel;
    const candidates = await askSynonyms({ candidates: words.candidates, ask, memo, model });
    if (candidates.every(({ synonyms }) => synonyms.length === 0)) return first;
    const more = { ...words, candidates };
    return this.match(filter ? await filter(more, this.askOptions()) : more, seen);
  }

  private lacksNames(finding: Finding): boolean {
    const { words, evidence } = finding;
    if (words.forcedUnknown || words.candidates.length === 0) return false;
    if (words.candidates.some(({ synonyms }) => synonyms.length > 0)) return false;
    const [winner = -1] = evidence.combined.order;
    const isNamed = (evidence.words?.exact[winner] ?? 0) > 0;
    const { reason } = this.judge(finding).verdict;
    // A near-tie has a question of its own.
    return !isNamed && (reason === "below-threshold" || reason === "background");
  }

  private tell(work: () => Promise<Evidence>): Promise<Evidence> {
    const { embedder, vocabulary } = this.options.index;
    const model = embedder.info.name;
    return this.step("match", work, (evidence) => ({
      model,
      ranking: describeRanking(evidence, vocabulary.classes),
    }));
  }

  private hear({ candidates, description }: Words): Promise<WordsTestimony | null> {
    const { index } = this.options;
    return this.clock.time("match", () => index.hear(candidates, description, this.askOptions()));
  }

  private async look(frame: Frame): Promise<Seen> {
    const { index, examples, mode } = this.options;
    // Without words there is nobody else to ask.
    const sight = mode === "clip" || this.options.sight !== false;
    const { embedder } = index;
    if (!embedder.info.hasVision || (!sight && !examples)) return UNSEEN;
    const seen = await this.step(
      "see",
      () => this.clock.time("embed", () => embedder.see(frame, this.askOptions())),
      () => ({ model: embedder.info.name }),
    );
    this.features = seen.features;
    return this.clock.time("match", () => ({
      sight: sight ? index.look(seen) : null,
      examples: (seen.features && examples?.testify(seen.features)) ?? null,
    }));
  }

  private weigh(words: WordsTestimony | null, seen: Seen, { candidates }: Words): Evidence {
    const { index, examples } = this.options;
    const { length } = index.vocabulary.classes;
    return {
      words,
      ...seen,
      combined: combine({ words, ...seen }, length, RANKING_LENGTH, words?.vetoed),
      exampleFacts: examples ?? null,
      lmmProbability: candidates[0]?.probability,
    };
  }

  private async lookAndPropose(frame: Frame): Promise<[Proposal & Words, Seen]> {
    const seen = await this.look(frame);
    return [await this.propose(frame, seen), seen];
  }

  private async propose(frame: Frame, seen: Seen): Promise<Proposal & Words> {
    const { lmm, prompt, answer, mode, filter } = this.options;
    if (!lmm) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    const options: ProposeOptions = {
      ...this.askOptions(),
      ...(answer ? { answer } : {}),
      // The second question of `tlac` is about the first answer as a whole.
      ...(mode === "tlac" ? {} : { enough: (candidates) => this.isEnough(candidates, seen) }),
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

  /** Whether these names decide at the knob: what the LMM would add then costs time alone. */
  private async isEnough(candidates: readonly Candidate[], seen: Seen): Promise<boolean> {
    const { index, filter } = this.options;
    const said: Words = { candidates, description: "" };
    const words = filter ? await filter(said, this.askOptions()) : said;
    const heard = await index.hear(words.candidates, "", this.askOptions());
    const evidence = this.weigh(heard, seen, words);
    return this.judge({ words, evidence, fromMemo: false }).verdict.outcome === "class";
  }

  /** Checked before the first call, so that a wrong mode costs no LMM time. */
  private secondStage(): (question: Question) => Promise<Reply> {
    const { lmm, mode } = this.options;
    if (!lmm?.ask) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    return this.asking(lmm.ask.bind(lmm));
  }

  private asking(ask: NonNullable<Lmm["ask"]>): (question: Question) => Promise<Reply> {
    return (question) =>
      this.step(
        "ask",
        () => this.spend(() => ask(question, this.askOptions())),
        ({ model, text }) => ({ model: model.name, question: joinTexts(question), answer: text }),
      );
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
    const value = await work();
    const ms = performance.now() - started;
    onStep({ step, state: "done", ms, facts: tell(value) } as StepReport);
    return value;
  }

  private async spend<T extends Proposal | Reply>(call: () => Promise<T>): Promise<T> {
    throwIfClosed(this.options.signal);
    const answer = await this.clock.time("lmm", call);
    this.lmmCalls.push(answer.timings);
    this.lmmModel = answer.model;
    return answer;
  }

  private askOptions(): AskOptions {
    return this.options.signal ? { signal: this.options.signal } : {};
  }

  /** The calibration, where it is one of these models in this mode. */
  private findCalibration(): Calibration | undefined {
    return findCalibration(this.options.calibrations ?? [], this.calibrationKey());
  }

  private calibrationKey(): CalibrationKey {
    const { index, mode } = this.options;
    const model = this.lmmModel ?? this.options.lmm?.identity;
    const lmm = model?.digest ?? model?.name ?? "";
    return { embedder: index.embedder.info.digest, lmm, mode };
  }

  private judge(finding: Finding): { verdict: Verdict; estimate: Estimate | null } {
    const { index, accept = DEFAULT_KNOB, rules = {} } = this.options;
    const { words, evidence } = finding;
    const coefficients = this.findCalibration() ?? DEFAULT_COEFFICIENTS;
    const estimate = estimateFinding(finding, coefficients);
    const { vocabulary } = index;
    const verdict = judge({ evidence, estimate, knob: accept, coefficients, rules, vocabulary });
    // What a rule of the user's forbids is unknown, however well it would match.
    const filtered: Partial<Verdict> = words.forcedUnknown
      ? { outcome: "unknown", class: null, label: null, reason: "filtered" }
      : {};
    return { verdict: { ...verdict, ...filtered }, estimate };
  }

  conclude(finding: Finding): Omit<Judgement, "isExample"> {
    const { index, mode } = this.options;
    const { vocabulary } = index;
    const { classes } = vocabulary;
    const { verdict, estimate } = this.judge(finding);
    const { outcome, class: id, label, confidence, score, margin, reason } = verdict;
    const { name, digest } = index.embedder.info;
    const best = classes[finding.evidence.combined.order[0] ?? -1];
    const accept = best?.accept ?? this.options.accept ?? DEFAULT_KNOB;
    const language = vocabularyLanguage(vocabulary);
    const ranking = describeRanking(finding.evidence, classes);
    const result: Result = {
      id: randomUUID(),
      outcome,
      class: id,
      label,
      score,
      margin,
      confidence,
      accept,
      guarantee: guaranteeOf(accept, this.findCalibration(), vocabulary.digest, language),
      alert: (id === null ? undefined : best?.alert) ?? "none",
      ranking,
      candidates: [...finding.words.candidates],
      description: finding.words.description,
      mode,
      cached: { frame: false, reconcile: finding.fromMemo },
      models: { lmm: this.lmmModel, embedder: { name, digest } },
      timings: this.clock.toTimings(),
      lmmCalls: this.lmmCalls,
      reason,
      explanation: explainVerdict(verdict, ranking, finding.evidence, language),
    };
    const settled = finding.second !== undefined;
    const { evidence } = finding;
    return { result, estimate, evidence, settled, key: this.calibrationKey() };
  }
}

/** How sure the winner is, by the evidence and by what a second answer adds to it. */
function estimateFinding(
  { evidence, second }: Finding,
  coefficients: Coefficients,
): Estimate | null {
  if (!second) return estimateConfidence(evidence, coefficients);
  const before = estimateConfidence(second.before, coefficients);
  if (!before) return null;
  const { combined } = second.before;
  return { ...before, confidence: confidenceAfter(second.choice, before.confidence, combined) };
}
