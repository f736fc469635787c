import assert from "node:assert/strict";

import type { NodeStatus } from "node-red";

import { ERROR_CODES, TlacError } from "../../lib/errors";
import type { Language } from "../../lib/i18n/catalogue";
import type { SkipReason } from "../../lib/queue/bounded-queue";
import type { Result } from "../../lib/tlac/result";
import en from "../../locales/en-US/lib/nodes.json";
import ja from "../../locales/ja/lib/nodes.json";
import {
  answered,
  awaiting,
  failed,
  judged,
  loading,
  noticed,
  proposed,
  serverState,
  skipped,
  working,
} from "../../nodes/runtime/status/node-status";
import {
  MAX_TEXT,
  withTally,
  type EndStatus,
  type Tallied,
} from "../../nodes/runtime/status/tally";

const LANGUAGES: readonly Language[] = ["en-US", "ja"];
const REASONS: readonly SkipReason[] = ["unchanged", "superseded", "expired", "queue-full"];
const DOORS: readonly (readonly Tallied[])[] = [
  ["class", "review", "skipped", "failed"],
  ["class", "review", "failed"],
  ["out", "skipped", "failed"],
];
const NUMBERS = [0, 1, 12, 999, 1_000, 1_999, 9_999, 123_456, 999_999, 1e6, 31_536_000, 1e12];
const LABELS = [
  "nail",
  "screwdriver",
  "a very long name of a class that nobody shortens",
  "ねじ",
  "六角穴付きボルト（めっきなし・頭部に傷のあるもの）",
  "👩‍🏭 worker without a helmet",
  "A‌",
  "",
];

const result = (outcome: Result["outcome"], label: string): Result =>
  ({ outcome, label, confidence: 0.999 }) as Partial<Result> as Result;

/** Every way that a message's end can look. */
function endsIn(language: Language): { end: EndStatus; last: Tallied }[] {
  const answers = [
    ...LABELS.map((label) => ({ label, correct: label, undone: false, held: null })),
    { label: null, correct: null, undone: false, held: null },
    { label: null, undone: false, held: null },
    { label: null, undone: true, held: null },
  ].map((answer) => answered(answer, language));
  const words = [...LABELS.map(proposed), ...answers].map((end) => ({
    end,
    last: "out" as const,
  }));
  const classes = LABELS.map((label) => judged([result("class", label)], language));
  const reviews = (["ambiguous", "unknown"] as const).map((outcome) =>
    judged([result(outcome, "nail")], language),
  );
  const batch = Array.from({ length: 100 }, () => result("class", "nail"));
  const errors = ERROR_CODES.map((code) => new TlacError(code, "tlac.closed"));
  return [
    ...words,
    ...[...classes, judged(batch, language)].map((end) => ({ end, last: "class" as const })),
    ...reviews.map((end) => ({ end, last: "review" as const })),
    ...REASONS.map((reason) => ({ end: skipped(reason, language), last: "skipped" as const })),
    ...[...errors, new Error("any")].map((error) => ({
      end: failed(error, language),
      last: "failed" as const,
    })),
  ];
}

/** What stands under a node while it is at something. */
function statesIn(language: Language): (NodeStatus | undefined)[] {
  const error = new TlacError("LMM_BLIND", "tlac.closed");
  return [
    ...[1, 2, 100_000].map((waiting) => working(waiting, language)),
    loading({ phase: "load" }, language),
    ...[0, 1, 999].map((loadedBytes) =>
      loading({ phase: "download", loadedBytes, totalBytes: 999 }, language),
    ),
    serverState({ kind: "checking" }, language),
    serverState({ kind: "blind", error }, language),
    serverState({ kind: "ready", model: { name: "llava" }, away: 99 }, language),
    noticed({ key: "nodes.status-no-classes" }, language),
    noticed({ key: "nodes.status-drift" }, language),
    awaiting(100_000, true, language),
    noticed({ key: "nodes.status-unreadable", params: { count: 10_000 } }, language),
  ];
}

describe("texts under a node", () => {
  for (const language of LANGUAGES) {
    it(`${language}: have at most ${MAX_TEXT} characters, whatever has been counted`, () => {
      let combinations = 0;
      for (const status of statesIn(language)) {
        assert.ok((status?.text ?? "").length <= MAX_TEXT, status?.text);
      }
      for (const { end, last } of endsIn(language)) {
        for (const doors of DOORS.filter((ways) => ways.includes(last))) {
          for (const counts of combine(doors)) {
            const { text = "" } = withTally(end, counts, last);
            assert.ok(text.length <= MAX_TEXT, `${text} has ${text.length}`);
            assert.doesNotMatch(text, /undefined|NaN|�|\s$/);
            combinations += 1;
          }
        }
      }
      assert.ok(combinations > 10_000);
    });
  }

  it("are all looked at: each status of the catalogues is one of them", () => {
    const written = LANGUAGES.flatMap((language) => [
      ...statesIn(language).map((status) => status?.text ?? ""),
      ...endsIn(language).map(({ end }) => end.text),
    ]);
    for (const catalogue of [en, ja]) {
      for (const [key, template] of Object.entries(catalogue)) {
        if (!key.startsWith("status-")) continue;
        const start = /^[^{]*/.exec(template)?.[0] ?? "";
        assert.ok(written.some((text) => text.startsWith(start)), key); // prettier-ignore
      }
    }
  });

  it("show the class, its confidence and each count that there is", () => {
    const end = judged([result("class", "nail")], "en-US");
    const show = (counts: Partial<Record<Tallied, number>>): string | undefined =>
      withTally(end, counts, "class").text;
    assert.equal(show({ class: 12 }), "nail 99% ✓12");
    assert.equal(show({ class: 12, review: 3, failed: 1 }), "nail 99% ✓12 ?3 ✕1");
    assert.equal(show({ class: 12, review: 3, skipped: 5, failed: 1 }), "nail ✓12 ?3 »5 ✕1");
    assert.equal(show({ class: 1_234, review: 56_789 }), "nail 99% ✓1.2k ?56k");
  });

  it("rather cut a name than leave out a count, and never cut a failure", () => {
    const long = judged([result("class", "screwdriver")], "en-US");
    const counts = { class: 12, review: 3, skipped: 5, failed: 1 };
    assert.equal(withTally(long, counts, "class").text, "screwd… ✓12 ?3 »5 ✕1");
    const error = failed(new TlacError("LMM_UNREACHABLE", "tlac.closed"), "en-US");
    assert.equal(withTally(error, counts, "failed").text, "LMM unreachable ✕1");
  });
});

/** Every count of each way with every other one would be too many: pairs show what collides. */
function* combine(ways: readonly Tallied[]): Generator<Partial<Record<Tallied, number>>> {
  for (const one of NUMBERS) {
    for (const other of NUMBERS) {
      for (const way of ways) {
        yield Object.fromEntries(ways.map((each) => [each, each === way ? one : other]));
      }
    }
  }
}
