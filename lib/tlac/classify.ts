/**
 * From one frame to one result. Each mode is a way from the frame to a verdict:
 *
 * - `clip`: image tower against the classes' texts, no LMM.
 * - `slac`: the LMM names what it sees, the text match decides (the paper's single stage).
 * - `tlac`: a second LMM call picks from the whole class list, then the text match decides
 *   (the paper's two stages; arXiv 2503.12206).
 * - `cascade`: as `slac`, but a near-tie pays for a second call about the near classes only.
 */
import { randomUUID } from "node:crypto";

import { freezeDeep } from "../basics/freeze-deep";
import { TlacError, throwIfClosed } from "../errors";
import { factsOf, type Frame } from "../frame/frame";
import type { AnswerFilter } from "../lmm/answer-filter";
import type { AskOptions, Candidate, Lmm, LmmTimings, Proposal, Question, Reply } from "../lmm/lmm";
import { decide, type Decision, type DecisionRules } from "../match/decide";
import type { Ranking } from "../match/ranking";
import type { VocabularyIndex } from "../match/vocabulary-index";
import { askWholeList } from "./ask-whole-list";
import { settleNearTie } from "./cascade";
import { explainVerdict, vocabularyLanguage } from "./explain";
import type { ReconcileMemo } from "./reconcile-memo";
import type { Mode, Result, Verdict } from "./result";
import type { StepFacts, StepName, StepReport } from "./steps";

/** What a decision needs besides the frame. */
export interface ClassifyOptions {
  readonly mode: Mode;
  /** May be null in mode `clip`. */
  readonly lmm: Lmm | null;
  readonly index: VocabularyIndex;
  /** Whatever is left out is the model's measured default. */
  readonly rules?: Partial<DecisionRules>;
  /** What the LMM is asked about the image. */
  readonly prompt?: string;
  /** How it is to answer that; default: JSON. */
  readonly answer?: "json" | "text";
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

/** What a mode finds out, before it becomes a result. */
interface Finding extends Words {
  readonly ranking: Ranking;
  readonly verdict: Verdict;
  readonly reconciledFromMemo: boolean;
}

/**
 * Classifies one frame. Throws `BAD_CONFIG` where the mode does not fit the models, and what the
 * LMM and the embedder throw; a failure is never a class.
 */
export async function classifyFrame(frame: Frame, options: ClassifyOptions): Promise<Result> {
  const clock = new StepClock(options.frameMs ?? 0);
  const run = new Run(options, clock);
  const result = run.toResult(options.mode, await run.findClass(frame));
  return freezeDeep({ ...result, ...factsOf(frame) });
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

/** Matches words that were found elsewhere: the second half of mode `slac`. */
export async function classifyWords(
  words: Words,
  options: Omit<ClassifyOptions, "mode" | "lmm">,
): Promise<Result> {
  const run = new Run({ ...options, mode: "slac", lmm: null }, new StepClock(options.frameMs ?? 0));
  return run.toResult("slac", await run.match(words));
}

/** An answer as words to match; an empty one is no word. */
function oneName(name: string): Words {
  return { candidates: name ? [{ name, synonyms: [] }] : [], description: "" };
}

/** What a rule of the user's forbids is unknown, however well it would match. */
function rejectDecision(decision: Decision): Verdict {
  return { ...decision, outcome: "unknown", class: null, label: null, reason: "filtered" };
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

  constructor(
    private readonly options: ClassifyOptions,
    private readonly clock: StepClock,
  ) {}

  findClass(frame: Frame): Promise<Finding> {
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
    const { index } = this.options;
    const { info } = index.embedder;
    if (!info.hasVision) {
      throw new TlacError("BAD_CONFIG", "tlac.mode-needs-images", { model: info.name });
    }
    const { embedding } = await this.step(
      "see",
      () => this.clock.time("embed", () => index.embedder.see(frame, this.askOptions())),
      () => ({ model: info.name }),
    );
    if (!embedding) {
      throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.no-image-vector", {
        model: info.name,
        dims: info.dims,
      });
    }
    const ranking = await this.rank(() =>
      this.clock.time("match", () => index.matchVector(embedding)),
    );
    const verdict = decide(ranking, this.rules("image"), index.vocabulary);
    return { candidates: [], description: "", ranking, verdict, reconciledFromMemo: false };
  }

