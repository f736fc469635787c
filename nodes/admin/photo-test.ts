import { randomUUID } from "node:crypto";

import type { NodeAPI } from "node-red";

import type { Embedder } from "../../lib/clip/embedder";
import { TlacError } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import type { FrameOptions } from "../../lib/frame/read-frames";
import type { Lmm } from "../../lib/lmm/lmm";
import { Recogniser } from "../../lib/lmm/recogniser";
import { VocabularyIndex } from "../../lib/match/vocabulary-index";
import { classifyFrame, type ClassifyOptions } from "../../lib/tlac/classify";
import type { Mode } from "../../lib/tlac/result";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";
import { ExampleIndex } from "../../lib/witness/examples";
import { cacheFolder } from "../runtime/models/cache-folder";
import { loadImage } from "../runtime/scene/resolve-image";
import { readText } from "../runtime/settings/read-settings";
import { withOptions } from "./lend-model";
import { Jobs, serveJobs } from "./jobs";
import { withServer } from "./lend-server";
import { readServer } from "./lmm-server";
import { readTaught } from "./read-taught";
import { reply, type Call } from "./reply";
import { StepLog, type TestFacts } from "./step-log";
import { readTestSettings } from "./test-settings";

/**
 * `POST /tlac/tlac/test`: a photo through the engine, with the settings as they stand in the
 * dialogs of the node, its server, its model and its vocabulary, deployed or not. One test at a
 * time. It needs the permission to write, because whoever sends the settings chooses the server.
 */
export function servePhotoTest(RED: NodeAPI): void {
  const jobs = new Jobs({ maxRunning: 1 });
  RED.httpAdmin.post(
    "/tlac/tlac/test",
    RED.auth.needsPermission("tlac.write"),
    reply(({ body, language }) => {
      const job = jobs.start(randomUUID(), async (signal, report) => {
        const log = new StepLog(language, report);
        try {
          await new PhotoTest(RED, log, signal).run(body);
        } catch (thrown) {
          // A failure is the last line of the panel, not that of the job.
          signal.throwIfAborted();
          log.fail(thrown);
        }
      });
      return { job };
    }),
  );
  serveJobs(RED, "tlac", jobs);
}

/** One photo on its way; the ways to a decision are the engine's. */
class PhotoTest {
  constructor(
    private readonly RED: NodeAPI,
    private readonly log: StepLog,
    private readonly signal: AbortSignal,
  ) {}

  async run(body: Call["body"]): Promise<void> {
    this.log.begin("settings");
    const cacheDir = cacheFolder(this.RED);
    const starter = { model: "starter", cacheDir };
    const settings = readTestSettings(body, cacheDir);
    await withOptions(settings.model ?? starter, async (embedder) => {
      const taught = await readTaught(this.RED, settings, embedder, this.signal);
      const { calibrations } = taught;
      const index = await this.buildIndex(taught.vocabulary, settings.template, embedder);
      const examples =
        taught.examples && ExampleIndex.of(taught.examples, index.vocabulary.classes);
      const { length: classes } = index.vocabulary.classes;
      this.log.done("settings", { model: embedder.info.name, classes });
      const frame = await this.log.take(
        "frame",
        () => this.readFrame(body.image, settings.frame),
        describe,
      );
      const judge = (lmm: Lmm | null): Promise<void> =>
        this.judge(frame, {
          ...settings.options,
          ...{ mode: settings.mode, lmm, index, examples, calibrations },
        });
      if (settings.mode === "clip") return judge(null);
      if (settings.server) return withServer(readServer(this.RED, settings.server), judge);
      if (embedder.info.labels) return judge(new Recogniser(embedder));
      return withOptions(starter, (other) => judge(new Recogniser(other)));
    });
  }

  /** Not the shared index: a test would push a running node's index out. */
  private buildIndex(
    vocabulary: Vocabulary,
    template: string | undefined,
    embedder: Embedder,
  ): Promise<VocabularyIndex> {
    const { signal } = this;
    return VocabularyIndex.build(vocabulary, embedder, {
      signal,
      ...(template ? { template } : {}),
    });
  }

  private async readFrame(image: unknown, options: FrameOptions): Promise<Frame> {
    const { signal } = this;
    const loaded = await loadImage(readText(image, "image"), "image", { ...options, signal });
    const [frame] = (await loaded.decode(signal)).frames;
    if (!frame) throw new TlacError("BAD_MESSAGE", "nodes.no-image", { property: "image" });
    return frame;
  }

  /** Without memory: a test shows what is asked, also where the answer is known by now. */
  private async judge(
    frame: Frame,
    settings: Omit<ClassifyOptions, "mode"> & { readonly mode: Mode | undefined },
  ): Promise<void> {
    const { signal, log } = this;
    const mode = settings.mode ?? (settings.lmm?.ask ? "cascade" : "slac");
    const result = await classifyFrame(frame, { ...settings, mode, signal, onStep: log.hear });
    const { outcome, label, confidence, accept, explanation } = result;
    log.begin("decision");
    log.done("decision", {
      ...{ outcome, label, confidence, accept, explanation, mode },
      // As `departJudged` has it for a single image.
      output: outcome === "class" ? 1 : 2,
    });
  }
}

function describe({ width, height, scaled }: Frame): TestFacts["frame"] {
  return scaled ? { width, height, scaled } : { width, height };
}
