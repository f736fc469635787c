import path from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts a thread of this package: from the build its compiled file, from the sources (tests,
 * tools) through tsx. `entry` is the file's path without its ending.
 */
export function spawnThread(entry: string, options: WorkerOptions): Worker {
  const extension = path.extname(__filename);
  const loader = extension === ".ts" ? ["--require", require.resolve("tsx/cjs")] : undefined;
  return new Worker(`${entry}${extension}`, {
    ...options,
    ...(loader ? { execArgv: loader } : {}),
  });
}
