import { translate, type Language, type Phrase } from "../i18n/catalogue";
import type { Change, Taught } from "./learner";

const KEYS = {
  example: ["learn.example", "learn.example-gone"],
  test: ["learn.test", "learn.test-gone"],
  alias: ["learn.alias", "learn.alias-gone"],
  not: ["learn.not", "learn.not-gone"],
} as const;

/** What a correction has changed, a sentence each. */
export function describeTaught(
  { lesson, changes, held }: Taught,
  { classes }: { readonly classes: readonly { readonly id: string; readonly label: string }[] },
  language: Language,
): string {
  const labelOf = (id: string | null): string =>
    id === null
      ? translate("learn.none", {}, language)
      : (classes.find((entry) => entry.id === id)?.label ?? id);
  const phrases: Phrase[] = changes.map(({ kind, class: id, name, gone }: Change) => ({
    key: KEYS[kind][gone ? 1 : 0],
    params: { label: labelOf(id), name },
  }));
  if (lesson.contested !== undefined) {
    phrases.push({ key: "learn.contested", params: { label: lesson.contested } });
  }
  if (held) {
    const labels = held.claims.map((claim) => labelOf(claim.class)).join(", ");
    phrases.push({ key: "learn.held", params: { word: held.word, labels } });
  }
  if (phrases.length === 0) phrases.push({ key: "learn.nothing" });
  const sentences = phrases.map(({ key, params }) => translate(key, params, language));
  return sentences.join(language === "ja" ? "" : " ");
}
