import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";

import { makePlan } from "../../lib/estimate/plan";
import type { EvaluatedPhoto } from "../../lib/evaluation/evaluated-photo";
import type { Evaluation } from "../../lib/evaluation/evaluation";
import { computeFigures } from "../../lib/evaluation/figures/figures";
import { formatCsv } from "../../lib/evaluation/report/format-csv";
import { html } from "../../lib/evaluation/report/html";
import type { Proposal } from "../../lib/evaluation/proposals/proposal";
import { readPageScript } from "../../lib/evaluation/report/page-script";
import { renderReport } from "../../lib/evaluation/report/render-report";
import { choosePhotos } from "../../lib/evaluation/report/sections/photos";
import { createVocabulary } from "../../lib/vocabulary/vocabulary";
import { failedPhoto, judgedPhoto } from "./evaluated-photos";

const ATTACK = `"><img src=x onerror=alert(1)></script><script>alert(2)</script>'{{x}}`;

function evaluate(photos: readonly EvaluatedPhoto[], labels = ["screw", "nail"]): Evaluation {
  const vocabulary = createVocabulary(labels.map((label) => ({ label })));
  return {
    source: "photos",
    date: "2026-01-02T03:04:05.000Z",
    setup: { mode: "slac", accept: 50, lmm: null, embedder: "starter", prompt: null, examples: 0 },
    classes: vocabulary.classes,
    photos,
    figures: computeFigures(photos, vocabulary),
    contenders: [],
    proposals: [],
    unlabelled: [],
    ambiguous: [],
  };
}

const noThumbnail = (): Promise<null> => Promise.resolve(null);

