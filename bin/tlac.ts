#!/usr/bin/env node
import { runCli, type Stop } from "../lib/cli/run-cli";

const ending = new AbortController();
const stop = (reason: Stop): void => {
  ending.abort(reason);
};
// A second Ctrl+C ends the process at once.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stop(signal);
  });
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // `tlac … | head` closes the pipe: that is the reader's choice, not a failure.
    stop(error.code === "EPIPE" ? "pipe" : error);
  });
}

void runCli(
  process.argv.slice(2),
  { out: process.stdout, err: process.stderr },
  ending.signal,
).then((code) => {
  process.exitCode = code;
});
