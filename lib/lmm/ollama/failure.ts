import { ProtocolFailure } from "../client/protocol";
import { nameFailuresBy, type CallFailure, type FailureContext } from "../client/failure";
import { LLAMA_TEXTS, says, STATUSES, type FailureRule } from "../client/failure-rules";

/** What Ollama itself says, in both dialects: before and from 0.30. */
const OLLAMA_TEXTS: readonly FailureRule[] = [
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
];

const nameFailure = nameFailuresBy([...LLAMA_TEXTS, ...OLLAMA_TEXTS, ...STATUSES]);

/** Names any failure of a call to Ollama. */
export function toCallFailure(thrown: unknown, context: FailureContext): CallFailure {
  // What the library makes of an answer without a line, and of a stream that ended before its last.
  if (thrown instanceof SyntaxError) return nameFailure(new ProtocolFailure("not-json"), context);
  const isCut = thrown instanceof Error && thrown.message.startsWith("Did not receive done");
  return nameFailure(isCut ? new ProtocolFailure("unfinished") : thrown, context);
}
