/** The server generations that differ in what a client sees. */
export type ProfileName = "0.12.5" | "0.24" | "0.31" | "0.34";

/** What becomes of an image that is sent to a model without vision. */
export type ImageRefusal = "nested-400" | "nested-500" | "blind";

/** One server version's manners. */
export interface Profile {
  /** As `/api/version` tells it. */
  readonly version: string;
  /** Error texts: "new" since llama-server took over in 0.30. */
  readonly dialect: "old" | "new";
  /** Before 0.12.6 an error of the running model was the first line of a 200 stream. */
  readonly firstErrorInStream: boolean;
  /** `/api/tags` tells capabilities and lengths (since 0.30). */
  readonly capabilitiesInTags: boolean;
  /** Token probabilities (since 0.12.11); before, both fields were ignored. */
  readonly logprobs: boolean;
  /** WebP is transcoded since 0.32.14; before, the decoder refused it. */
  readonly webp: boolean;
  /** Whether a model without vision refuses an image, or answers as if it had seen one. */
  readonly refusesImages: boolean;
  /** Equal tokens in a row that end a generation. */
  readonly repeatLimit: number;
  /** How such an end shows: silently, or as an error. */
  readonly repeatEnd: "done-false" | "error";
}

const LEGACY: Profile = {
  version: "0.12.5",
  dialect: "old",
  firstErrorInStream: true,
  capabilitiesInTags: false,
  logprobs: false,
  webp: false,
  refusesImages: false,
  repeatLimit: 30,
  repeatEnd: "done-false",
};

/** Known profiles; a test that needs a mixture spreads one and changes a field. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  "0.12.5": LEGACY,
  "0.24": { ...LEGACY, version: "0.24.0", firstErrorInStream: false, logprobs: true },
  "0.31": {
    ...LEGACY,
    version: "0.31.1",
    dialect: "new",
    firstErrorInStream: false,
    capabilitiesInTags: true,
    logprobs: true,
    refusesImages: true,
  },
  "0.34": {
    ...LEGACY,
    version: "0.34.2",
    dialect: "new",
    firstErrorInStream: false,
    capabilitiesInTags: true,
    logprobs: true,
    webp: true,
    refusesImages: true,
    repeatLimit: 100,
    repeatEnd: "error",
  },
};

/** Tells a profile's name from any other word. */
export function isProfileName(word: string): word is ProfileName {
  return Object.hasOwn(PROFILES, word);
}