describe("the report of an evaluation", () => {
  it("escapes every text, and lets nothing run but its own script", async () => {
    const trace = {
      description: ATTACK,
      candidates: [{ name: ATTACK, synonyms: [ATTACK] }],
      ranking: [
        {
          ...{ class: ATTACK, label: ATTACK, score: 1 },
          via: { candidate: ATTACK, alias: ATTACK, kind: "text" },
        },
      ],
      reason: "clear",
      explanation: ATTACK,
    };
    const photos = [
      judgedPhoto({ truth: null, name: ATTACK, label: ATTACK, decided: "nail", trace }),
      failedPhoto({ truth: "screw", name: "b", reason: ATTACK }),
    ];
    const evaluation = {
      ...evaluate(photos, ["screw", "nail", ATTACK.slice(0, 50)]),
      source: ATTACK,
    };
    const page = await renderReport(
      { ...evaluation, unlabelled: [ATTACK], ambiguous: [{ label: ATTACK, classes: [ATTACK] }] },
      "en-US",
      () => Promise.resolve(Buffer.from(ATTACK)),
    );
    assert.ok(!page.includes("<img src=x"));
    assert.ok(!page.includes("alert(2)</script>"));
    assert.equal(page.split("<script").length - 1, 3, "the data, twice, and the page's own script");
    const own = page.replace(/<(script|style)[ >].*?<\/\1>/gs, "");
    const tags = own.match(/<[^>]*>/g) ?? [];
    assert.deepEqual(
      tags
        .map((tag) => tag.replace(/"[^"]*"/g, ""))
        .filter((tag) => /\s(?:on\w+|style|href|srcdoc)=|https?:/.test(tag)),
      [],
    );
    const policy = /content="(default-src[^"]+)"/.exec(page)?.[1] ?? "";
    assert.match(
      policy,
      /default-src &#39;none&#39;.*style-src &#39;sha256-.*script-src &#39;sha256-/,
    );
  });

  it("escapes what no text may hold", () => {
    assert.equal(html`<p>${"a\0b\ud800c"}</p>`.toString(), "<p>a\ufffdb\ufffdc</p>");
    assert.equal(html`${[1, null, false, html`<b>${"<"}</b>`]}`.toString(), "1<b>&lt;</b>");
  });

  it("says the same in both languages, and no key stands for a sentence", async () => {
    const photos = [
      judgedPhoto({ truth: "screw", decided: "screw", confidence: 0.9 }),
      judgedPhoto({ truth: "screw", decided: "nail", blame: "mismatched" }),
      judgedPhoto({ truth: null, best: "nail", confidence: 0.2 }),
      failedPhoto({ truth: "nail", reason: { key: "evaluation.verdict-none" } }),
    ];
    const evaluation = evaluate(photos);
    const contenders = [{ name: "clip", figures: evaluation.figures }];
    const page = await renderReport({ ...evaluation, contenders }, "ja", noThumbnail);
    assert.match(page, /<html lang="ja">/);
    assert.doesNotMatch(page, /evaluation\.[a-z]/);
    const count = (pattern: RegExp): number => page.match(pattern)?.length ?? 0;
    assert.equal(count(/<(?:span|tspan) lang="en">/g), count(/<(?:span|tspan) lang="ja">/g));
    assert.match(page, /No photo could be judged.*判定できた写真がありません/s);
  });

  it("shows errors first and of right ones a few of each class, within a budget of bytes", async () => {
    const right = Array.from({ length: 30 }, () => judgedPhoto({ truth: "nail", decided: "nail" }));
    const wrong = judgedPhoto({ truth: "screw", decided: "nail", blame: "unnamed" });
    const person = judgedPhoto({ truth: "screw", best: "screw", blame: "unsure" });
    const photos = [...right, person, wrong];
    assert.deepEqual(choosePhotos(photos).slice(0, 2), [wrong, person]);
    assert.equal(choosePhotos(photos).length, 10);
    assert.deepEqual(choosePhotos(photos, { most: 1 }), [wrong]);
    const asked: string[] = [];
    const page = await renderReport(evaluate(photos), "en-US", ({ name }) => {
      asked.push(name);
      return Promise.resolve(Buffer.alloc(3 * 1024 * 1024, 1));
    });
    assert.equal(asked.length, 10);
    assert.equal(page.match(/data:image\/jpeg/g)?.length, 2);
  });

  it("shows proposals with their figures, and what a plant needs by the times", async () => {
    const photos = [judgedPhoto({ truth: "screw", decided: "nail", blame: "mismatched" })];
    const change = { kind: "alias", class: "screw", name: ATTACK } as const;
    const proposals: Proposal[] = [
      {
        ...{ id: "1", change, reason: { key: "evaluation.reason-examples" } },
        sentence: { key: "evaluation.propose-alias", params: { label: "screw", name: ATTACK } },
        measured: {
          ...{ photos: 10, fixed: 3, broken: 1, isSure: false },
          before: { right: 5, wrong: 2, person: 3 },
          after: { right: 8, wrong: 1, person: 1 },
        },
      },
    ];
    const evaluation = { ...evaluate(photos), proposals };
    const page = await renderReport(evaluation, "en-US", noThumbnail);
    assert.ok(!page.includes("<img src=x"));
    assert.match(page, /may be luck<.*3 better, 1 worse</s);
    // 24 pictures a minute of 10 ms each.
    assert.match(page, /24 pictures a minute to judge.*1 server\(s\) 0\.4 % busy/s);
    const document = {
      documentElement: {},
      querySelectorAll: () => [],
      getElementById: () => null,
    };
    const script = `${await readPageScript()}; tlacEstimate`;
    const engine = runInNewContext(script, { document }) as { makePlan: typeof makePlan };
    const plant = { cameras: 9, framesPerMinute: 7, unchanged: 0.5, servers: 2, hours: 8 };
    const effort = { lmm: { mean: 2, deviation: 1 }, read: 0.1, match: 0.2 };
    // An object of another world equals none of this one.
    assert.deepEqual({ ...engine.makePlan(plant, effort).lmm }, makePlan(plant, effort).lmm);
  });

  it("draws evaluations of any size, also of nothing", async () => {
    const empty = await renderReport(
      evaluate([failedPhoto({ truth: null })]),
      "en-US",
      noThumbnail,
    );
    assert.match(empty, /No photo could be judged/);
    const labels = Array.from({ length: 200 }, (_, at) => `part ${String(at)}`);
    const { classes } = createVocabulary(labels.map((label) => ({ label })));
    const photos = classes.map(({ id }, at) =>
      judgedPhoto({
        truth: id,
        decided: at % 3 === 0 ? (classes[(at + 1) % 200]?.id ?? null) : id,
        confidence: at / 200,
      }),
    );
    const large = await renderReport(evaluate(photos, labels), "en-US", noThumbnail);
    assert.ok(
      (/<table class="confusion">.*?<\/table>/s.exec(large)?.[0] ?? "").split("<tr>").length <= 32,
    );
    assert.doesNotMatch(large.replace(/<script>.*<\/script>/s, ""), /NaN|undefined|Infinity/);
  });

  it("is a CSV with a line for each picture, which no spreadsheet takes for a formula", () => {
    const evaluation = evaluate([
      judgedPhoto({
        truth: "screw",
        name: "a.jpg",
        label: '=1+1 "x"',
        decided: "screw",
        confidence: 0.9,
      }),
      failedPhoto({ truth: null, name: "b.jpg", reason: { key: "evaluation.verdict-none" } }),
    ]);
    const lines = formatCsv(evaluation, "en-US").split("\r\n");
    assert.match(lines[0] ?? "", /^\ufefffile,label,truth,grade,blame,/);
    assert.match(
      lines[1] ?? "",
      /^a\.jpg,"'=1\+1 ""x""",screw,right,,class,screw,screw,0\.9000,1,14,/,
    );
    assert.match(
      lines[2] ?? "",
      /^b\.jpg,stranger,,failed,unreadable,failed,.*No photo could be judged\.$/,
    );
  });
});
