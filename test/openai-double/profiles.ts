/** The manners in which servers of this API differ, as far as a client meets them. */

export type ProfileName =
  "llama-server" | "vllm" | "vllm-0.8" | "sglang" | "ollama" | "lm-studio" | "localai" | "litellm";

/** How an error is wrapped. */
export type ErrorForm =
  | "llama" // {error:{code,message,type}}
  | "vllm" // {error:{message,type,param,code}}
  | "flat" // {object:"error",message,type,param,code}; nested inside a stream
  | "null-code" // {error:{…,param:null,code:null}}
  | "text-code" // {error:{…,code:"400"}}
  | "text" // {error:"…"}
  | "empty"; // no body at all

export interface Profile {
  /** `owned_by` in the list of models. */
  readonly owner: string;
  readonly version: string;
  /** The paths answer without `/v1` as well. */
  readonly bare: boolean;
  readonly health: "json" | "empty" | "none";
  readonly errors: ErrorForm;
  /** What a wrong key meets; null: no key is looked at. */
  readonly refusal: { readonly status: number; readonly body: unknown } | null;
  /** Paths that need no key. */
  readonly open: readonly string[];
  readonly unknownPath: "llama" | "detail" | "text" | "studio";
  /** The list also tells abilities (`models[]`), and `meta`. */
  readonly tellsAbilities: boolean;
  readonly unknownModel: { readonly status: number; readonly text: string } | "ignored";
  /** What a URL of an image may be. */
  readonly images: "llama" | "any" | "ollama" | "studio";
  /** Several turns of the user are made of one turn's parts. */
  readonly noVision: { readonly status: number; readonly text: string } | "silent";
  readonly tooLong: "counted" | "told" | "cut";
  /** `max_completion_tokens` counts. */
  readonly readsCompletionTokens: boolean;
  readonly schemas: "kept" | "refused" | "ignored";
  readonly jsonObject: "kept" | "free" | "refused";
  /** Most alternatives of a token; 0: token probabilities are never told. */
  readonly topLogprobs: number;
  readonly tokenIds: boolean;
  /** The chosen token need not be among its alternatives: those are told before the grammar. */
  readonly hidesChosen: boolean;
  readonly streamOptions: "taken" | "refused" | "ignored";
  /** Content of a stream's first chunk; "token": it is a token already. */
  readonly first: null | "" | "token";
  /** Keeps the connection alive before the first token. */
  readonly comment: string;
  /** How an error in the middle of a stream ends it. */
  readonly lateError: "bare" | "done" | "lost";
  /** An answer that is not streamed goes on when its client has left. */
  readonly runsOn: boolean;
  readonly thoughts: readonly ("reasoning" | "reasoning_content")[];
  /** `reasoning_effort` and `chat_template_kwargs` are known. */
  readonly quietable: boolean;
  readonly timings: boolean;
  /**
   * What counts the tokens in every part: `timings_per_token`, or `continuous_usage_stats` in the
   * options of a stream; `refused`: neither is let through.
   */
  readonly counting: "timings" | "usage" | "none" | "refused";
  readonly cachedTokens: "told" | "null" | "absent";
  /** Requests that may wait for a slot; beyond them 503. */
  readonly maxWaiting: number;
}

const LLAMA: Profile = {
  owner: "llamacpp",
  version: "b10488-0123abcd",
  bare: true,
  health: "json",
  errors: "llama",
  refusal: {
    status: 401,
    body: { error: { message: "Invalid API Key", type: "authentication_error", code: 401 } },
  },
  open: ["/health", "/models"],
  unknownPath: "llama",
  tellsAbilities: true,
  unknownModel: "ignored",
  images: "llama",
  noVision: {
    status: 500,
    text: "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
  },
  tooLong: "counted",
  readsCompletionTokens: true,
  schemas: "kept",
  jsonObject: "free",
  topLogprobs: 50,
  tokenIds: true,
  hidesChosen: true,
  streamOptions: "taken",
  first: null,
  comment: "",
  lateError: "bare",
  runsOn: true,
  thoughts: ["reasoning_content"],
  quietable: true,
  timings: true,
  counting: "timings",
  cachedTokens: "told",
  maxWaiting: Infinity,
};

