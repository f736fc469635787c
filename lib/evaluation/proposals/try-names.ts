import type { ExampleSet } from "../../examples/example-set";
import type { Phrase } from "../../i18n/catalogue";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import type { JudgedPhoto } from "../evaluated-photo";
import type { Experiment } from "../laboratory";
import { applyChanges, keyOf, truthAfter, type VocabularyChange } from "./change";
import { deriveMerges, deriveSplits } from "./derive-classes";
import { deriveAliases, deriveNotWords, type Derived } from "./derive-names";
import type { Tried, TrialBench, Untried } from "./trial";
import { benefitOf, type Grades } from "./score";

/** Of each kind; each costs as much as judging all photos once more. */
const MOST_OF_KIND = 5;

/** Changes of classes and their names, each by itself, and those that help all together. */
export async function tryNames(bench: TrialBench): Promise<Tried[]> {
  const { check, experiment, outcome, accept } = bench;
  const { vocabulary } = outcome;
  const keys = check.folds.map(({ others }) => {
    return new Set(derive(others, vocabulary).map(({ change }) => keyOf(change)));
  });
  const replays: { derived: Derived; grades: Grades }[] = [];
  const tried: Tried[] = [];
  for (const derived of derive(check.photos, vocabulary)) {
    const { change } = derived;
    const key = keyOf(change);
    const grades = await check.replay(changeNames(experiment, [change]), [change]);
    if (!grades) continue;
    replays.push({ derived, grades });
    const measured = check.score(grades, (fold) =>
      Boolean(keys[check.folds.indexOf(fold)]?.has(key)),
    );
    tried.push({ change, reason: reasonOf(derived, vocabulary), measured });
  }
  /** Those that are made from the photos, and help on them. */
  const helpfulOn = (photos: readonly JudgedPhoto[], made: (key: string) => boolean) =>
    replays.flatMap(({ derived: { change }, grades }) =>
      made(keyOf(change)) && benefitOf(check.compareOn(photos, grades), accept) > 0 ? [change] : [],
    );
  const all = helpfulOn(check.photos, () => true);
  if (all.length < 2) return tried;
  const measured = await check.replayParts(async (fold) => {
    const own = keys[check.folds.indexOf(fold)];
    const changes = helpfulOn(fold.others, (key) => own?.has(key) === true);
    if (changes.length === 0) return null;
    return Promise.resolve({ experiment: changeNames(experiment, changes), changes });
  });
  const change = { kind: "vocabulary", changes: all } as const;
  return [...tried, { change, reason: { key: "evaluation.reason-vocabulary" }, measured }];
}

/** Classes that may be two. What that does only new labels could tell. */
export function suggestSplits({ check, outcome: { vocabulary } }: TrialBench): Untried[] {
  return deriveSplits(check.photos, vocabulary).map(
    ({ class: id, groups: [first, second], of }) => {
      const params = {
        ...{ label: labelOf(id, vocabulary), photos: of },
        ...{ name: first.name, first: first.photos, other: second.name, second: second.photos },
      };
      return {
        change: { kind: "split", class: id, name: second.name },
        reason: { key: "evaluation.reason-split", params },
      };
    },
  );
}

function derive(photos: readonly JudgedPhoto[], vocabulary: Vocabulary): Derived[] {
  return [
    deriveAliases(photos, vocabulary),
    deriveNotWords(photos, vocabulary),
    deriveMerges(photos, vocabulary),
  ].flatMap((kind): readonly Derived[] => kind.slice(0, MOST_OF_KIND));
}

/** The experiment with other names; examples of a class that is merged are those of the other. */
function changeNames(experiment: Experiment, changes: readonly VocabularyChange[]): Experiment {
  const { vocabulary, examples } = experiment;
  return {
    ...experiment,
    vocabulary: applyChanges(vocabulary, changes),
    examples: examples && renameClasses(examples, changes),
  };
}

function renameClasses(set: ExampleSet, changes: readonly VocabularyChange[]): ExampleSet {
  return { ...set, classIds: set.classIds.map((id) => truthAfter(id, changes) ?? id) };
}

function reasonOf({ change, called, of }: Derived, vocabulary: Vocabulary): Phrase {
  const params = { called, of, label: labelOf(change.class, vocabulary) };
  return { key: `evaluation.reason-${change.kind as "alias" | "not-word" | "merge"}`, params };
}

function labelOf(id: string, { classes }: Vocabulary): string {
  return classes.find((entry) => entry.id === id)?.label ?? id;
}
