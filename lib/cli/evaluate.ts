import path from "node:path";

import { writeWholeFile } from "../basics/write-whole-file";
import type { Evaluation } from "../evaluation/evaluation";
import { describeVerdict, percent } from "../evaluation/figures/verdict";
import { identifyLmm, nameAnswers, type LmmName } from "../evaluation/identify-lmm";
import type { LabelledSet } from "../evaluation/labels/labelled-set";
import { readLabels } from "../evaluation/labels/read-labels";
import { Laboratory, type Experiment } from "../evaluation/laboratory";
import type { Proposal } from "../evaluation/proposals/proposal";
import { formatCsv } from "../evaluation/report/format-csv";
import { formatJson } from "../evaluation/report/format-json";
import { renderReport } from "../evaluation/report/render-report";
import { runEvaluation } from "../evaluation/run-evaluation";
import { BlobStore } from "../evaluation/store/blob-store";
import { StoredEmbedder } from "../evaluation/store/stored-embedder";
import { translate, type Language, type Phrase } from "../i18n/catalogue";
import { RECOGNISER } from "../lmm/engine-kinds";
import { createVocabulary, type Vocabulary } from "../vocabulary/vocabulary";
import { applyProposals, checkTargets } from "./apply-proposals";
import { readEvaluateOptions, type EvaluateCommand } from "./evaluate-options";
import { nameLeftOut } from "./list-photos";
import { ProgressLine } from "./progress-line";
import type { Streams } from "./streams";
import { readClasses, Workshop } from "./workshop";

/**
 * `tlac evaluate`: judges labelled photos, prints the verdict and writes the report. Resolves to
 * whether any photo could be judged.
 */
export async function evaluate(
  args: readonly string[],
  streams: Streams,
  language: Language,
  signal: AbortSignal,
): Promise<boolean> {
  const command = readEvaluateOptions(args);
  if (command) return new EvaluateRun(command, streams, language, signal).run();
  streams.out.write(translate("evaluation.usage", {}, language));
  return true;
}

class EvaluateRun {
  private readonly workshop: Workshop;

  constructor(
    private readonly command: EvaluateCommand,
    private readonly streams: Streams,
    private readonly language: Language,
    private readonly signal: AbortSignal,
  ) {
    this.workshop = new Workshop(command, streams, language);
  }

  async run(): Promise<boolean> {
    const { command, signal } = this;
    if (command.apply) await checkTargets(command.apply);
    const set = await this.readSet();
    const vocabulary = await this.readVocabulary(set);
    for (const note of set.notes) this.note(note);
    const leftOut = nameLeftOut(set.others);
    if (leftOut) this.note(leftOut);
    const folder = path.join(this.workshop.cacheDir, "evaluation");
    const store = await BlobStore.open(folder, { signal });
    try {
      const evaluation = await this.evaluate(set, vocabulary, store);
      if (command.apply) {
        const notes = await applyProposals(command.apply, evaluation.proposals, vocabulary);
        for (const note of notes) this.note(note);
      }
      return evaluation.figures.judged > 0;
    } finally {
      await store.close();
      await this.workshop.close();
    }
  }

  private async evaluate(
    set: LabelledSet,
    vocabulary: Vocabulary,
    store: BlobStore,
  ): Promise<Evaluation> {
    const { command, workshop, signal } = this;
    const embedder = await workshop.openEmbedder();
    const laboratory = new Laboratory({ embedder, store, signal });
    const isReplayed = set.fromRecord !== undefined && !command.lmm;
    const lmm = isReplayed ? null : await this.openLmm(laboratory, store);
    const judging = await workshop.readJudging(vocabulary);
    const experiment: Experiment = {
      vocabulary,
      examples: await workshop.readExamples(embedder, vocabulary, signal),
      ...judging,
      mode: (command.isModeNamed ? undefined : set.fromRecord?.mode) ?? judging.mode,
    };
    let progress: ProgressLine | undefined;
    const evaluation = await runEvaluation(
      laboratory,
      {
        source: command.place,
        ...{ set, experiment, contenders: command.contenders, lmm },
        prompt: command.prompt ?? null,
      },
      {
        onStart: (total) => {
          progress = new ProgressLine(total, this.streams.err, this.language);
        },
        onStep: () => {
          progress?.step();
        },
        onTry: () => {
          progress?.tell({ key: "evaluation.trying" });
        },
        note: (phrase) => {
          this.note(phrase);
        },
      },
    );
    progress?.clear();
    await this.write(evaluation, laboratory);
    this.print(evaluation);
    return evaluation;
  }

