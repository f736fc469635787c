import type { Frame } from "../frame/frame";
import type { Proposal } from "../lmm/lmm";
import { calibrationKey } from "./calibration-key";
import type { ClassifyOptions } from "./classify";
import { NO_WORDS, type Finding, type Seen, type Words } from "./finding";
import type { Ask, Inquiry } from "./inquiry";
import { hearAgain } from "./modes";
import { Names } from "./names";
import type { Ruling } from "./ruling";
import { settleNearTie } from "./settle";
import { compareWords, isSpotChecked } from "./spot-check";

/**
 * Whether a cascade may leave the LMM out, where the image tower can look. The user's rules on its
 * words need words.
 */
export function mayDecideUnasked({
  askAlways,
  filter,
  sight,
  examples,
  index,
}: ClassifyOptions): boolean {
  if (askAlways || filter) return false;
  return index.embedder.info.hasVision && (sight !== false || examples !== undefined);
}

/** Each stage is asked only where those before are not sure enough: sight, words, second question. */
export class Cascade {
  /** What the stages found that could decide, in their order. */
  readonly stages: Finding[] = [];
  /** Calls of the LMM up to the decision; those behind it were heard for the stages alone. */
  calls = 0;

  /** `hearAll`: no stage is left out, though the first that is sure enough decides. */
  constructor(
    private readonly inquiry: Inquiry,
    private readonly ruling: Ruling,
    private readonly hearAll = false,
  ) {}

  async decide(frame: Frame): Promise<Finding> {
    const ask = this.inquiry.secondStage();
    const seen = await this.inquiry.look(frame);
    const settled = await this.settle(seen);
    if (!settled) return this.askWords(frame, seen, ask);
    if (this.hearAll) {
      await this.askWords(frame, seen, ask);
      this.calls = 0;
    } else if (isSpotChecked(frame, this.inquiry.options))
      return this.checkWords(frame, seen, settled);
    return settled;
  }

  /** What is decided without the LMM of a frame that may settle; undefined where it has to be asked. */
  async decideUnasked(frame: Frame): Promise<Finding | undefined> {
    // Whether the mode fits the LMM is no matter of the picture.
    this.inquiry.secondStage();
    return this.settle(await this.inquiry.look(frame));
  }

  /** The first stage, where it is sure enough. */
  private async settle(seen: Seen): Promise<Finding | undefined> {
    if (!this.hasFirstStage(seen)) return undefined;
    const { index } = this.inquiry.options;
    const evidence = await this.inquiry.weighSeen(seen, NO_WORDS);
    const winner = index.vocabulary.classes[evidence.combined.order[0] ?? -1];
    // Only words can rule a class with not-words out.
    if (!winner || winner.not.length > 0) return undefined;
    const first = { words: NO_WORDS, evidence, fromMemo: false, staged: true } as const;
    this.stages.push({ ...first, stage: "sight" });
    // Whether a calibration is of this LMM shows with its first answer.
    if (this.mayBeCalibrated && !this.inquiry.knownModel) return undefined;
    const { outcome } = this.ruling.judge(first);
    return outcome === "class" ? { ...first, stage: "sight" } : undefined;
  }

  private get mayBeCalibrated(): boolean {
    const { options } = this.inquiry;
    const { embedder, mode } = calibrationKey(options, null);
    return (options.calibrations ?? []).some(
      ({ key }) => key.embedder === embedder && key.mode === mode,
    );
  }

  private hasFirstStage({ sight, examples }: Seen): boolean {
    return mayDecideUnasked(this.inquiry.options) && Boolean(sight ?? examples);
  }

  private async askWords(frame: Frame, seen: Seen, ask: Ask): Promise<Finding> {
    const staged = this.hasFirstStage(seen);
    const names = new Names(this.inquiry, this.ruling, seen, staged);
    const proposal = await names.propose(frame);
    const first: Finding = { ...(await names.match(proposal)), stage: "words", staged };
    this.stages.push(first);
    this.calls = this.inquiry.lmmCalls.length;
    const isOpen = this.ruling.judge(first).reason === "near-tie";
    // A stricter knob would have asked again.
    const couldBe = this.hearAll && this.ruling.judge(first, null).reason === "near-tie";
    if (!isOpen && !couldBe) return first;
    const second = await this.askAgain(frame, seen, { first, proposal, ask });
    if (!isOpen) return first;
    this.calls = this.inquiry.lmmCalls.length;
    return second;
  }

  private async askAgain(
    frame: Frame,
    seen: Seen,
    { first, proposal, ask }: { first: Finding; proposal: Proposal & Words; ask: Ask },
  ): Promise<Finding> {
    const { index, memo, secondLook } = this.inquiry.options;
    const answer = await this.inquiry.spare(async () => ({
      choice: await settleNearTie({
        ask,
        proposal: { ...proposal, ...first.words },
        evidence: first.evidence,
        vocabulary: index.vocabulary,
        memo,
        frame: secondLook ? frame : undefined,
      }),
    }));
    if (!answer) return first;
    const { choice } = answer;
    const asked: Finding = { ...first, stage: "second question" };
    // An answer that settles nothing leaves the near-tie open, but it was asked for.
    if (!choice) return { ...asked, evidence: { ...first.evidence, chosen: -1 } };
    const heard = { ...hearAgain(this.inquiry, asked, seen, choice), fromMemo: choice.fromMemo };
    // "None of these" makes no class, however sure it is.
    if (choice.chosen !== null) this.stages.push(heard);
    return heard;
  }

  private async checkWords(frame: Frame, seen: Seen, settled: Finding): Promise<Finding> {
    const { vocabulary } = this.inquiry.options.index;
    const winner = settled.evidence.combined.order[0] ?? -1;
    const spotCheck = await this.inquiry.spare(async () => {
      const words = await this.inquiry.propose(frame);
      const { evidence } = await this.inquiry.match(words, seen);
      return compareWords(winner, evidence.words, words, vocabulary);
    });
    return spotCheck ? { ...settled, spotCheck } : settled;
  }
}
