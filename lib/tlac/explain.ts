import { remember } from "../basics/remember";
import type { TlacError } from "../errors";
import { translate, type Language, type MessageKey } from "../i18n/catalogue";
import type { Evidence } from "../confidence/features";
import type { Vocabulary } from "../vocabulary/vocabulary";
import { WITNESSES, type Testimony, type Witness } from "../witness/testimony";
import type { Finding } from "./finding";
import type { RankedClass } from "./ranking";
import type { Verdict } from "./result";

/** The names of witnesses, which come with the language: formatting takes longer than arithmetic. */
const nameWitnesses = remember((key: string): string => {
  const [language, ...witnesses] = key.split(" ") as [Language, ...Witness[]];
  const names = witnesses.map((witness) => translate(`tlac.witness-${witness}`, {}, language));
  return new Intl.ListFormat(language, { type: "conjunction" }).format(names);
});

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

/** Japanese as soon as one label is written in it: labels are what the reader calls things. */
export function vocabularyLanguage(vocabulary: Vocabulary): Language {
  const known = languages.get(vocabulary);
  if (known) return known;
  const isJapanese = vocabulary.classes.some(({ label }) => JAPANESE.test(label));
  const language = isJapanese ? "ja" : "en-US";
  languages.set(vocabulary, language);
  return language;
}

const languages = new WeakMap<Vocabulary, Language>();

/**
 * A sentence that says which word or sight led to which class, how sure that is or why there is no
 * class, and who spoke for and against it.
 */
export function explainVerdict(
  verdict: Verdict,
  ranking: readonly RankedClass[],
  evidence: Evidence,
  language: Language,
): string {
  const [first, second] = ranking;
  const { reason } = verdict;
  const via = first?.via;
  const background = evidence.words?.background ?? evidence.sight?.background;
  const byImage = via?.kind === "image" && (reason === "clear" || reason === "background");
  const key: MessageKey = byImage
    ? `tlac.explain-${reason}-image`
    : reason === "alias" && via?.glossary
      ? "tlac.explain-alias-glossary"
      : `tlac.explain-${reason}`;
  const alias = via?.alias ?? "";
  const sentence = translate(
    key,
    {
      candidate: via?.candidate ?? "",
      alias: via?.glossary ? { key: "tlac.glossary-name", params: { name: alias } } : alias,
      label: verdict.label ?? first?.label ?? "",
      first: first?.label ?? "",
      runnerUp: second?.label ?? "–",
      percent: Math.floor(100 * verdict.confidence),
      background: background?.word ?? "–",
    },
    language,
  );
  const voices = first ? explainVoices(evidence, language) : "";
  return [sentence, voices].filter(Boolean).join(language === "ja" ? "" : " ");
}

/**
 * The explanation, and that a cascade did without the LMM or checked what it would have said, or that
 * a further question to it failed.
 */
export function explainAsking(
  explanation: string,
  { stage, spotCheck }: Pick<Finding, "stage" | "spotCheck">,
  failure: TlacError | undefined,
  language: Language,
): string {
  const key = failure ? "tlac.asking-failed" : stage === "sight" ? keyOfCheck(spotCheck) : null;
  if (!key) return explanation;
  const params = { label: spotCheck?.label ?? "", code: failure?.code ?? "" };
  const sentence = translate(key, params, language);
  return [explanation, sentence].join(language === "ja" ? "" : " ");
}

function keyOfCheck(check: Finding["spotCheck"]): MessageKey {
  if (!check) return "tlac.not-asked";
  if (check.agrees) return "tlac.spot-check-agrees";
  return check.label === null ? "tlac.spot-check-none" : "tlac.spot-check-differs";
}

/** Who spoke for the best class, and who for another or for none. */
function explainVoices(evidence: Evidence, language: Language): string {
  const [winner = -1] = evidence.combined.order;
  const spoke = WITNESSES.filter((witness) => evidence[witness]);
  const against = spoke.filter((witness) => {
    const { beliefs, none } = evidence[witness] as Testimony;
    const own = beliefs[winner] ?? 0;
    return none > own || beliefs.some((belief) => belief > own);
  });
  const witnesses = nameWitnesses([language, ...spoke].join(" "));
  if (spoke.length < 2) return translate("tlac.voices-one", { witnesses }, language);
  if (against.length === 0) return translate("tlac.voices-agree", { witnesses }, language);
  const others = nameWitnesses([language, ...against].join(" "));
  if (against.length === spoke.length) {
    return translate("tlac.voices-doubt", { witnesses }, language);
  }
  return translate("tlac.voices-disagree", { witnesses, others }, language);
}
