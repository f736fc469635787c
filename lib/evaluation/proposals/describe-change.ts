import type { Phrase } from "../../i18n/catalogue";
import type { Vocabulary } from "../../vocabulary/vocabulary";
import type { Change } from "./change";

/** What to do, in one sentence. */
export function describeChange(change: Change, { classes }: Vocabulary): Phrase {
  const labelOf = (id: string): string => classes.find((entry) => entry.id === id)?.label ?? id;
  switch (change.kind) {
    case "alias":
    case "not-word":
    case "split": {
      const params = { label: labelOf(change.class), name: change.name };
      return { key: `evaluation.propose-${change.kind}`, params };
    }
    case "merge": {
      const params = { label: labelOf(change.class), other: labelOf(change.other) };
      return { key: "evaluation.propose-merge", params };
    }
    case "vocabulary":
      return { key: "evaluation.propose-vocabulary", params: { count: change.changes.length } };
    case "examples": {
      const params = { count: change.photos.length, perClass: change.perClass };
      return { key: "evaluation.propose-examples", params };
    }
    case "mode":
      return { key: "evaluation.propose-mode", params: { mode: change.mode } };
    case "accept":
      return { key: "evaluation.propose-accept", params: { accept: change.accept } };
    case "prompt": {
      if (change.prompt !== null) {
        return { key: "evaluation.propose-prompt", params: { prompt: change.prompt } };
      }
      return { key: "evaluation.propose-prompts" };
    }
  }
}
