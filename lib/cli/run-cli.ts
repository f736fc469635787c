import { translate, toLanguage, type Language } from "../i18n/catalogue";
import { toError } from "../errors";
import { calibratePhotos } from "./calibrate";
import { classifyPhotos } from "./classify-photos";
import { estimate } from "./estimate";
import { evaluate } from "./evaluate";
import { describeError, type Streams } from "./streams";
import { readOptions } from "./read-options";
import { UsageError } from "./usage-error";

/**
 * Why a command ends before its work does, the reason of its signal: the reader of its output has
 * enough, the output cannot be written, or a person or the system wants an end.
 */
export type Stop = "pipe" | "SIGINT" | "SIGTERM" | Error;

/** As shells count: 128 and the signal's number. */
const STOP_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs `tlac …`; resolves to its exit code: 0 all judged, or the reader of the output went away; 1
 * at least one failed (of an evaluation: all); 2 wrong usage; 130 and 143 stopped by SIGINT and
 * SIGTERM. The reason of the signal is a `Stop`.
 */
export async function runCli(
  args: readonly string[],
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const language = toLanguage(process.env.LC_ALL ?? process.env.LC_MESSAGES ?? process.env.LANG);
  try {
    const [name, ...rest] = args;
    if (name === "estimate") {
      await estimate(rest, streams, language);
      return 0;
    }
    if (name === "evaluate") return (await evaluate(rest, streams, language, signal)) ? 0 : 1;
    const command = readOptions(args);
    if (!command) {
      streams.out.write(translate("cli.usage", {}, language));
      return 0;
    }
    const done =
      command.name === "calibrate"
        ? await calibratePhotos(command, streams, language, signal)
        : await classifyPhotos(command, streams, language, signal);
    return done ? 0 : 1;
  } catch (thrown) {
    // Whatever failed because of the stop, the stop is what happened.
    if (signal.aborted) return reportStop(signal.reason as Stop, streams, language);
    streams.err.write(`tlac: ${describeError(toError(thrown), language)}\n`);
    return thrown instanceof UsageError ? 2 : 1;
  }
}

function reportStop(stop: Stop, { err }: Streams, language: Language): number {
  if (stop === "pipe") return 0;
  if (stop instanceof Error) {
    err.write(`tlac: ${translate("cli.no-output", { reason: stop.message }, language)}\n`);
    return 1;
  }
  err.write(`tlac: ${translate("cli.stopped", {}, language)}\n`);
  return STOP_CODES[stop];
}
