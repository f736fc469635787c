import { TlacError, toError, type ErrorCode } from "../../errors";
import type { MessageKey, Phrase } from "../../i18n/catalogue";
import { redact } from "../../net/redact";
import { certificateProblem, networkCode, speaksNoTls } from "../../net/tls-problem";
import { drillError } from "./drill-error";
import type { FailureRule } from "./failure-rules";
import { ProtocolFailure, ServerFailure } from "./protocol";

/**
 * What can heal a failure. `wait`: time (the server is busy or away); `crash`: one more attempt
 * once the model's process is up again, then one with a smaller image; `reseed`: one more attempt
 * with another seed; `plain`: the same without a schema, which this server refuses; `never`: a
 * person.
 */
export type Remedy = "wait" | "crash" | "reseed" | "plain" | "never";

/** A failed call as the flow will see it, and what may be tried before. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";

  constructor(
    readonly error: TlacError,
    readonly remedy: Remedy,
    /** False: nothing at all came back from the server. */
    readonly answered: boolean,
    /** The server asks to be left alone for so long. */
    readonly retryAfterMs = 0,
  ) {
    super(error.message, { cause: error });
  }
}

/** Of one client, for the sentences about its failures. */
export interface FailureContext {
  readonly params: {
    /** What the server is called, such as "Ollama". */
    readonly server: string | Phrase;
    /** Its address, without user and password. */
    readonly host: string;
    readonly model: string;
    /** Tokens that our settings give to question and answer, where they do. */
    readonly numCtx?: number;
  };
  /** Never to be repeated in a sentence. */
  readonly secrets: readonly string[];
}

/** Names any failure of a call to one kind of server. */
export type NameFailure = (thrown: unknown, context: FailureContext) => CallFailure;

/**
 * Names failures by the first rule that fits. Texts belong before statuses: a 500 may be for ever
 * (a bad option) and a 400 may be the model's fault. An error of our own (a deadline, `CLOSED`)
 * stays what it is.
 */
export function nameFailuresBy(rules: readonly FailureRule[]): NameFailure {
  return (thrown, context) => {
    if (thrown instanceof CallFailure) return thrown;
    if (thrown instanceof TlacError) return new CallFailure(thrown, "never", true);
    if (thrown instanceof ServerFailure) return fromServer(thrown, rules, context);
    if (thrown instanceof ProtocolFailure) {
      return thrown.kind === "not-json"
        ? fail("LMM_UNREACHABLE", "lmm.other-server", "never", context, thrown)
        : fail("LMM_BAD_ANSWER", `lmm.answer-${thrown.kind}`, "reseed", context, thrown);
    }
    return fromNetwork(toError(thrown), context);
  };
}

/** A bad answer that another seed may better. */
export function badAnswer(
  key: Extract<MessageKey, `lmm.answer-${string}`>,
  context: FailureContext,
  answer = "",
): CallFailure {
  const shown = redact(answer.slice(0, 1_000).replace(/\s+/g, " ").slice(0, 120), context.secrets);
  const error = new TlacError("LMM_BAD_ANSWER", key, { ...context.params, answer: shown });
  return new CallFailure(error, "reseed", true);
}

/** A model that is known to take no images. */
export function noVision({ params }: FailureContext): TlacError {
  const detail = { key: "lmm.reason-no-vision" } as const;
  return new TlacError("LMM_NO_VISION", "lmm.no-vision", { ...params, detail });
}

function fail(
  code: ErrorCode,
  key: MessageKey,
  remedy: Remedy,
  context: FailureContext,
  cause: Error,
  detail = cause.message,
): CallFailure {
  const params = { ...context.params, detail: redact(detail, context.secrets) };
  return new CallFailure(
    new TlacError(code, key, params, { cause }),
    remedy,
    cause instanceof ServerFailure || cause instanceof ProtocolFailure,
    cause instanceof ServerFailure ? cause.retryAfterMs : 0,
  );
}

function fromServer(
  failure: ServerFailure,
  rules: readonly FailureRule[],
  context: FailureContext,
): CallFailure {
  const error = drillError(failure.body);
  const rule = rules.find(({ test }) => test(failure.status, error, failure.challenge));
  const tokens =
    error.promptTokens === undefined
      ? ""
      : `${error.promptTokens} > ${error.contextTokens ?? context.params.numCtx ?? "?"}`;
  const login = failure.status === 401 ? failure.challenge.slice(0, 120) : "";
  const wait = failure.retryAfterMs > 0 ? `, Retry-After ${failure.retryAfterMs / 1_000} s` : "";
  const detail = tokens || login || error.message || `HTTP ${failure.status}${wait}`;
  return rule
    ? fail(rule.code, rule.key, rule.remedy, context, failure, detail)
    : fail("BAD_CONFIG", "lmm.request-refused", "never", context, failure, detail);
}

/** `fetch` says that it failed and keeps the reason in its cause. */
function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

/** Time heals none of what a certificate is refused for. */
function fromNetwork(error: Error, context: FailureContext): CallFailure {
  const code = networkCode(error);
  const detail = code ?? innermost(error).message;
  const problem = certificateProblem(code);
  if (problem) {
    return fail("LMM_UNREACHABLE", `lmm.certificate-${problem}`, "never", context, error, detail);
  }
  if (speaksNoTls(code)) {
    return fail("LMM_UNREACHABLE", "lmm.speaks-no-tls", "never", context, error, detail);
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return fail("LMM_UNREACHABLE", "lmm.host-unknown", "wait", context, error, detail);
  }
  return fail("LMM_UNREACHABLE", "lmm.unreachable", "wait", context, error, detail);
}
