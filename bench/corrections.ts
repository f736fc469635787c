import { readFile } from "node:fs/promises";
import path from "node:path";

import type { Embedder } from "../lib/clip/embedder";
import { type Grade, gradeOf } from "../lib/evaluation/evaluated-photo";
import type { Result } from "../lib/tlac/result";
import { createVocabulary } from "../lib/vocabulary/vocabulary";
import lmmServer from "../nodes/lmm-server";
import tlac from "../nodes/tlac";
import tlacFeedback from "../nodes/tlac-feedback";
import tlacVocabulary from "../nodes/tlac-vocabulary";
import { startFlow, type Flow } from "../test/helpers/flow";
import { dragNode } from "../test/helpers/flow-nodes";
import {
  mochaGlobalSetup as openHomes,
  mochaGlobalTeardown as removeHomes,
} from "../test/helpers/test-home";
import { createEmbedderBrain } from "../test/ollama-double/embedder-brain";
import { startOllamaDouble } from "../test/ollama-double/server";
import { createRandom, shuffle } from "../tools/fit-confidence/random";
import type { SeenPhoto } from "../tools/fit-confidence/photos";
import { drawCurves, type Curve } from "./draw-curves";
import { percent, printFigure, printTitle } from "./print";

/** Corrections a class after which the photos that were not taught are judged. */
const COUNTS = [0, 1, 2, 5, 10];

/** Each photo is judged in one of the folds, and may be taught in the others. */
const FOLDS = 5;

const MODEL = "llava:7b";

type Tally = Record<Grade, number>;

/**
 * What corrections do for sets of class folders, in a real flow with the settings that nodes have
 * from the palette but that all pictures are recorded: photos come in at `tlac`, and what they show
 * is said to `tlac-feedback`, for one class after another, whether the decision was right or not.
 * There is no LMM.
 *
 * @param figure file of the curve; undefined: none
 */
export async function measureCorrections(
  photos: readonly SeenPhoto[],
  figure: string | undefined,
): Promise<void> {
  const curves = await measureSets(photos, "no LMM", null);
  if (figure !== undefined) await drawCurves(curves, figure);
}

/** The same with the recogniser in the place of LLaVA, behind Ollama's double. */
export async function measureCorrectionsWithLmm(
  photos: readonly SeenPhoto[],
  embedder: Embedder,
): Promise<void> {
  const brain = createEmbedderBrain(embedder);
  const double = await startOllamaDouble({ brain, models: [{ name: MODEL }] });
  try {
    await measureSets(photos, "the recogniser behind Ollama's double", double.url);
  } finally {
    await double.close();
  }
}

/** `host`: of the LMM; null: none. */
async function measureSets(
  photos: readonly SeenPhoto[],
  lmm: string,
  host: string | null,
): Promise<Curve[]> {
  const curves: Curve[] = [];
  openHomes();
  try {
    for (const set of new Set(photos.map((photo) => photo.set))) {
      if (set === "") continue;
      const own = photos.filter((photo) => photo.set === set);
      const classes = new Set(own.map(({ label }) => label)).size;
      const title = `${path.basename(set)}, ${String(classes)} classes`;
      printTitle(`Corrections: ${title}, ${String(own.length)} photos, ${lmm}`);
      curves.push({ title, points: await measureSet(own, host) });
    }
    return curves;
  } finally {
    await removeHomes();
  }
}

async function measureSet(
  photos: readonly SeenPhoto[],
  host: string | null,
): Promise<Curve["points"]> {
  const tallies = COUNTS.map((): Tally => ({ right: 0, wrong: 0, person: 0 }));
  const random = createRandom(1);
  const classes = groupByLabel(photos).map((own) => shuffle(own, random));
  for (let fold = 0; fold < FOLDS; fold++) await judgeFold(classes, fold, host, tallies);
  return tallies.map(({ right, wrong, person }, at) => {
    const judged = right + wrong + person;
    const count = COUNTS[at] ?? 0;
    printFigure(
      `${String(count)} a class`,
      `right ${percent(right, judged)}, wrong ${percent(wrong, judged)}, to a person ${percent(person, judged)}`,
    );
    return { count, right: right / judged, wrong: wrong / judged, person: person / judged };
  });
}

