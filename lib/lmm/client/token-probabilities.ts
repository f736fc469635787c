/** A token of an answer as servers tell it, with the most likely ones at its place. */
export interface TokenProbability {
  readonly token: string;
  /** Natural logarithm. */
  readonly logprob: number;
  readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[];
}

/** Characters before a token that tell whether it stands at the choice. */
const LOOK_BACK = 40;

/**
 * The probability of each choice, read where the answer says which: the most likely tokens at
 * that place, those that are a choice, normalised among the choices. Undefined where the server
 * told no probabilities, or where no single token was the choice.
 */
export function readChoiceProbabilities(
  tokens: readonly TokenProbability[],
  choices: readonly string[],
): ReadonlyMap<string, number> | undefined {
  const isJson = tokens
    .map(({ token }) => token)
    .join("")
    .includes("a_choice");
  let before = "";
  for (const { token, logprob: own, top_logprobs: told = [] } of tokens) {
    const atChoice = isJson
      ? /a_choice"?\s*:\s*"?\s*$/.test(before)
      : !/[\p{L}\p{N}]/u.test(before);
    before = (before + token).slice(isJson ? -LOOK_BACK : 0);
    if (!atChoice || !choices.includes(bare(token))) continue;
    // A server that tells what came before its grammar need not have the chosen one among them.
    const isTold = told.some((each) => each.token === token);
    const alternatives = isTold || told.length === 0 ? told : [...told, { token, logprob: own }];
    const weights = new Map(choices.map((choice) => [choice, 0]));
    for (const { token: alternative, logprob } of alternatives) {
      const weight = weights.get(bare(alternative));
      if (weight !== undefined) weights.set(bare(alternative), weight + Math.exp(logprob));
    }
    const sum = [...weights.values()].reduce((total, weight) => total + weight, 0);
    if (sum <= 0) return undefined;
    return new Map([...weights].map(([choice, weight]) => [choice, weight / sum]));
  }
  return undefined;
}

/** Quotes, colons and spaces share a token with the letter as the tokenizer likes. */
function bare(token: string): string {
  return token.replace(/[^\p{L}\p{N}]/gu, "");
}
