import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { estimateTokens } from "../../lib/lmm/estimate-tokens";
import type { Question, Reply } from "../../lib/lmm/lmm";
import { joinTexts } from "../../lib/lmm/question-text";
import { askWholeList } from "../../lib/tlac/ask-whole-list";

const MOST_CHARACTERS = 20_000;

/** The labels that a question lists. */
const listed = (prompt: string): string[] =>
  (/^classes: \[(.*)\]$/m.exec(prompt)?.[1] ?? "").split(", ");

describe("the second stage over the whole list", () => {
  /** Asks an LMM that takes the wanted label where it is offered, and else the first. */
  const ask = async (labels: readonly string[], wanted: string, tokens?: number) => {
    const prompts: string[] = [];
    const answer = await askWholeList({
      labels,
      predicted: "the predicted thing",
      tokens,
      ask: (question: Question): Promise<Reply> => {
        const prompt = joinTexts(question);
        prompts.push(prompt);
        const offered = listed(prompt);
        const text = offered.includes(wanted) ? `${wanted}.` : (offered[0] ?? "");
        return Promise.resolve({ text, raw: text, model: { name: "m" }, timings: { total: 1 } });
      },
      findLabel: (name) => Promise.resolve(labels.find((label) => label === name)),
    });
    return { answer, prompts };
  };

  const SCRIPTS: readonly (readonly [string, (index: number) => string])[] = [
    ["English words", (index) => `a rather long name of a machined part ${index}`],
    ["part numbers", (index) => `M${index}x${index * 7}-8.8/Zn`],
    ["Japanese", (index) => `六角ボルト（亜鉛めっき）${index}号`],
  ];

  for (const [script, name] of SCRIPTS) {
    for (const [count, tokens] of [
      [3, 3_696],
      [700, 3_696],
      [1_000, undefined],
      [1_200, 16_000],
    ] as const) {
      it(`asks about ${count} ${script} in ${tokens ?? "any number of"} tokens, none left out`, async () => {
        const labels = Array.from({ length: count }, (_, index) => name(index));
        for (const wanted of [labels[0]!, labels[count >> 1]!, labels.at(-1)!]) {
          const { answer, prompts } = await ask(labels, wanted, tokens);
          assert.equal(answer, wanted);
          const parts = prompts.length === 1 ? prompts : prompts.slice(0, -1);
          assert.deepEqual(parts.flatMap(listed), labels);
          for (const prompt of prompts) {
            assert.match(prompt, /^predicted class: the predicted thing$/m);
            assert.ok(prompt.length <= MOST_CHARACTERS);
            assert.ok(estimateTokens(prompt) <= (tokens ?? Infinity) + 2);
          }
        }
      });
    }
  }

  it("refuses a list that would take too many questions before it asks one", async () => {
    const labels = Array.from({ length: 10_000 }, (_, index) => `鋼板の表面の傷 ${index}`);
    let asked = 0;
    await assert.rejects(
      askWholeList({
        labels,
        predicted: "scratch",
        tokens: 1_000,
        ask: () => {
          asked += 1;
          return Promise.reject(new Error("never"));
        },
        findLabel: () => Promise.resolve(undefined),
      }),
      (error) =>
        error instanceof TlacError &&
        error.code === "BAD_CONFIG" &&
        /10000 classes.*“Context”/.test(error.message),
    );
    assert.equal(asked, 0);
    await assert.rejects(ask(["a", "b"], "a", 10), { code: "BAD_CONFIG" });
  });

  it("has no answer where no part had one", async () => {
    const labels = Array.from({ length: 300 }, (_, index) => `class number ${index}`);
    const answer = await askWholeList({
      labels,
      predicted: "x",
      tokens: 600,
      ask: () =>
        Promise.resolve({ text: "?", raw: "?", model: { name: "m" }, timings: { total: 1 } }),
      findLabel: () => Promise.resolve(undefined),
    });
    assert.equal(answer, "");
  });
});
