import { TlacError } from "../../errors";
import type { HostAddress } from "./address";
import type { CanaryPhoto } from "./canary";
import type { AnswerForm } from "../answer-forms";
import { DEADLINES, PACE, type Deadlines, type Pace } from "./limits";
import { usefulSide } from "./useful-side";

/** How a server of any kind is spoken to. Only `model` has no default. */
export interface ServerSettings {
  /** Empty: this machine, at the port that such servers usually have. */
  readonly host?: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
  /** PEM file of certificates that are trusted beside the usual ones. */
  readonly caFile?: string;
  readonly model: string;
  /** Tokens that an answer may have. */
  readonly numPredict?: number;
  readonly seed?: number;
  /** What is asked where a call has no prompt: a domain's name or a template. */
  readonly prompt?: string;
  /** How it is answered where a call does not say; default: `names`. */
  readonly answer?: AnswerForm;
  /** Longest side in pixels of the images that are sent; default: what the model can use. */
  readonly imageSide?: number;
  readonly deadlines?: Partial<Deadlines>;
  /** Show two known photos before the first message and after each change of server or model. */
  readonly canary?: boolean;
  /** Two photos; default: two of the package's examples. */
  readonly canaryPhotos?: readonly CanaryPhoto[];
  /** Pauses and periods, for whoever needs others. */
  readonly pace?: Partial<Pace>;
}

export interface ResolvedServerSettings extends Required<
  Omit<ServerSettings, "host" | "apiKey" | "deadlines" | "pace" | "canaryPhotos" | "imageSide">
> {
  readonly address: HostAddress;
  readonly headers: Readonly<Record<string, string>>;
  /** Never to be repeated in a sentence. */
  readonly secrets: readonly string[];
  readonly deadlines: Deadlines;
  readonly imageSide: number;
  readonly canaryPhotos: readonly CanaryPhoto[] | undefined;
  readonly pace: Pace;
}

/** Fills in the defaults. Throws `BAD_CONFIG` for a key that cannot be sent. */
export function resolveServerSettings(
  settings: ServerSettings,
  address: HostAddress,
): ResolvedServerSettings {
  const apiKey = readApiKey(settings.apiKey);
  const authorization = apiKey ? `Bearer ${apiKey}` : address.authorization;
  return {
    model: settings.model.trim(),
    numPredict: settings.numPredict ?? 300,
    seed: settings.seed ?? 42,
    prompt: settings.prompt ?? "",
    answer: settings.answer ?? "names",
    imageSide: settings.imageSide ?? usefulSide(settings.model),
    canary: settings.canary ?? true,
    caFile: settings.caFile?.trim() ?? "",
    address,
    headers: authorization ? { authorization } : {},
    secrets: [apiKey, ...address.secrets].filter((secret) => secret !== ""),
    deadlines: { ...DEADLINES, ...settings.deadlines },
    canaryPhotos: settings.canaryPhotos,
    pace: { ...PACE, ...settings.pace },
  };
}

/** A header takes visible ASCII alone. The sentence about another key does not repeat it. */
function readApiKey(given = ""): string {
  const key = given.trim().replace(/^bearer\s+/i, "");
  if (/^[\x21-\x7e]*$/.test(key)) return key;
  throw new TlacError("BAD_CONFIG", "lmm.bad-api-key");
}
