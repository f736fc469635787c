/** The kinds of servers that run an LMM: Ollama's own API, and OpenAI's as others have it. */
export const ENGINES = ["ollama", "openai"] as const;

export type EngineKind = (typeof ENGINES)[number];

/** What stands where no server does: the built-in recogniser works in the same process. */
export const RECOGNISER = "recogniser";
