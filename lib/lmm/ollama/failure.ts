import { TlacError, toError } from "../../errors";
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

/** For the sentences. */
export interface FailureContext {
  readonly host: string;
  readonly model: string;
  readonly numCtx: number;
}

/** Names any failure of a call. An error of our own (a deadline, `CLOSED`) stays what it is. */
export function toCallFailure(thrown: unknown, context: FailureContext): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  if (thrown instanceof TlacError) return new CallFailure(thrown, "never", true);
  if (thrown instanceof ServerFailure) return fromServer(thrown, context);
  if (thrown instanceof ProtocolFailure) {
    return thrown.kind === "not-json"
      ? fail("LMM_UNREACHABLE", "lmm.not-ollama", "never", context, thrown)
      : fail("LMM_BAD_ANSWER", `lmm.answer-${thrown.kind}`, "reseed", context, thrown);
  }
  const error = toError(thrown);
  if (error.message.startsWith("Did not receive done")) {
    return fail("LMM_BAD_ANSWER", "lmm.answer-unfinished", "reseed", context, error);
  }
  return fromNetwork(error, context);
}

/** A bad answer that another seed may better. */
export function badAnswer(
  key:
    | "lmm.answer-empty"
    | "lmm.answer-cut"
    | "lmm.answer-foreign"
    | "lmm.answer-unreadable"
    | "lmm.answer-unfinished",
  context: FailureContext,
  answer = "",
): CallFailure {
  const params = { ...context, answer: answer.replace(/\s+/g, " ").slice(0, 120) };
  return new CallFailure(new TlacError("LMM_BAD_ANSWER", key, params), "reseed", true);
}

type Key = ConstructorParameters<typeof TlacError>[1];

function fail(
  code: TlacError["code"],
  key: Key,
  remedy: Remedy,
  context: FailureContext,
  cause: Error,
  detail = "",
): CallFailure {
  const params = { ...context, detail: detail || cause.message };
  return new CallFailure(
    new TlacError(code, key, params, { cause }),
    remedy,
    cause instanceof ServerFailure || cause instanceof ProtocolFailure,
  );
}

interface Rule {
  readonly test: (status: number, error: DrilledError) => boolean;
  readonly code: TlacError["code"];
  readonly key: Key;
  readonly remedy: Remedy;
}

const says =
  (pattern: RegExp): Rule["test"] =>
  (_status, { message }) =>
    pattern.test(message);
const is =
  (...statuses: number[]): Rule["test"] =>
  (status) =>
    statuses.includes(status);

/**
 * The first rule that fits names the failure. Texts stand before statuses: a 500 may be for ever
 * (a bad option) and a 400 may be the model's fault. Both dialects of Ollama are in here, before
 * and from 0.30.
 */
const RULES: readonly Rule[] = [
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
  {
    test: says(/model .*not found|try pulling it|model is required|file does not exist/i),
    code: "LMM_MODEL_MISSING",
    key: "lmm.model-missing",
    remedy: "never",
  },
  {
    test: says(/invalid model name/i),
    code: "BAD_CONFIG",
    key: "lmm.bad-model-name",
    remedy: "never",
  },
  {
    test: says(/incompatible|no longer compatible/i),
    code: "BAD_CONFIG",
    key: "lmm.model-incompatible",
    remedy: "never",
  },
  {
    test: says(/does not support (chat|generate|thinking|tools)/i),
    code: "BAD_CONFIG",
    key: "lmm.model-unfit",
    remedy: "never",
  },
  {
    test: says(/schema|invalid format|field .*\.format|grammar/i),
    code: "BAD_CONFIG",
    key: "lmm.request-refused",
    remedy: "plain",
  },
  {
    test: says(/^option "|invalid think|invalid duration|missing unit in duration/i),
    code: "BAD_CONFIG",
    key: "lmm.request-refused",
    remedy: "never",
  },
  {
    test: says(/token repeat limit/i),
    code: "LMM_BAD_ANSWER",
    key: "lmm.answer-unfinished",
    remedy: "reseed",
  },
  {
    test: says(/maximum pending requests|server busy/i),
    code: "LMM_BUSY",
    key: "lmm.busy",
    remedy: "wait",
  },
  {
    test: says(/out.of.memory|requires more system memory|cudaMalloc failed|unable to allocate/i),
    code: "LMM_BUSY",
    key: "lmm.out-of-memory",
    remedy: "crash",
  },
  {
    test: says(/timed out waiting for/i),
    code: "LMM_TIMEOUT",
    key: "lmm.load-stalled",
    remedy: "crash",
  },
  {
    test: says(/unexpectedly stopped|has terminated|encountered while running|unexpected EOF/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.model-crashed",
    remedy: "crash",
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
    key: "lmm.not-ollama",
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

function fromServer(failure: ServerFailure, context: FailureContext): CallFailure {
  const error = drillError(failure.body);
  const rule = RULES.find(({ test }) => test(failure.status, error));
  const tokens =
    error.promptTokens === undefined
      ? ""
      : `${error.promptTokens} > ${error.contextTokens ?? context.numCtx}`;
  const detail = tokens || error.message || `HTTP ${failure.status}`;
  return rule
    ? fail(rule.code, rule.key, rule.remedy, context, failure, detail)
    : fail("BAD_CONFIG", "lmm.request-refused", "never", context, failure, detail);
}

function fromNetwork(error: Error, context: FailureContext): CallFailure {
  const detail = networkCode(error) ?? error.message;
  if (detail === "ENOTFOUND" || detail === "EAI_AGAIN") {
    return fail("LMM_UNREACHABLE", "lmm.host-unknown", "wait", context, error, detail);
  }
  return fail("LMM_UNREACHABLE", "lmm.unreachable", "wait", context, error, detail);
}

/** The system's code, which hides some causes deep. */
function networkCode(error: Error): string | undefined {
  let layer: unknown = error;
  for (let depth = 0; depth < 4 && layer instanceof Error; depth += 1) {
    if ("code" in layer && typeof layer.code === "string") return layer.code;
    layer = layer instanceof AggregateError ? (layer.errors[0] as unknown) : layer.cause;
  }
  return undefined;
}
