/** Words with the blank before them, single signs, single line breaks. */
const TOKEN = /\n| ?[\p{L}\p{N}\p{M}]+|[^\S\n]+|[^]/gu;

/** Letters that stand for one token, roughly, in a prompt. */
const LETTERS_PER_TOKEN = 4;

/** Cuts a text as a tokenizer would; joined again it is the same text. */
export function splitTokens(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

/** Rough size of a prompt in tokens. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / LETTERS_PER_TOKEN);
}

/** How many tokens are produced before the repeat limit ends them; all of them if it does not. */
export function countBeforeRepeat(tokens: readonly string[], limit: number): number {
  let run = 0;
  let previous: string | undefined;
  for (const [index, token] of tokens.entries()) {
    const trimmed = token.trim();
    run = trimmed === previous ? run + 1 : 0;
    previous = trimmed;
    if (run > limit) return index;
  }
  return tokens.length;
}

/** One token's probability on the wire. */
export interface TokenProbability {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

/** With its rivals, most probable first. */
export interface Logprob extends TokenProbability {
  readonly top_logprobs?: readonly TokenProbability[];
}

/** What a grammar-forced or obvious token gets. */
const SURE = 0.98;

function describe(token: string, probability: number): TokenProbability {
  // The logarithm of zero is not a number in JSON.
  const logprob = Math.log(Math.max(probability, 1e-9));
  return { token, logprob, bytes: [...Buffer.from(token)] };
}

/** `rivals`: probability by token, the token itself among them, where a brain gave them. */
export function describeLogprob(
  token: string,
  top: number,
  rivals: Readonly<Record<string, number>> = { [token]: SURE },
): Logprob {
  const own = describe(token, rivals[token] ?? SURE);
  if (top === 0) return own;
  const ranked = Object.entries(rivals)
    .sort(([, a], [, b]) => b - a)
    .slice(0, top)
    .map(([rival, probability]) => describe(rival, probability));
  return { ...own, top_logprobs: ranked };
}
