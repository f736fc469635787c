import { stat } from "node:fs/promises";

import { writeWholeFile } from "../basics/write-whole-file";
import { applyChanges, truthAfter, changesOfNames } from "../evaluation/proposals/change";
import type { Change } from "../evaluation/proposals/change";
import type { Proposal } from "../evaluation/proposals/proposal";
import { readPictureFile } from "../evaluation/store/stored-pictures";
import { ExampleStore } from "../examples/example-store";
import type { Phrase } from "../i18n/catalogue";
import { formatVocabularyCsv } from "../vocabulary/format-vocabulary";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { UsageError } from "./usage-error";

/** What is to be done with proposals. */
export interface ApplyCommand {
  /** Numbers in the list, from 1; `all`: all that were measured. */
  readonly numbers: readonly number[] | "all";
  /** File for the changed vocabulary: a new one. */
  readonly vocabulary: string | undefined;
  /** Folder of class folders that the photos are added to. */
  readonly examples: string | undefined;
}

/** Throws `UsageError` where a file is there already: nothing that a person wrote is overwritten. */
export async function checkTargets({ vocabulary: file }: ApplyCommand): Promise<void> {
  if (file === undefined) return;
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError("evaluation.apply-exists", { file });
}

/**
 * Makes the changes of proposals and tells what was done, and what a person has to set. Throws
 * `UsageError` for a number that is none, and what writing throws.
 */
export async function applyProposals(
  command: ApplyCommand,
  proposals: readonly Proposal[],
  vocabulary: Vocabulary,
): Promise<Phrase[]> {
  const changes = choose(command, proposals).map(({ change }) => change);
  const changed = applyChanges(vocabulary, changes);
  const notes: Phrase[] = [];
  const { vocabulary: file } = command;
  if (file !== undefined) {
    await checkTargets(command);
    await writeWholeFile(file, formatFor(file, changed));
    notes.push({ key: "evaluation.applied-vocabulary", params: { file } });
  } else if (changed !== vocabulary) {
    notes.push({ key: "evaluation.apply-needs-vocabulary" });
  }
  notes.push(...(await addExamples(command, changes, changed)));
  return [...notes, ...changes.flatMap(noteSetting)];
}

function choose({ numbers }: ApplyCommand, proposals: readonly Proposal[]): readonly Proposal[] {
  if (numbers === "all") return proposals.filter(({ measured }) => measured !== null);
  return numbers.map((number) => {
    const proposal = proposals[number - 1];
    if (proposal) return proposal;
    throw new UsageError("evaluation.apply-number", { number, most: proposals.length });
  });
}

function formatFor(file: string, vocabulary: Vocabulary): string {
  if (!/\.json$/i.test(file)) return formatVocabularyCsv(vocabulary);
  return `${JSON.stringify({ classes: vocabulary.classes }, null, 2)}\n`;
}

async function addExamples(
  { examples: folder }: ApplyCommand,
  changes: readonly Change[],
  vocabulary: Vocabulary,
): Promise<Phrase[]> {
  const photos = changes.flatMap((change) => (change.kind === "examples" ? change.photos : []));
  if (photos.length === 0) return [];
  if (folder === undefined) return [{ key: "evaluation.apply-needs-examples" }];
  const names = changes.flatMap(changesOfNames);
  const store = ExampleStore.open(folder);
  let added = 0;
  for (const { class: id, file } of photos) {
    const owner = truthAfter(id, names) ?? id;
    const bytes = await readPictureFile(file);
    if ((await store.add(vocabulary, owner, bytes)).added) added += 1;
  }
  return [{ key: "evaluation.applied-examples", params: { count: added, folder } }];
}

function noteSetting(change: Change): Phrase[] {
  switch (change.kind) {
    case "mode":
      return [setting(`--mode ${change.mode}`)];
    case "accept":
      return [setting(`--accept ${String(change.accept)}`)];
    case "prompt":
      return change.prompt === null ? [] : [setting(`--prompt ${change.prompt}`)];
    default:
      return [];
  }
}

function setting(option: string): Phrase {
  return { key: "evaluation.applied-setting", params: { option } };
}
