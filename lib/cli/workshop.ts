import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import type { Embedder } from "../clip/embedder";
import { acquireEmbedder, type EmbedderLease } from "../clip/shared-embedders";
import type { Calibration } from "../confidence/calibration";
import { readCalibration } from "../confidence/read-calibration";
import { TlacError, toError } from "../errors";
import type { ExampleSet } from "../examples/example-set";
import type { Frame } from "../frame/frame";
import { readFrames } from "../frame/read-frames";
import { translate, type Language } from "../i18n/catalogue";
import { createLmm } from "../lmm/engines";
import type { Lmm } from "../lmm/lmm";
import { answerOf, renderPrompt } from "../lmm/prompts/render-prompt";
import { Recogniser } from "../lmm/recogniser";
import { VocabularyIndex } from "../match/vocabulary-index";
import type { ClassifyOptions } from "../tlac/classify";
import type { DecisionRules } from "../tlac/judge";
import { decodeText } from "../vocabulary/decode-text";
import { readVocabulary, type Reading } from "../vocabulary/parse-vocabulary";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { ExampleIndex } from "../witness/examples";
import { loadExamples } from "./load-examples";
import type { ModelCommand, VocabularySource } from "./model-options";
import type { Streams } from "./streams";
import { UsageError } from "./usage-error";

/** The classes as they were given; what was left out of a table stands in the notes. */
export async function readClasses(source: VocabularySource): Promise<Reading> {
  if ("text" in source) return readVocabulary(source.text);
  return readVocabulary(decodeText(await readNamedFile(source.file)));
}

/** Reads a photo and makes it ready for the models; resolves with the milliseconds that took. */
export async function readPhoto(
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ frame: Frame; frameMs: number }> {
  const started = performance.now();
  const { frames } = await readFrames(await readFile(file), signal ? { signal } : {});
  const [frame] = frames;
  if (!frame) throw new TlacError("BAD_IMAGE", "cli.no-such-file", { file, reason: "–" });
  return { frame, frameMs: performance.now() - started };
}

async function readNamedFile(file: string): Promise<Buffer> {
  return readFile(file).catch((thrown: unknown) => {
    throw new UsageError("cli.no-such-file", { file, reason: toError(thrown).message });
  });
}

type Judging = Pick<
  ClassifyOptions,
  "mode" | "accept" | "askAlways" | "rules" | "calibrations" | "prompt" | "answer"
>;

/** Opens the models that a command needs and closes them again. */
export class Workshop {
  private readonly leases: EmbedderLease[] = [];
  private closeLmm: (() => Promise<void>) | undefined;

  /** Where vectors, models and answers are kept. */
  readonly cacheDir: string;

  constructor(
    private readonly command: ModelCommand,
    private readonly streams: Streams,
    private readonly language: Language,
  ) {
    this.cacheDir = command.cacheDir ?? defaultCacheDir();
  }

  async prepare(vocabulary: Vocabulary, signal: AbortSignal): Promise<ClassifyOptions> {
    const { mode } = this.command;
    const embedder = await this.openEmbedder();
    const set = await this.readExamples(embedder, vocabulary, signal);
    const index = await VocabularyIndex.build(vocabulary, embedder, { signal });
    const lmm = mode === "clip" ? null : await this.openLmm(embedder);
    const examples = set && ExampleIndex.of(set, vocabulary.classes);
    const judging = await this.readJudging(vocabulary);
    return { lmm, signal, index, examples, ...judging };
  }

  /** The model that compares. */
  openEmbedder(): Promise<Embedder> {
    return this.open(this.command.model);
  }

  /** How to judge, apart from models and examples. */
  async readJudging(vocabulary: Vocabulary): Promise<Judging> {
    const { mode, accept, askAlways, prompt, threshold, margin } = this.command;
    const rules: Partial<DecisionRules> = {
      ...(threshold === undefined ? {} : { threshold }),
      ...(margin === undefined ? {} : { margin }),
    };
    const calibrations = await this.readCalibrations();
    const known = { mode, accept, askAlways, rules, calibrations };
    if (prompt === undefined) return known;
    const labels = vocabulary.classes.map(({ label }) => label);
    const question = renderPrompt(prompt, { vocabulary: labels });
    return { ...known, prompt: question, answer: answerOf(prompt) };
  }

  async readExamples(
    embedder: Embedder,
    vocabulary: Vocabulary,
    signal: AbortSignal,
  ): Promise<ExampleSet | undefined> {
    const { examples: folder } = this.command;
    if (folder === undefined) return undefined;
    return loadExamples(folder, embedder, vocabulary, {
      cacheDir: this.cacheDir,
      signal,
      language: this.language,
      note: (sentence) => {
        this.streams.err.write(`${sentence}\n`);
      },
    });
  }

  private async readCalibrations(): Promise<readonly Calibration[]> {
    const { calibration: file } = this.command;
    if (file === undefined) return [];
    const read = readCalibration((await readNamedFile(file)).toString("utf8"));
    if (!read) throw new UsageError("cli.no-calibration", { file });
    return [read];
  }

  async close(): Promise<void> {
    await this.closeLmm?.();
    await Promise.all(this.leases.map((lease) => lease.release()));
  }

  /** The server's model, else the built-in recogniser, which sees with `wrap` of its model. */
  async openLmm(
    embedder: Embedder,
    wrap: (own: Embedder) => Embedder = (own) => own,
  ): Promise<Lmm> {
    if (this.command.lmm) {
      const served = createLmm(this.command.lmm);
      this.closeLmm = () => served.close();
      return served;
    }
    // The recogniser needs a model with names of its own, whichever model matches the words.
    return new Recogniser(wrap(embedder.info.labels ? embedder : await this.open("starter")));
  }

  private async open(model: string): Promise<Embedder> {
    const { offline } = this.command;
    const lease = acquireEmbedder({ model, offline, cacheDir: this.cacheDir });
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
