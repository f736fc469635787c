import type { Choice } from "../confidence/second-answer";
import { TlacError } from "../errors";
import type { Frame } from "../frame/frame";
import { combine } from "../witness/combine";
import { askWholeList } from "./ask-whole-list";
import { NO_WORDS, type Finding, type Seen } from "./finding";
import type { Inquiry } from "./inquiry";
import { Names } from "./names";
import type { Ruling } from "./ruling";
import { hearChoice } from "./settle";

/** Sight and examples alone. Throws `BAD_CONFIG` where the model cannot see. */
export async function findByImage(inquiry: Inquiry, frame: Frame): Promise<Finding> {
  const { name: model, hasVision } = inquiry.options.index.embedder.info;
  if (!hasVision) throw new TlacError("BAD_CONFIG", "tlac.mode-needs-images", { model });
  const seen = await inquiry.look(frame);
  if (!seen.sight && !seen.examples) {
    throw new TlacError("BAD_CONFIG", "match.no-readable-name", { model });
  }
  return { words: NO_WORDS, evidence: await inquiry.weighSeen(seen, NO_WORDS), fromMemo: false };
}

/** The LMM's words beside what is seen. */
export async function findByWords(
  inquiry: Inquiry,
  ruling: Ruling,
  frame: Frame,
): Promise<Finding> {
  const names = new Names(inquiry, ruling, await inquiry.look(frame));
  return names.match(await names.propose(frame));
}

/** Then which of the whole class list that is. */
export async function findByWholeList(inquiry: Inquiry, frame: Frame): Promise<Finding> {
  const ask = inquiry.secondStage();
  const seen = await inquiry.look(frame);
  const proposal = await inquiry.propose(frame);
  const predicted = proposal.candidates[0]?.name;
  const first = await inquiry.match(proposal, seen);
  // Rules may have dropped every name: there is nothing to ask about then.
  if (proposal.forcedUnknown || !predicted) return first;
  const { index, lmm } = inquiry.options;
  const { classes } = index.vocabulary;
  const find = async (name: string): Promise<number | undefined> => {
    const heard = await inquiry.hear({ candidates: [{ name, synonyms: [] }], description: "" });
    return heard ? combine({ words: heard }, classes.length, 1).order[0] : undefined;
  };
  const answer = await askWholeList({
    labels: classes.map(({ label }) => label),
    predicted,
    ask,
    tokens: lmm?.questionTokens,
    findLabel: async (name) => classes[(await find(name)) ?? -1]?.label,
  });
  const chosen = answer ? await find(answer) : undefined;
  if (chosen === undefined) return first;
  return hearAgain(inquiry, first, seen, { chosen, others: classes.length - 1, forced: true });
}

/** The finding once a second answer has been heard. */
export function hearAgain(inquiry: Inquiry, first: Finding, seen: Seen, choice: Choice): Finding {
  const { words } = first.evidence;
  const heard = words && hearChoice(words, choice);
  const evidence = { ...inquiry.weigh(heard, seen, first.words), chosen: choice.chosen };
  return { ...first, evidence, second: { choice, before: first.evidence } };
}
