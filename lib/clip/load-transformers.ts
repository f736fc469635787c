import type * as transformers from "@huggingface/transformers";

import { TlacError, toError } from "../errors";

export type Transformers = typeof transformers;

/** The library is optional: its install can fail where everything else works. */
const INSTALL = "ONNXRUNTIME_NODE_INSTALL=skip npm install @huggingface/transformers";

/**
 * Imports transformers.js and shuts its door to the network. Throws `EMBEDDER_UNAVAILABLE` that
 * names the way out where it is not installed or its runtime has no build for this platform.
 */
export async function loadTransformers(): Promise<Transformers> {
  const library = await import("@huggingface/transformers").catch((thrown: unknown) => {
    throw describeFailure(toError(thrown));
  });
  const { env, LogLevel } = library;
  env.allowRemoteModels = false;
  env.useFSCache = false;
  // A failing run would print its inputs into the log of the process; we report it ourselves.
  env.logLevel = LogLevel.NONE;
  return library;
}

function describeFailure(error: Error): TlacError {
  const platform = `${process.platform}-${process.arch}`;
  const reason = error.message.split("\n")[0] ?? "";
  const { code } = error as NodeJS.ErrnoException;
  if (isMusl()) return unavailable("clip.runtime-musl", { platform }, error);
  if (code === "ERR_DLOPEN_FAILED" || /\.node['"]?/.test(reason)) {
    return unavailable("clip.runtime-unsupported", { platform, reason }, error);
  }
  return unavailable("clip.runtime-missing", { command: INSTALL, reason }, error);
}

function unavailable(
  key: "clip.runtime-musl" | "clip.runtime-unsupported" | "clip.runtime-missing",
  params: Readonly<Record<string, string>>,
  cause: Error,
): TlacError {
  return new TlacError("EMBEDDER_UNAVAILABLE", key, params, { cause });
}

/** Alpine's C library: onnxruntime has no build for it. */
function isMusl(): boolean {
  if (process.platform !== "linux") return false;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined;
}
