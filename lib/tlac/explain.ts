import { translate, type Language, type MessageKey } from "../i18n/catalogue";
import type { Ranking } from "../match/ranking";
import type { Vocabulary } from "../vocabulary/vocabulary";
import type { Verdict } from "./result";

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** Japanese as soon as one label is written in it: labels are what the reader calls things. */
export function vocabularyLanguage(vocabulary: Vocabulary): Language {
  return vocabulary.classes.some(({ label }) => JAPANESE.test(label)) ? "ja" : "en-US";
}

/** One sentence that says which word led to which class, by how much, or why there is none. */
export function explainVerdict(verdict: Verdict, ranking: Ranking, language: Language): string {
  const [first, second] = ranking.classes;
  const { reason } = verdict;
  const via = first?.via;
  const byImage = via?.kind === "image" && (reason === "clear" || reason === "background");
  const key: MessageKey = byImage
    ? `tlac.explain-${reason}-image`
    : reason === "alias" && via?.glossary
      ? "tlac.explain-alias-glossary"
      : `tlac.explain-${reason}`;
  const alias = via?.alias ?? "";
  return translate(
    key,
    {
      candidate: via?.candidate ?? "",
      alias: via?.glossary ? { key: "tlac.glossary-name", params: { name: alias } } : alias,
      label: verdict.label ?? first?.label ?? "",
      first: first?.label ?? "",
      runnerUp: second?.label ?? "–",
      score: verdict.score.toFixed(2),
      margin: verdict.margin.toFixed(2),
      background: ranking.background?.word ?? "",
    },
    language,
  );
}
