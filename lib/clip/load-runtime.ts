import { createRequire } from "node:module";

import type * as onnxruntime from "onnxruntime-node";

import { TlacError, toError } from "../errors";

export type Runtime = typeof onnxruntime;

/** The runtime is optional: its install can fail where everything else works, by a download on Linux. */
const INSTALL = `${process.platform === "linux" ? "ONNXRUNTIME_NODE_INSTALL=skip " : ""}npm install onnxruntime-node@1.30.0`;

/**
 * Loads onnxruntime. Throws `EMBEDDER_UNAVAILABLE` that names the way out where it is not installed
 * or has no build for this platform.
 */
export function loadRuntime(): Runtime {
  try {
    // Half the time of `import()`, which first reads the package for its names.
    const runtime = createRequire(__filename)("onnxruntime-node") as Runtime;
    // A failing run would print its inputs into the log of the process; we report it ourselves.
    runtime.env.logLevel = "fatal";
    return runtime;
  } catch (thrown) {
    throw describeFailure(toError(thrown));
  }
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
