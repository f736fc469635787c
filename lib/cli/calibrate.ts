import { writeWholeFile } from "../basics/write-whole-file";
import { calibrate, MIN_PHOTOS } from "../confidence/calibration";
import { guaranteeOf } from "../confidence/guarantee";
import { KNOBS } from "../confidence/knob";
import { throwIfClosed, TlacError, toError } from "../errors";
import { matchLabels, type TruePhoto } from "../evaluation/labels/match-labels";
import { readLabels } from "../evaluation/labels/read-labels";
import { translate, type Language } from "../i18n/catalogue";
import { toSample } from "../tlac/calibration-sample";
import { judgeFrame, type ClassifyOptions, type Judgement } from "../tlac/classify";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { CalibrateCommand } from "./read-options";
import { describeError, type Streams } from "./streams";
import { readClasses, readPhoto, Workshop } from "./workshop";

/**
 * `tlac calibrate`: judges labelled pictures and writes what they show of the confidence; prints
 * what is proven for each position of the knob. Resolves to whether there was enough.
 */
export async function calibratePhotos(
  command: CalibrateCommand,
  streams: Streams,
  language: Language,
  signal: AbortSignal,
): Promise<boolean> {
  const { vocabulary } = await readClasses(command.vocabulary);
  const { photos } = matchLabels(
    (await readLabels(command.labelled, { signal })).photos,
    vocabulary,
  );
  const say = (line: string): void => {
    streams.out.write(`${line}\n`);
  };
  const workshop = new Workshop(command, streams, language);
  try {
    const options = await workshop.prepare(vocabulary, signal);
    const seen = await judgeAll(photos, options, (file, error) => {
      streams.err.write(`${file}: ${describeError(error, language)}\n`);
    });
    const calibration = summarise(seen, vocabulary);
    if (!calibration) {
      const params = { photos: seen.length, least: MIN_PHOTOS };
      streams.err.write(`${translate("cli.calibrate-few", params, language)}\n`);
      return false;
    }
    await writeWholeFile(command.out, `${JSON.stringify(calibration, null, 2)}\n`);
    for (const knob of KNOBS) say(guaranteeOf(knob, calibration, vocabulary.digest, language));
    say(translate("cli.calibrated", { photos: seen.length, file: command.out }, language));
    return true;
  } finally {
    await workshop.close();
  }
}

interface Seen {
  readonly photo: TruePhoto;
  readonly judgement: Judgement;
}

async function judgeAll(
  photos: readonly TruePhoto[],
  options: ClassifyOptions,
  fail: (file: string, error: Error) => void,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const photo of photos) {
    throwIfClosed(options.signal);
    try {
      const { frame, frameMs } = await readPhoto(photo.file, options.signal);
      const judgement = await judgeFrame(frame, { ...options, frameMs });
      // An example is told by itself, which proves nothing of other pictures.
      if (!judgement.isExample) seen.push({ photo, judgement });
    } catch (thrown) {
      throwIfClosed(options.signal);
      // What is wrong with the settings is wrong with every picture.
      if (thrown instanceof TlacError && thrown.code === "BAD_CONFIG") throw thrown;
      fail(photo.name, toError(thrown));
    }
  }
  return seen;
}

/** A calibration by judged pictures; null where they are too few. */
function summarise(seen: readonly Seen[], { digest: vocabulary }: Vocabulary) {
  const key = seen[0]?.judgement.key;
  if (!key) return null;
  const samples = seen.flatMap(({ photo, judgement }) => toSample(judgement, photo.truth) ?? []);
  const strangers = seen.filter(({ photo }) => photo.truth === null).length;
  return calibrate(samples, { key, vocabulary, strangers, date: new Date() });
}