/** Teaches what is not in the fold, and judges what is, in a flow of its own. */
async function judgeFold(
  classes: readonly (readonly SeenPhoto[])[],
  fold: number,
  host: string | null,
  tallies: readonly Tally[],
): Promise<void> {
  const tested = classes.flatMap((own) => own.filter((_, at) => at % FOLDS === fold));
  const taught = classes.map((own) => own.filter((_, at) => at % FOLDS !== fold));
  const plant = await Plant.open(
    classes.map((own) => own[0]?.label ?? ""),
    host,
  );
  try {
    let done = 0;
    for (const [at, count] of COUNTS.entries()) {
      for (; done < count; done++) {
        for (const own of taught) {
          const photo = own[done];
          if (photo) await plant.teach(photo);
        }
      }
      for (const photo of tested) {
        const { class: decided } = await plant.judge(photo);
        const tally = tallies[at];
        if (tally) tally[gradeOf({ decided, truth: plant.idOf(photo) })] += 1;
      }
    }
  } finally {
    await plant.close();
  }
}

/** A running flow: `tlac`, a vocabulary that learns, and `tlac-feedback`. */
class Plant {
  private readonly failure: Promise<never>;

  private constructor(
    private readonly flow: Flow,
    private readonly ids: ReadonlyMap<string, string>,
  ) {
    this.failure = flow.next("caught").then((message) => {
      const { error } = message as { error?: { message?: string } };
      throw new Error(error?.message ?? "A node failed.");
    });
    // Told to whoever waits for an answer.
    this.failure.catch(() => undefined);
  }

  /** `host`: of the LMM; null: mode `clip`, sight and examples alone. */
  static async open(labels: readonly string[], host: string | null): Promise<Plant> {
    const words = { ...dragNode("tlac-vocabulary", "words"), record: "all" };
    const server = { ...dragNode("lmm-server", "server"), host, model: MODEL, canary: false };
    const feedback = { ...dragNode("tlac-feedback", "feedback"), z: "tab", x: 0, y: 0 };
    const judging = host === null ? { mode: "clip" } : { server: "server" };
    const flow = await startFlow(
      [tlac, tlacVocabulary, tlacFeedback, lmmServer],
      {
        ...dragNode("tlac"),
        ...judging,
        vocabulary: "words",
        wires: [["door1"], ["door1"], ["door3"]],
      },
      [
        { ...words, classes: labels.join("\n") },
        ...(host === null ? [] : [server]),
        { ...feedback, wires: [["door2"]] },
      ],
    );
    const { classes } = createVocabulary(labels.map((label) => ({ label })));
    return new Plant(flow, new Map(classes.map(({ label, id }) => [label, id])));
  }

  idOf({ label }: SeenPhoto): string {
    return this.ids.get(label) ?? "";
  }

  async judge({ file }: SeenPhoto): Promise<Result> {
    this.flow.send("n", { payload: await readFile(file) });
    const { payload } = await Promise.race([this.flow.next("door1"), this.failure]);
    return payload as Result;
  }

  async teach(photo: SeenPhoto): Promise<void> {
    const { id } = await this.judge(photo);
    this.flow.send("feedback", { payload: { id, correct: this.idOf(photo) } });
    await Promise.race([this.flow.next("door2"), this.failure]);
  }

  close(): Promise<void> {
    return this.flow.close();
  }
}

function groupByLabel(photos: readonly SeenPhoto[]): SeenPhoto[][] {
  const labels = [...new Set(photos.map(({ label }) => label))];
  return labels.map((label) => photos.filter((photo) => photo.label === label));
}
