import { nameFailuresBy } from "../client/failure";
import { is, LLAMA_TEXTS, says, STATUSES, type FailureRule } from "../client/failure-rules";

/** What llama-server, vLLM, SGLang, LM Studio, LocalAI, LiteLLM and Ollama say by this API. */
const OPENAI_TEXTS: readonly FailureRule[] = [
  {
    test: (_status, { type, message }) =>
      type === "exceed_context_size_error" ||
      /exceeds the (available )?context|(maximum )?context length|maximum model length|context size/i.test(
        message,
      ),
    code: "BAD_CONFIG",
    key: "lmm.context-full",
    remedy: "never",
  },
  {
    test: says(
      /not a multimodal model|only supports text input|unsupported content type .?image_url|does not support images/i,
    ),
    code: "LMM_NO_VISION",
    key: "lmm.no-vision",
    remedy: "never",
  },
  {
    test: says(/must be a base64 encoded image|invalid image input|unsupported image/i),
    code: "BAD_IMAGE",
    key: "lmm.image-refused",
    remedy: "never",
  },
  {
    test: says(
      /the model .* does not exist|model .*not found|model is required|invalid model name|could not find model|no models? loaded/i,
    ),
    code: "LMM_MODEL_MISSING",
    key: "lmm.model-not-served",
    remedy: "never",
  },
  {
    test: says(/json.?schema|response_format|grammar|guided decoding|structured output/i),
    code: "BAD_CONFIG",
    key: "lmm.request-refused",
    remedy: "plain",
  },
  {
    test: says(/no connected db|invalid proxy server token/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.unauthorised",
    remedy: "never",
  },
  { test: is(403), code: "LMM_UNREACHABLE", key: "lmm.unauthorised", remedy: "never" },
  {
    test: says(/out.of.memory|cudaMalloc failed|unable to allocate/i),
    code: "LMM_BUSY",
    key: "lmm.out-of-memory",
    remedy: "crash",
  },
  {
    test: says(/engine.*(dead|died)|EngineCore|model has crashed|backend.*(crash|unavailable)/i),
    code: "LMM_UNREACHABLE",
    key: "lmm.model-crashed",
    remedy: "crash",
  },
  // A path that the server does not have; an unknown model says so in words.
  { test: is(404), code: "LMM_UNREACHABLE", key: "lmm.other-server", remedy: "never" },
  // Some use 500 for what the request is to blame for, others for what passes: tried once more.
  {
    test: (status, { message }) => status === 500 && message !== "",
    code: "LMM_UNREACHABLE",
    key: "lmm.server-failed",
    remedy: "reseed",
  },
];

/** Names any failure of a call to an OpenAI-compatible server. */
export const toCallFailure = nameFailuresBy([...OPENAI_TEXTS, ...LLAMA_TEXTS, ...STATUSES]);