  private async slac(frame: Frame): Promise<Finding> {
    return this.match(await this.propose(frame));
  }

  private async tlac(frame: Frame): Promise<Finding> {
    const ask = this.secondStage();
    const proposal = await this.propose(frame);
    const predicted = proposal.candidates[0]?.name;
    // Rules may have dropped every name: there is nothing to ask about then.
    if (proposal.forcedUnknown || !predicted) return this.match(proposal);
    const answer = await askWholeList({
      labels: this.options.index.vocabulary.classes.map(({ label }) => label),
      predicted,
      ask,
      tokens: this.options.lmm?.questionTokens,
      findLabel: async (name) => (await this.rankWords(oneName(name))).classes[0]?.label,
    });
    const finding = await this.match(oneName(answer));
    return { ...finding, candidates: proposal.candidates, description: proposal.description };
  }

  private async cascade(frame: Frame): Promise<Finding> {
    const ask = this.secondStage();
    const proposal = await this.propose(frame);
    const finding = await this.match(proposal);
    if (finding.verdict.reason !== "near-tie") return finding;
    const settled = await settleNearTie({
      ask,
      proposal,
      ranking: finding.ranking,
      rules: this.rules("text"),
      vocabulary: this.options.index.vocabulary,
      memo: this.options.memo,
      frame: this.options.secondLook ? frame : undefined,
      verdict: finding.verdict,
    });
    return { ...finding, ...settled };
  }

  /** The text match and its decision. */
  async match(words: Words): Promise<Finding> {
    const { index } = this.options;
    const ranking = await this.rank(() => this.rankWords(words));
    const decision = decide(ranking, this.rules("text"), index.vocabulary);
    const verdict = words.forcedUnknown ? rejectDecision(decision) : decision;
    const { candidates, description } = words;
    return { candidates, description, ranking, verdict, reconciledFromMemo: false };
  }

  private rankWords({ candidates, description }: Words): Promise<Ranking> {
    const { index } = this.options;
    return this.clock.time("match", () => index.match(candidates, description, this.askOptions()));
  }

  private rank(work: () => Promise<Ranking>): Promise<Ranking> {
    const model = this.options.index.embedder.info.name;
    return this.step("match", work, ({ classes: ranking }) => ({ model, ranking }));
  }

  private async propose(frame: Frame): Promise<Proposal & Words> {
    const { lmm, prompt, answer, mode, filter } = this.options;
    if (!lmm) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    const options = { ...this.askOptions(), ...(answer ? { answer } : {}) };
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

  /** Checked before the first call, so that a wrong mode costs no LMM time. */
  private secondStage(): (question: Question) => Promise<Reply> {
    const { lmm, mode } = this.options;
    if (!lmm?.ask) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-lmm", { mode });
    const ask = lmm.ask.bind(lmm);
    return (question) =>
      this.step(
        "ask",
        () => this.spend(() => ask(question, this.askOptions())),
        ({ model, text }) => ({ model: model.name, question: question.prompt, answer: text }),
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

  private rules(side: "text" | "image"): DecisionRules {
    const defaults = this.options.index.embedder.info.decision[side];
    return { background: true, ...defaults, ...this.options.rules };
  }

  private askOptions(): AskOptions {
    return this.options.signal ? { signal: this.options.signal } : {};
  }

  toResult(mode: Mode, finding: Finding): Result {
    const { index } = this.options;
    const { vocabulary } = index;
    const { verdict, ranking } = finding;
    const { name, digest } = index.embedder.info;
    const winner = vocabulary.classes.find(({ id }) => id === verdict.class);
    return freezeDeep({
      id: randomUUID(),
      outcome: verdict.outcome,
      class: verdict.class,
      label: verdict.label,
      score: verdict.score,
      margin: verdict.margin,
      confidence: null,
      alert: winner?.alert ?? "none",
      ranking: [...ranking.classes],
      candidates: [...finding.candidates],
      description: finding.description,
      mode,
      cached: { frame: false, reconcile: finding.reconciledFromMemo },
      models: { lmm: this.lmmModel, embedder: { name, digest } },
      timings: this.clock.toTimings(),
      lmmCalls: this.lmmCalls,
      reason: verdict.reason,
      explanation: explainVerdict(verdict, ranking, vocabularyLanguage(vocabulary)),
    });
  }
}
