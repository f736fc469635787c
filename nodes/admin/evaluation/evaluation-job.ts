import path from "node:path";

import type { NodeAPI } from "node-red";

import type { Embedder } from "../../../lib/clip/embedder";
import type { Evaluation } from "../../../lib/evaluation/evaluation";
import { identifyLmm, nameAnswers, type LmmName } from "../../../lib/evaluation/identify-lmm";
import type { LabelledSet } from "../../../lib/evaluation/labels/labelled-set";
import { Laboratory, type Experiment } from "../../../lib/evaluation/laboratory";
import { Pace } from "../../../lib/evaluation/pace";
import { formatCsv } from "../../../lib/evaluation/report/format-csv";
import { renderReport } from "../../../lib/evaluation/report/render-report";
import { runEvaluation } from "../../../lib/evaluation/run-evaluation";
import { BlobStore } from "../../../lib/evaluation/store/blob-store";
import { StoredEmbedder } from "../../../lib/evaluation/store/stored-embedder";
import { translate, type Language, type Phrase } from "../../../lib/i18n/catalogue";
import { Recogniser } from "../../../lib/lmm/recogniser";
import { cacheFolder } from "../../runtime/models/cache-folder";
import { withOptions } from "../lend-model";
import { withServer } from "../lend-server";
import { readServer } from "../lmm-server";
import { readTaught } from "../read-taught";
import type { TestSettings } from "../test-settings";
import { describeEvaluation, type EvaluationSummary } from "./describe-evaluation";
import { describeProposals, type ProposalView } from "./describe-proposals";
import type { Reports } from "./reports";

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly sentence: string;
  /** Judged photos; null: nobody knows how much there is to do. */
  readonly done: number | null;
  readonly total: number | null;
  /** Null until everything is done. */
  readonly result: EvaluationResult | null;
}

export interface EvaluationResult extends EvaluationSummary {
  /** What the report is asked for by. */
  readonly report: string;
  /** What to change, the most useful first. */
  readonly proposals: readonly ProposalView[];
}

/**
 * Bytes of answers and pictures that are kept below the user directory, the oldest of which go
 * first: some 50,000 photos. A run that is stopped goes on with them, and another setting replays
 * them.
 */
const MOST_BYTES = 1024 ** 3;

/** Labelled photos on their way through the engine, with the settings of a dialog. */
export class EvaluationJob {
  private readonly notes: string[] = [];

  constructor(
    private readonly RED: NodeAPI,
    private readonly reports: Reports,
    private readonly language: Language,
    private readonly signal: AbortSignal,
    private readonly report: (progress: EvaluationProgress) => void,
  ) {}

  /** @param source the photos' folder, as the person named it */
  async run(settings: TestSettings, source: string, set: LabelledSet): Promise<void> {
    const { RED, signal } = this;
    this.tell("evaluation.preparing");
    const cacheDir = cacheFolder(RED);
    const starter = { model: "starter", cacheDir };
    await withOptions(settings.model ?? starter, async (embedder) => {
      const folder = path.join(cacheDir, "evaluation");
      const store = await BlobStore.open(folder, { signal, mostBytes: MOST_BYTES });
      try {
        const { fromRecord } = set;
        // What was kept is the part that was judged.
        const roi = fromRecord ? undefined : settings.frame.roi;
        const laboratory = new Laboratory({ embedder, store, roi, signal });
        const judge = async (lmm: LmmName | null): Promise<void> => {
          const experiment = await this.readExperiment(settings, embedder, laboratory);
          const prompt = lmm ? settings.question : null;
          const mode = settings.mode ?? fromRecord?.mode ?? experiment.mode;
          const plan = { source, set, experiment: { ...experiment, mode }, lmm, prompt };
          await this.evaluate(laboratory, plan);
        };
        // Of a record, what the LMM said then is heard once more.
        if (fromRecord) await judge(null);
        else await this.withLmm(settings, laboratory, store, judge);
      } finally {
        await store.close();
      }
    });
  }

  private async evaluate(
    laboratory: Laboratory,
    plan: Parameters<typeof runEvaluation>[1],
  ): Promise<void> {
    const { language } = this;
    for (const note of plan.set.notes) this.note(note);
    let pace = new Pace(0);
    const evaluation = await runEvaluation(laboratory, plan, {
      onStart: (total) => {
        pace = new Pace(total);
      },
      onStep: () => {
        pace.step();
        const { done, total } = pace;
        this.report({ sentence: pace.describe(language), done, total, result: null });
      },
      onTry: () => {
        this.tell("evaluation.trying");
      },
    });
    this.tell("evaluation.writing");
    const report = await this.save(evaluation, laboratory);
    const summary = describeEvaluation(evaluation, language);
    const proposals = describeProposals(evaluation, language);
    const notes = [...this.notes, ...summary.notes];
    const result = { ...summary, notes, proposals, report };
    const { done, total } = pace;
    this.report({ sentence: summary.verdict, done, total, result });
  }

  private async save(evaluation: Evaluation, laboratory: Laboratory): Promise<string> {
    const { language } = this;
    const html = await renderReport(evaluation, language, (photo) => laboratory.thumbnail(photo));
    const csv = formatCsv(evaluation, language);
    const proposals = JSON.stringify(evaluation.proposals);
    return this.reports.save({ html, csv, proposals });
  }

  /** Lends whom the dialog has chosen to name what is seen; as the node does. */
  private async withLmm(
    { mode, server }: TestSettings,
    laboratory: Laboratory,
    store: BlobStore,
    work: (lmm: LmmName | null) => Promise<void>,
  ): Promise<void> {
    const { RED, signal } = this;
    if (mode === "clip") return work(null);
    if (server) {
      const settings = readServer(RED, server);
      const name = await identifyLmm(settings, store, signal, (phrase) => {
        this.note(phrase);
      });
      const { imageSide, numPredict } = settings;
      return withServer(settings, (lmm) => {
        const shown = JSON.stringify([imageSide, numPredict]);
        laboratory.useLmm(lmm, `${nameAnswers(name, settings)} ${shown}`);
        return work(name);
      });
    }
    const recognise = (sees: StoredEmbedder): Promise<void> => {
      const name = { name: "recogniser", digest: sees.info.digest };
      laboratory.useLmm(new Recogniser(sees), `${name.name} ${name.digest}`);
      return work(name);
    };
    const { embedder } = laboratory;
    if (embedder.info.labels) return recognise(embedder);
    // The recogniser needs a model with names of its own, whichever model matches the words.
    const starter = { model: "starter", cacheDir: cacheFolder(RED) };
    return withOptions(starter, (other) => recognise(new StoredEmbedder(other, store)));
  }

  private async readExperiment(
    settings: TestSettings,
    embedder: Embedder,
    { canAsk }: Laboratory,
  ): Promise<Experiment> {
    const { mode, template, options } = settings;
    const taught = await readTaught(this.RED, settings, embedder, this.signal);
    return { ...options, ...taught, template, mode: mode ?? (canAsk ? "cascade" : "slac") };
  }

  private tell(key: "evaluation.preparing" | "evaluation.trying" | "evaluation.writing"): void {
    const sentence = translate(key, {}, this.language);
    this.report({ sentence, done: null, total: null, result: null });
  }

  private note({ key, params }: Phrase): void {
    this.notes.push(translate(key, params, this.language));
  }
}