const VLLM: Profile = {
  ...LLAMA,
  owner: "vllm",
  version: "0.33.0",
  bare: false,
  health: "empty",
  errors: "vllm",
  refusal: { status: 401, body: { error: "Unauthorized" } },
  open: ["/health", "/version"],
  unknownPath: "detail",
  tellsAbilities: false,
  unknownModel: { status: 404, text: "The model `{model}` does not exist. Valid aliases: {ids}" },
  images: "any",
  noVision: { status: 400, text: "{model} is not a multimodal model" },
  tooLong: "told",
  jsonObject: "kept",
  topLogprobs: 20,
  tokenIds: false,
  first: "",
  comment: ": keep-alive\n\n",
  lateError: "done",
  runsOn: false,
  thoughts: ["reasoning"],
  timings: false,
  counting: "usage",
  cachedTokens: "null",
  maxWaiting: 512,
};

/** What is known of each; a test that needs a mixture spreads one and changes a field. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  "llama-server": LLAMA,
  vllm: VLLM,
  "vllm-0.8": {
    ...VLLM,
    version: "0.8.5",
    errors: "flat",
    thoughts: ["reasoning_content"],
    quietable: false,
  },
  sglang: {
    ...VLLM,
    owner: "sglang",
    version: "0.5.23",
    errors: "flat",
    refusal: { status: 403, body: { error: "Forbidden" } },
    unknownModel: "ignored",
    noVision: {
      status: 400,
      text: "Model only supports text input; received unsupported content type 'image_url'.",
    },
    thoughts: ["reasoning_content"],
  },
  ollama: {
    ...LLAMA,
    owner: "library",
    version: "0.33.0",
    bare: false,
    health: "none",
    errors: "null-code",
    refusal: null,
    unknownPath: "text",
    tellsAbilities: false,
    unknownModel: { status: 404, text: "model '{model}' not found" },
    images: "ollama",
    noVision: "silent",
    tooLong: "cut",
    readsCompletionTokens: false,
    jsonObject: "kept",
    topLogprobs: 20,
    tokenIds: false,
    hidesChosen: false,
    first: "token",
    lateError: "lost",
    runsOn: false,
    thoughts: ["reasoning"],
    timings: false,
    counting: "none",
    cachedTokens: "absent",
    maxWaiting: 512,
  },
  "lm-studio": {
    ...LLAMA,
    owner: "organization_owner",
    version: "",
    bare: false,
    health: "none",
    errors: "text",
    refusal: null,
    unknownPath: "studio",
    tellsAbilities: false,
    unknownModel: { status: 404, text: "Model not found: {model}" },
    images: "studio",
    noVision: { status: 400, text: "Model does not support images. Please use a model that does." },
    tooLong: "told",
    readsCompletionTokens: false,
    jsonObject: "refused",
    topLogprobs: 0,
    first: "token",
    runsOn: false,
    timings: false,
    counting: "none",
    cachedTokens: "absent",
  },
  localai: {
    ...VLLM,
    owner: "",
    version: "",
    errors: "empty",
    refusal: {
      status: 401,
      body: { error: { code: 401, message: "An authentication key is required", type: "" } },
    },
    open: ["/readyz"],
    health: "none",
    unknownPath: "text",
    unknownModel: { status: 404, text: "model '{model}' not found" },
    schemas: "ignored",
    topLogprobs: 0,
    first: "",
    comment: "",
    counting: "none",
    cachedTokens: "absent",
    quietable: false,
  },
  litellm: {
    ...VLLM,
    owner: "openai",
    version: "",
    errors: "text-code",
    refusal: {
      status: 400,
      body: { error: { message: "No connected db.", type: "no_db_connection", code: "400" } },
    },
    open: ["/health/liveliness"],
    health: "none",
    unknownModel: { status: 400, text: "Invalid model name passed in model={model}" },
    streamOptions: "refused",
    counting: "none",
    comment: "",
    runsOn: true,
  },
};