  private async readSet(): Promise<LabelledSet> {
    const { place, labels, prompt } = this.command;
    const { fromRecord, ...set } = await readLabels(place, { ...labels, signal: this.signal });
    // A question of one's own was never answered in a record.
    return fromRecord && prompt === undefined ? { ...set, fromRecord } : set;
  }

  /** The labels are the classes where no others are given. */
  private async readVocabulary({ classes }: LabelledSet): Promise<Vocabulary> {
    const { vocabulary: source } = this.command;
    if (!source) return createVocabulary(classes);
    const { vocabulary, notes } = await readClasses(source);
    for (const note of notes) this.note(note);
    return vocabulary;
  }

  /** Null where no way to judge asks one. */
  private async openLmm(laboratory: Laboratory, store: BlobStore): Promise<LmmName | null> {
    const { mode, contenders } = this.command;
    if ([mode, ...contenders].every((name) => name === "clip")) return null;
    const own = laboratory.embedder;
    const lmm = await this.workshop.openLmm(own, (other) =>
      other === own ? own : new StoredEmbedder(other, store),
    );
    const name = await this.identify(laboratory, store);
    const settings = this.command.lmm;
    laboratory.useLmm(lmm, settings ? nameAnswers(name, settings) : `${name.name} ${name.digest}`);
    return name;
  }

  private async identify({ embedder }: Laboratory, store: BlobStore): Promise<LmmName> {
    const { lmm } = this.command;
    if (!lmm) return { name: RECOGNISER, digest: embedder.info.digest };
    return identifyLmm(lmm, store, this.signal, (phrase) => {
      this.note(phrase);
    });
  }

  private async write(evaluation: Evaluation, laboratory: Laboratory): Promise<void> {
    const { out } = this.command;
    const page = await renderReport(evaluation, this.language, (photo) =>
      laboratory.thumbnail(photo),
    );
    await writeWholeFile(`${out}.html`, page);
    await writeWholeFile(`${out}.json`, formatJson(evaluation));
    await writeWholeFile(`${out}.csv`, formatCsv(evaluation, this.language));
  }

  private print({ figures, contenders, proposals, unlabelled, ambiguous }: Evaluation): void {
    const say = (line: string): void => {
      this.streams.out.write(`${line}\n`);
    };
    say(describeVerdict(figures, this.language));
    const blames = Object.entries(figures.blames).sort(([, a], [, b]) => b - a);
    for (const [blame, count] of blames) {
      say(`  ${String(count).padStart(5)}  ${this.text(`evaluation.blame-${blame as "close"}`)}`);
    }
    for (const { label, classes } of ambiguous) {
      const params = { label, classes: classes.join(", ") };
      this.note({ key: "evaluation.ambiguous-label", params });
    }
    if (unlabelled.length > 0) {
      this.note({ key: "evaluation.unlabelled", params: { count: unlabelled.length } });
    }
    for (const contender of contenders) {
      const { right, wrong, person, lmmCalls } = contender.figures;
      const params = {
        name: contender.name.padEnd(10),
        right: percent(right.share),
        wrong: percent(wrong.share),
        person: percent(person.share),
        calls: lmmCalls.toFixed(2),
      };
      say(translate("evaluation.contender", params, this.language));
    }
    for (const [at, proposal] of proposals.entries()) {
      if (at === 0) say(`${this.text("evaluation.title-proposals")}:`);
      const { key, params } = describeProposal(proposal, at + 1);
      say(translate(key, params, this.language));
    }
    say(translate("evaluation.written", { file: `${this.command.out}.html` }, this.language));
  }

  private text(key: Phrase["key"]): string {
    return translate(key, {}, this.language);
  }

  private note({ key, params }: Phrase): void {
    this.streams.err.write(`${translate(key, params, this.language)}\n`);
  }
}

/** A proposal in one line, with its number and its figures. */
function describeProposal({ sentence, measured }: Proposal, number: number): Phrase {
  const place = String(number).padStart(3);
  if (!measured) {
    const figures = { key: "evaluation.proposal-unmeasured" } as const;
    return { key: "evaluation.proposal-line", params: { number: place, sentence, figures } };
  }
  const { before, after, isSure } = measured;
  const figures: Phrase = {
    key: "evaluation.proposal-figures",
    params: {
      ...{ right: before.right, rightAfter: after.right },
      ...{ wrong: before.wrong, wrongAfter: after.wrong },
      ...{ person: before.person, personAfter: after.person },
      sure: { key: isSure ? "evaluation.proposal-sure" : "evaluation.proposal-luck" },
    },
  };
  return { key: "evaluation.proposal-line", params: { number: place, sentence, figures } };
}
