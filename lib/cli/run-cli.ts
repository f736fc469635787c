import { translate, toLanguage } from "../i18n/catalogue";
import { toError } from "../errors";
import { classifyPhotos } from "./classify-photos";
import { describeError, type Streams } from "./streams";
import { readOptions } from "./read-options";
import { UsageError } from "./usage-error";

/** Runs `tlac …`; resolves to its exit code: 0 all judged, 1 at least one failed, 2 wrong usage. */
export async function runCli(
  args: readonly string[],
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  const language = toLanguage(process.env.LC_ALL ?? process.env.LC_MESSAGES ?? process.env.LANG);
  try {
    const command = readOptions(args);
    if (!command) {
      streams.out.write(translate("cli.usage", {}, language));
      return 0;
    }
    return (await classifyPhotos(command, streams, language, signal)) ? 0 : 1;
  } catch (thrown) {
    streams.err.write(`tlac: ${describeError(toError(thrown), language)}\n`);
    return thrown instanceof UsageError ? 2 : 1;
  }
}
