import { resolveHost, type HostAddress } from "./host";

/** Milliseconds. Each part of a call has a budget of its own. */
export interface Deadlines {
  /** Until the connection stands, and for the short questions about version and models. */
  readonly connectMs: number;
  /** Without a sign of life while the model loads; a load that makes progress is not ended. */
  readonly loadMs: number;
  /** From the first byte of an answer to its last. */
  readonly answerMs: number;
  /** That a message waits in all, retries included. */
  readonly totalMs: number;
}

/** A photo whose content is known. */
export interface CanaryPhoto {
  /** Path of a JPEG file. */
  readonly file: string;
  /** Any of these words in the answer means that the photo was seen. */
  readonly words: readonly string[];
}

/** How a server is spoken to. Only `model` has no default. */
export interface OllamaSettings {
  /** As `OLLAMA_HOST`; empty: that variable, else this machine. */
  readonly host?: string;
  /** Sent as a bearer token, for a proxy before the server. */
  readonly apiKey?: string;
  readonly model: string;
  /** Go duration ("10m") or seconds; negative: for ever, 0: unload after each call. */
  readonly keepAlive?: string | number;
  readonly numCtx?: number;
  /** Tokens that an answer may have. */
  readonly numPredict?: number;
  readonly seed?: number;
  /** What is asked where a call has no prompt: a domain's name or a template. */
  readonly prompt?: string;
  /** `json`: candidates with synonyms; `text`: one name in plain text, as published. */
  readonly answer?: "json" | "text";
  readonly deadlines?: Partial<Deadlines>;
  /** Show two known photos before the first message and after each change of server or model. */
  readonly canary?: boolean;
  /** Two photos; default: two of the package's examples. */
  readonly canaryPhotos?: readonly CanaryPhoto[];
  /** Pauses and periods, for whoever needs others. */
  readonly pace?: Partial<Pace>;
}

/** Milliseconds between attempts and checks. */
export interface Pace {
  /** Before each further attempt at a server that is busy or cannot be reached. */
  readonly retryMs: readonly number[];
  /** Before the one further attempt after the model's process has died. */
  readonly crashMs: number;
  /** That version and digest are taken for known. */
  readonly factsMs: number;
  /** Until a blind model is shown the photos again. */
  readonly blindMs: number;
  /** Between two looks at a loading model. */
  readonly loadPollMs: number;
  /** First pause after the server was down several times in a row; doubles up to 16 times. */
  readonly breakerMs: number;
  /** Failures in a row until that pause. */
  readonly breakerThreshold: number;
}

export interface ResolvedSettings extends Required<
  Omit<OllamaSettings, "host" | "apiKey" | "deadlines" | "pace" | "canaryPhotos">
> {
  readonly address: HostAddress;
  readonly headers: Readonly<Record<string, string>>;
  readonly deadlines: Deadlines;
  readonly canaryPhotos: readonly CanaryPhoto[] | undefined;
  readonly pace: Pace;
}

const DEADLINES: Deadlines = {
  connectMs: 5_000,
  loadMs: 300_000,
  answerMs: 60_000,
  totalMs: 300_000,
};

const PACE: Pace = {
  retryMs: [500, 2_000],
  crashMs: 2_000,
  factsMs: 30_000,
  blindMs: 60_000,
  loadPollMs: 2_000,
  breakerMs: 5_000,
  breakerThreshold: 3,
};

/** Fills in the defaults. Throws `BAD_CONFIG` for a host that is none. */
export function resolveSettings(settings: OllamaSettings): ResolvedSettings {
  const address = resolveHost(settings.host);
  const authorization = settings.apiKey ? `Bearer ${settings.apiKey}` : address.authorization;
  return {
    model: settings.model.trim(),
    keepAlive: settings.keepAlive ?? "30m",
    // One image of LLaVA 1.6 alone is up to 2,880 tokens.
    numCtx: settings.numCtx ?? 4_096,
    numPredict: settings.numPredict ?? 300,
    seed: settings.seed ?? 42,
    prompt: settings.prompt ?? "",
    answer: settings.answer ?? "json",
    canary: settings.canary ?? true,
    address,
    headers: authorization ? { authorization } : {},
    deadlines: { ...DEADLINES, ...settings.deadlines },
    canaryPhotos: settings.canaryPhotos,
    pace: { ...PACE, ...settings.pace },
  };
}
