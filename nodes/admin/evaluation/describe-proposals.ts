import type { Evaluation } from "../../../lib/evaluation/evaluation";
import type { Change, ChangeKind } from "../../../lib/evaluation/proposals/change";
import type { Proposal } from "../../../lib/evaluation/proposals/proposal";
import type { Score } from "../../../lib/evaluation/proposals/score";
import { translate, type Language, type Phrase } from "../../../lib/i18n/catalogue";

/** A proposal as a dialog shows it. */
export interface ProposalView {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly sentence: string;
  readonly reason: string;
  /** What the field of a setting would hold; null: the change is none, or nobody knows of what. */
  readonly value: string | null;
  /** Photos by how they are decided; null: that was not measured. */
  readonly effect: {
    readonly photos: number;
    readonly before: Score;
    readonly after: Score;
    /** What changes, and whether that may be luck. */
    readonly sentence: string;
    readonly isSure: boolean;
  } | null;
}

export function describeProposals(
  { proposals }: Evaluation,
  language: Language,
): readonly ProposalView[] {
  const say = ({ key, params }: Phrase): string => translate(key, params, language);
  return proposals.map(({ id, change, sentence, reason, measured }) => ({
    ...{ id, kind: change.kind, value: readValue(change) },
    sentence: say(sentence),
    reason: say(inDialog(change, reason)),
    effect: measured && describeEffect(measured, say),
  }));
}

function describeEffect(
  { photos, before, after, fixed, broken, isSure }: NonNullable<Proposal["measured"]>,
  say: (phrase: Phrase) => string,
): NonNullable<ProposalView["effect"]> {
  const luck = say({ key: isSure ? "evaluation.proposal-sure" : "evaluation.proposal-luck" });
  const change = say({ key: "evaluation.proposal-fixed", params: { fixed, broken } });
  return { photos, before, after, isSure, sentence: `${luck}: ${change}` };
}

/** On the command line another question is an option; here it is a field. */
function inDialog(change: Change, reason: Phrase): Phrase {
  return change.kind === "prompt" && change.prompt === null
    ? { ...reason, key: "evaluation.reason-prompts-dialog" }
    : reason;
}

function readValue(change: Change): string | null {
  switch (change.kind) {
    case "mode":
      return change.mode;
    case "accept":
      return String(change.accept);
    case "prompt":
      return change.prompt;
    default:
      return null;
  }
}
