import { TlacError, throwIfClosed, toError } from "../errors";
import { translate, type Language } from "../i18n/catalogue";
import { classifyFrame, type ClassifyOptions } from "../tlac/classify";
import type { Result } from "../tlac/result";
import { listPhotos, nameLeftOut } from "./list-photos";
import { ProgressLine } from "./progress-line";
import type { ClassifyCommand } from "./read-options";
import { describeError, type Streams } from "./streams";
import { readClasses, readPhoto, Workshop } from "./workshop";

/** Classifies every photo and prints as it goes; resolves to whether none failed. */
export async function classifyPhotos(
  command: ClassifyCommand,
  streams: Streams,
  language: Language,
  signal: AbortSignal,
): Promise<boolean> {
  const { photos, leftOut } = await listPhotos(command.places, signal);
  const { vocabulary, notes } = await readClasses(command.vocabulary);
  const others = nameLeftOut(leftOut);
  for (const { key, params } of others ? [...notes, others] : notes) {
    streams.err.write(`${translate(key, params, language)}\n`);
  }
  const workshop = new Workshop(command, streams, language);
  try {
    const options = await workshop.prepare(vocabulary, signal);
    return await new Report(command.json, photos.length, streams, language).classifyAll(
      photos,
      options,
      signal,
    );
  } finally {
    await workshop.close();
  }
}

/** Prints one line a photo and counts the outcomes. */
class Report {
  private readonly counts = { class: 0, ambiguous: 0, unknown: 0, failed: 0 };
  private readonly progress: ProgressLine;

  constructor(
    private readonly json: boolean,
    total: number,
    private readonly streams: Streams,
    private readonly language: Language,
  ) {
    this.progress = new ProgressLine(total, streams.err, language);
  }

  async classifyAll(
    photos: readonly string[],
    options: ClassifyOptions,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const file of photos) {
      throwIfClosed(signal);
      try {
        this.print(file, await classifyFile(file, options));
      } catch (thrown) {
        throwIfClosed(signal);
        this.printFailure(file, toError(thrown));
      }
      this.progress.step();
    }
    this.progress.clear();
    const total = photos.length;
    if (total > 1) this.note(translate("cli.summary", { total, ...this.counts }, this.language));
    return this.counts.failed === 0;
  }

  private print(file: string, result: Result): void {
    this.counts[result.outcome] += 1;
    this.progress.clear();
    const { outcome, label, confidence, explanation } = result;
    const line = this.json
      ? JSON.stringify({ file, ...result })
      : [file, outcome, label ?? "–", confidence.toFixed(2), explanation].join("\t");
    this.streams.out.write(`${line}\n`);
  }

  private printFailure(file: string, error: Error): void {
    this.counts.failed += 1;
    this.progress.clear();
    if (this.json) {
      const code = error instanceof TlacError ? error.code : null;
      this.streams.out.write(
        `${JSON.stringify({ file, error: { code, message: error.message } })}\n`,
      );
    }
    this.note(`${file}: ${describeError(error, this.language)}`);
  }

  private note(line: string): void {
    this.streams.err.write(`${line}\n`);
  }
}

async function classifyFile(file: string, options: ClassifyOptions): Promise<Result> {
  const { frame, frameMs } = await readPhoto(file, options.signal);
  return classifyFrame(frame, { ...options, frameMs });
}
