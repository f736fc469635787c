import { TlacError, throwIfClosed, toError } from "../errors";
import { translate, type Language } from "../i18n/catalogue";
import { classifyFrame, type ClassifyOptions } from "../tlac/classify";
import type { Result } from "../tlac/result";
import { listPhotos, nameLeftOut } from "./list-photos";
import type { ClassifyCommand } from "./read-options";
import { describeError, type Streams } from "./streams";
import { readClasses, readPhoto, Workshop } from "./workshop";

/** A line of progress for every so many photos where the reader is a file. */
const PHOTOS_PER_LINE = 50;

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
    return await new Report(command.json, streams, language).classifyAll(photos, options, signal);
  } finally {
    await workshop.close();
  }
}

/** Prints one line a photo and counts the outcomes. */
class Report {
  private readonly counts = { class: 0, ambiguous: 0, unknown: 0, failed: 0 };

  constructor(
    private readonly json: boolean,
    private readonly streams: Streams,
    private readonly language: Language,
  ) {}

  async classifyAll(
    photos: readonly string[],
    options: ClassifyOptions,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const [position, file] of photos.entries()) {
      throwIfClosed(signal);
      try {
        this.print(file, await classifyFile(file, options));
      } catch (thrown) {
        throwIfClosed(signal);
        this.printFailure(file, toError(thrown));
      }
      this.progress(position + 1, photos.length);
    }
    const total = photos.length;
    if (total > 1) this.note(translate("cli.summary", { total, ...this.counts }, this.language));
    return this.counts.failed === 0;
  }

  private print(file: string, result: Result): void {
    this.counts[result.outcome] += 1;
    this.clearProgress();
    const { outcome, label, confidence, explanation } = result;
    const line = this.json
      ? JSON.stringify({ file, ...result })
      : [file, outcome, label ?? "–", confidence.toFixed(2), explanation].join("\t");
    this.streams.out.write(`${line}\n`);
  }

  private printFailure(file: string, error: Error): void {
    this.counts.failed += 1;
    this.clearProgress();
    if (this.json) {
      const code = error instanceof TlacError ? error.code : null;
      this.streams.out.write(
        `${JSON.stringify({ file, error: { code, message: error.message } })}\n`,
      );
    }
    this.note(`${file}: ${describeError(error, this.language)}`);
  }

  private progress(done: number, total: number): void {
    const line = translate("cli.progress", { done, total }, this.language);
    if (this.streams.err.isTTY) this.streams.err.write(`\r\u001b[K${line}`);
    else if (done % PHOTOS_PER_LINE === 0 && done < total) this.note(line);
    if (done === total) this.clearProgress();
  }

  private clearProgress(): void {
    if (this.streams.err.isTTY) this.streams.err.write("\r\u001b[K");
  }

  private note(line: string): void {
    this.streams.err.write(`${line}\n`);
  }
}

async function classifyFile(file: string, options: ClassifyOptions): Promise<Result> {
  const { frame, frameMs } = await readPhoto(file, options.signal);
  return classifyFrame(frame, { ...options, frameMs });
}
