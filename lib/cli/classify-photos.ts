import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import type { Embedder } from "../clip/embedder";
import { acquireEmbedder, type EmbedderLease } from "../clip/shared-embedders";
import { TlacError, throwIfClosed, toError } from "../errors";
import type { ExampleSet } from "../examples/example-set";
import { readFrames } from "../frame/read-frames";
import { translate, type Language } from "../i18n/catalogue";
import type { Lmm } from "../lmm/lmm";
import { createOllama } from "../lmm/ollama/ollama";
import { answerOf, renderPrompt } from "../lmm/prompts/render-prompt";
import { Recogniser } from "../lmm/recogniser";
import { VocabularyIndex } from "../match/vocabulary-index";
import { classifyFrame, type ClassifyOptions } from "../tlac/classify";
import type { DecisionRules } from "../tlac/judge";
import type { Result } from "../tlac/result";
import { ExampleIndex } from "../witness/examples";
import { decodeText } from "../vocabulary/decode-text";
import { readVocabulary, type Reading } from "../vocabulary/parse-vocabulary";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { listPhotos, nameLeftOut } from "./list-photos";
import { loadExamples } from "./load-examples";
import type { ClassifyCommand } from "./read-options";
import { describeError, type Streams } from "./streams";
import { UsageError } from "./usage-error";

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

async function readClasses(source: ClassifyCommand["vocabulary"]): Promise<Reading> {
  if ("text" in source) return readVocabulary(source.text);
  const bytes = await readFile(source.file).catch((thrown: unknown) => {
    throw new UsageError("cli.no-such-file", {
      file: source.file,
      reason: toError(thrown).message,
    });
  });
  return readVocabulary(decodeText(bytes));
}

/** Opens the models that a command needs and closes them again. */
class Workshop {
  private readonly leases: EmbedderLease[] = [];
  private closeLmm: (() => Promise<void>) | undefined;

  constructor(
    private readonly command: ClassifyCommand,
    private readonly streams: Streams,
    private readonly language: Language,
  ) {}

  async prepare(vocabulary: Vocabulary, signal: AbortSignal): Promise<ClassifyOptions> {
    const { mode, prompt, accept, threshold, margin } = this.command;
    const embedder = await this.open(this.command.model);
    const examples = await this.readExamples(embedder, vocabulary, signal);
    const index = await VocabularyIndex.build(vocabulary, embedder, { signal });
    const lmm = mode === "clip" ? null : await this.openLmm(embedder);
    const rules: Partial<DecisionRules> = {
      ...(threshold === undefined ? {} : { threshold }),
      ...(margin === undefined ? {} : { margin }),
    };
    const labels = vocabulary.classes.map(({ label }) => label);
    const question =
      prompt === undefined
        ? {}
        : { prompt: renderPrompt(prompt, { vocabulary: labels }), answer: answerOf(prompt) };
    const confirmed = examples && ExampleIndex.of(examples, vocabulary.classes);
    return { mode, lmm, index, accept, examples: confirmed, rules, signal, ...question };
  }

  private async readExamples(
    embedder: Embedder,
    vocabulary: Vocabulary,
    signal: AbortSignal,
  ): Promise<ExampleSet | undefined> {
    const { examples: folder, cacheDir = defaultCacheDir() } = this.command;
    if (folder === undefined) return undefined;
    return loadExamples(folder, embedder, vocabulary, {
      cacheDir,
      signal,
      language: this.language,
      note: (sentence) => {
        this.streams.err.write(`${sentence}\n`);
      },
    });
  }

  async close(): Promise<void> {
    await this.closeLmm?.();
    await Promise.all(this.leases.map((lease) => lease.release()));
  }

  private async openLmm(embedder: Embedder): Promise<Lmm> {
    if (this.command.lmm) {
      const ollama = createOllama(this.command.lmm);
      this.closeLmm = () => ollama.close();
      return ollama;
    }
    // The recogniser needs a model with names of its own, whichever model matches the words.
    return new Recogniser(embedder.info.labels ? embedder : await this.open("starter"));
  }

  private async open(model: string): Promise<Embedder> {
    const { offline, cacheDir } = this.command;
    const lease = acquireEmbedder({ model, offline, cacheDir: cacheDir ?? defaultCacheDir() });
    this.leases.push(lease);
    const stopListening = lease.onProgress((progress) => {
      if (progress.phase !== "download") return;
      const { file = "", loadedBytes = 0, totalBytes = 0 } = progress;
      const percent = totalBytes > 0 ? Math.floor((100 * loadedBytes) / totalBytes) : 0;
      this.note(translate("cli.downloading", { model, file, percent }, this.language));
    });
    try {
      return await lease.value;
    } finally {
      stopListening();
    }
  }

  private note(line: string): void {
    if (this.streams.err.isTTY) this.streams.err.write(`\r\u001b[K${line}`);
  }
}

function defaultCacheDir(): string {
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "tlac");
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
  const started = performance.now();
  const bytes = await readFile(file);
  const { frames } = await readFrames(bytes, options.signal ? { signal: options.signal } : {});
  const [frame] = frames;
  if (!frame) throw new TlacError("BAD_IMAGE", "cli.no-such-file", { file, reason: "–" });
  return classifyFrame(frame, { ...options, frameMs: performance.now() - started });
}
