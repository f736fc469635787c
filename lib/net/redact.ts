/** Shorter ones would tear words out of every sentence, and protect nothing. */
const MIN_LENGTH = 4;

/** The text without any of the secrets, whoever wrote them into it. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_LENGTH) clean = clean.replaceAll(secret, "•••");
  }
  return clean;
}
