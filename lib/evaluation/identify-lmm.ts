import { TlacError } from "../errors";
import type { Phrase } from "../i18n/catalogue";
import { eachHost, withServerDialog, type EngineSettings } from "../lmm/engines";
import type { LmmIdentity } from "../lmm/lmm";
import type { BlobStore } from "./store/blob-store";

/** What an LMM is called in the report, and what its answers are kept under. */
export interface LmmName {
  readonly name: string;
  readonly digest: string;
}

/**
 * The model's digest before it is asked anything. A server that is away is no hindrance where the
 * store has its answers: those of the model that was there last, which `note` is told. Throws what
 * the server does not do where the store knows nothing of it.
 */
export async function identifyLmm(
  settings: EngineSettings,
  store: BlobStore,
  signal: AbortSignal,
  note: (phrase: Phrase) => void,
): Promise<LmmName> {
  const [server] = eachHost(settings);
  const { model: name, host } = server;
  const key = `model ${host ?? ""} ${name}`;
  const known = await store.getJson(key);
  try {
    const { digest = "" } = await withServerDialog(server, signal, (dialog) => dialog.identify());
    if (digest !== known) store.putJson(key, digest);
    return { name, digest };
  } catch (thrown) {
    const digest = known;
    if (typeof digest !== "string" || !(thrown instanceof TlacError) || thrown.code === "CLOSED") {
      throw thrown;
    }
    const reason = { key: thrown.key, params: thrown.params };
    note({ key: "evaluation.stored-model", params: { model: name, reason } });
    return { name, digest };
  }
}

/** What the answers of a model are kept under; a server that tells no digest vouches for itself. */
export function nameAnswers({ name, digest }: LmmName, { engine, host }: EngineSettings): string {
  return `${name} ${digest || `${engine} ${host ?? ""}`}`;
}

/** Name and the digest's first digits. */
export function describeModel({ name, digest }: LmmIdentity): string {
  return digest ? `${name} (${digest.replace(/^sha256:/, "").slice(0, 12)})` : name;
}
