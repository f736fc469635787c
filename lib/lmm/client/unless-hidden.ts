import { CallFailure } from "./failure";

/**
 * Undefined where a proxy answers a question about the server in its own way; whether the server
 * is up is another's question.
 */
export async function unlessHidden<T>(
  asked: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    signal.throwIfAborted();
    const lasting =
      thrown instanceof CallFailure &&
      thrown.answered &&
      thrown.remedy !== "wait" &&
      thrown.error.code !== "LMM_MODEL_MISSING";
    if (lasting) return undefined;
    throw thrown;
  }
}
