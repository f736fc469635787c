import { randomUUID } from "node:crypto";

import type { Calibration } from "../confidence/calibration";
import { findCalibration } from "../confidence/calibration-store";
import { DEFAULT_COEFFICIENTS, type Coefficients, type Estimate } from "../confidence/confidence";
import { guaranteeOf } from "../confidence/guarantee";
import { DEFAULT_KNOB } from "../confidence/knob";
import { calibrationKey } from "./calibration-key";
import { explainAsking, explainVerdict, vocabularyLanguage } from "./explain";
import { estimateFinding, type Finding } from "./finding";
import type { Inquiry } from "./inquiry";
import { judge } from "./judge";
import { describeRanking } from "./ranking";
import type { Result, Verdict } from "./result";

/** What a finding comes to, by the knob, the calibration and the rules of one decision. */
export class Ruling {
  constructor(private readonly inquiry: Inquiry) {}

  /** `estimate`: how sure the winner is; null: not at all. */
  judge(
    finding: Finding,
    estimate: Estimate | null = estimateFinding(finding, this.coefficients),
  ): Verdict {
    const { index, accept = DEFAULT_KNOB, rules = {} } = this.inquiry.options;
    const { words, evidence, staged = false } = finding;
    const { coefficients } = this;
    const { vocabulary } = index;
    const verdict = judge({
      ...{ evidence, estimate, knob: accept, coefficients, staged, rules, vocabulary },
    });
    // What a rule of the user's forbids is unknown, however well it would match.
    const filtered: Partial<Verdict> = words.forcedUnknown
      ? { outcome: "unknown", class: null, label: null, reason: "filtered" }
      : {};
    return { ...verdict, ...filtered };
  }

  estimate(finding: Finding): Estimate | null {
    return estimateFinding(finding, this.coefficients);
  }

  conclude(finding: Finding): Result {
    const { index, mode } = this.inquiry.options;
    const { vocabulary } = index;
    const { classes } = vocabulary;
    const verdict = this.judge(finding);
    const { outcome, class: id, label, confidence, score, margin, reason } = verdict;
    const { name, digest } = index.embedder.info;
    const best = classes[finding.evidence.combined.order[0] ?? -1];
    const accept = best?.accept ?? this.inquiry.options.accept ?? DEFAULT_KNOB;
    const language = vocabularyLanguage(vocabulary);
    const ranking = describeRanking(finding.evidence, classes);
    const { stage, spotCheck } = finding;
    const { failure } = this.inquiry;
    const explained = explainVerdict(verdict, ranking, finding.evidence, language);
    return {
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
      ...(stage ? { cascade: stage } : {}),
      ...(spotCheck ? { spotCheck } : {}),
      ...(failure ? { lmmFailure: { code: failure.code, message: failure.in(language) } } : {}),
      cached: { frame: false, reconcile: finding.fromMemo },
      models: { lmm: this.inquiry.lmmModel, embedder: { name, digest } },
      timings: this.inquiry.clock.toTimings(),
      lmmCalls: this.inquiry.lmmCalls,
      reason,
      explanation: explainAsking(explained, finding, failure, language),
    };
  }

  private get coefficients(): Coefficients {
    return this.findCalibration() ?? DEFAULT_COEFFICIENTS;
  }

  /** The newest calibration of these models in this mode. */
  private findCalibration(): Calibration | undefined {
    const { options, knownModel } = this.inquiry;
    const { calibrations = [] } = options;
    if (calibrations.length === 0) return undefined;
    return findCalibration(calibrations, calibrationKey(options, knownModel));
  }
}
