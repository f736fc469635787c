#!/usr/bin/env node
import { runCli } from "../lib/cli/run-cli";

const stop = new AbortController();
process.once("SIGINT", () => {
  stop.abort();
});
// `tlac … | head` closes the pipe: that is the reader's choice, not a failure.
process.stdout.on("error", () => {
  stop.abort();
});

void runCli(process.argv.slice(2), { out: process.stdout, err: process.stderr }, stop.signal).then(
  (code) => {
    process.exitCode = code;
  },
);
