import { guardCell, quoteCell } from "../../vocabulary/format-vocabulary";
import { gradeOf, isJudged } from "../evaluated-photo";
import type { Evaluation } from "../evaluation";
import { translate, type Language } from "../../i18n/catalogue";

const COLUMNS = [
  "file",
  "label",
  "truth",
  "grade",
  "blame",
  "outcome",
  "decided",
  "best",
  "confidence",
  "lmm_calls",
  "total_ms",
  "candidates",
  "explanation",
] as const;

/** One line a picture, as a spreadsheet opens it (UTF-8 with its mark, for Excel). */
export function formatCsv({ photos }: Evaluation, language: Language): string {
  const rows = photos.map((photo): Readonly<Record<(typeof COLUMNS)[number], string>> => {
    const { name: file, label, truth, blame, outcome } = photo;
    const common = { file, label, truth: truth ?? "", blame: blame ?? "", outcome };
    if (!isJudged(photo)) {
      const { reason } = photo;
      const explanation =
        typeof reason === "string" ? reason : translate(reason.key, reason.params, language);
      const empty = { decided: "", best: "", confidence: "", candidates: "" };
      return { ...common, ...empty, grade: "failed", lmm_calls: "", total_ms: "", explanation };
    }
    return {
      ...common,
      grade: gradeOf(photo),
      decided: photo.decided ?? "",
      best: photo.best ?? "",
      confidence: photo.confidence.toFixed(4),
      lmm_calls: String(photo.lmmCalls),
      total_ms: photo.times.total.toFixed(0),
      candidates: photo.trace.candidates.map(({ name }) => name).join(" | "),
      explanation: photo.trace.explanation,
    };
  });
  const lines = rows.map((row) => COLUMNS.map((column) => quoteCell(guardCell(row[column]))));
  return `\ufeff${[COLUMNS, ...lines].map((cells) => cells.join(",")).join("\r\n")}\r\n`;
}
