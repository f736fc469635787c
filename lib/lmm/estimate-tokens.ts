/**
 * An upper estimate of the tokens that a text takes, for models whose tokenizer is not at hand.
 * English words have 4 letters a token and more, which 3 stays under; a digit or a sign may be a
 * token of its own; another script falls back to a token a UTF-8 byte in a SentencePiece
 * vocabulary that lacks its signs (Kudo & Richardson 2018, as Llama and Mistral use it).
 */
export function estimateTokens(text: string): number {
  const words = text.match(/[A-Za-z ]/g)?.length ?? 0;
  return Math.ceil(words / 3) + Buffer.byteLength(text) - words;
}
