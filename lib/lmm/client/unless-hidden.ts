import { CallFailure } from "./failure";
import { ServerFailure } from "./protocol";

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
    if (thrown instanceof CallFailure && isHiding(thrown)) return undefined;
    throw thrown;
  }
}

function isHiding({ answered, remedy, error }: CallFailure): boolean {
  if (!answered || error.code === "LMM_MODEL_MISSING") return false;
  // Too many questions: this one is not worth another.
  return remedy !== "wait" || (error.cause instanceof ServerFailure && error.cause.status === 429);
}
