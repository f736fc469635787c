import { TlacError, toError, type ErrorCode } from "../../errors";
import { redact } from "../../net/redact";
import { certificateProblem, networkCode, speaksNoTls } from "../../net/tls-problem";
import { drillError, type DrilledError } from "./drill-error";
import { ProtocolFailure, ServerFailure } from "./transport";

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
  ) {
    super(error.message, { cause: error });
  }
}

/** Of one client, for the sentences about its failures. */
export interface FailureContext {
  readonly params: {
    /** What the server is called, such as "Ollama". */
    readonly server: string;
    /** Its address, without user and password. */
    readonly host: string;
    readonly model: string;
    readonly numCtx: number;
  };
  /** Never to be repeated in a sentence. */
  readonly secrets: readonly string[];
}

/** Names any failure of a call to one kind of server. */
export type NameFailure = (thrown: unknown, context: FailureContext) => CallFailure;

type Key = ConstructorParameters<typeof TlacError>[1];

/** One kind of failed answer. */
export interface FailureRule {
  readonly test: (status: number, error: DrilledError, challenge: string) => boolean;
  readonly code: ErrorCode;
  readonly key: Key;
  readonly remedy: Remedy;
}

/** What a server's own rules may look for: its words. */
export const says =
  (pattern: RegExp): FailureRule["test"] =>
  (_status, { message }) =>
    pattern.test(message);
const is =
  (...statuses: number[]): FailureRule["test"] =>
  (status) =>
    statuses.includes(status);
const asks =
  (login: RegExp): FailureRule["test"] =>
  (status, _error, challenge) =>
    status === 401 && login.test(challenge);

/** What llama.cpp's server says, which other servers quote. Texts: a status alone tells little. */
const SHARED_TEXTS: readonly FailureRule[] = [
  {
    test: (_status, { type, message }) =>
      type === "exceed_context_size_error" ||
      /exceeds the (available )?context|context length|context size/i.test(message),
    code: "BAD_CONFIG",
    key: "lmm.context-too-small",
    remedy: "never",
  },
  {
    test: says(
      /does not support multimodal|image input is not supported|missing data required for image|does not support image/i,
    ),
    code: "LMM_NO_VISION",
    key: "lmm.no-vision",
    remedy: "never",
  },
  {
    test: says(
      /failed to load image|unknown format|decode webp|failed to process inputs|illegal base64|mtmd embedding/i,
    ),
    code: "BAD_IMAGE",
    key: "lmm.image-refused",
    remedy: "never",
  },
];

/** What proxies and HTTP itself say, whatever the server. */
const STATUSES: readonly FailureRule[] = [
  {
    test: says(/HTTP request (was sent )?to (an )?HTTPS/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-https",
    remedy: "never",
  },
  {
    test: asks(/^\s*basic\b/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-password",
    remedy: "never",
  },
  {
    test: asks(/^\s*(?!bearer\b)[a-z]/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.wants-login",
    remedy: "never",
  },
  { test: is(401), code: "LMM_UNREACHABLE", key: "lmm.unauthorised", remedy: "never" },
  { test: is(403), code: "LMM_UNREACHABLE", key: "lmm.forbidden", remedy: "never" },
  { test: is(429, 503), code: "LMM_BUSY", key: "lmm.busy", remedy: "wait" },
  { test: is(502, 504), code: "LMM_UNREACHABLE", key: "lmm.gateway", remedy: "wait" },
  {
    test: (status, { message }) =>
      (status >= 300 && status < 400) ||
      (status === 404 && /page not found/i.test(message)) ||
      status === 405,
    code: "LMM_UNREACHABLE",
    key: "lmm.other-server",
    remedy: "never",
  },
  {
    test: (status, { message }) => status >= 500 && message === "",
    code: "LMM_UNREACHABLE",
    key: "lmm.model-crashed",
    remedy: "crash",
  },
  {
    test: (status) => status >= 500 || status === 200,
    code: "LMM_UNREACHABLE",
    key: "lmm.server-failed",
    remedy: "never",
  },
];

/**
 * Names failures by the first rule that fits: what any llama.cpp says, then the server's own
 * words, then the bare status. Texts stand before statuses: a 500 may be for ever (a bad option)
 * and a 400 may be the model's fault. An error of our own (a deadline, `CLOSED`) stays what it is.
 */
export function nameFailuresBy(own: readonly FailureRule[]): NameFailure {
  const rules = [...SHARED_TEXTS, ...own, ...STATUSES];
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
  key: Extract<Key, `lmm.answer-${string}`>,
  context: FailureContext,
  answer = "",
): CallFailure {
  const shown = redact(answer.slice(0, 1_000).replace(/\s+/g, " ").slice(0, 120), context.secrets);
  const error = new TlacError("LMM_BAD_ANSWER", key, { ...context.params, answer: shown });
  return new CallFailure(error, "reseed", true);
}

function fail(
  code: ErrorCode,
  key: Key,
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
      : `${error.promptTokens} > ${error.contextTokens ?? context.params.numCtx}`;
  const login = failure.status === 401 ? failure.challenge.slice(0, 120) : "";
  const detail = tokens || login || error.message || `HTTP ${failure.status}`;
  return rule
    ? fail(rule.code, rule.key, rule.remedy, context, failure, detail)
    : fail("BAD_CONFIG", "lmm.request-refused", "never", context, failure, detail);
}

/** Time heals none of what a certificate is refused for. */
function fromNetwork(error: Error, context: FailureContext): CallFailure {
  const code = networkCode(error);
  const detail = code ?? error.message;
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
