import assert from "node:assert/strict";
import { setImmediate as nextRound } from "node:timers/promises";

import sharp from "sharp";

import type { Frame } from "../../lib/frame/frame";
import { readFrames } from "../../lib/frame/read-frames";
import { serveLmm } from "../../lib/lmm/client/served-lmm";
import { EnoughNames } from "../../lib/lmm/enough-names";
import type { Candidate } from "../../lib/lmm/lmm";
import { ollamaEngine } from "../../lib/lmm/ollama/ollama";
import { openAiEngine } from "../../lib/lmm/openai/openai";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble } from "../ollama-double/server";
import { splitTokens } from "../ollama-double/tokens";
import { startOpenAiDouble } from "../openai-double/server";

const NAMES = ["hammer", "wrench holder of metal", "thing"];
const CANDIDATES = NAMES.map((name) => ({ name, synonyms: [] }));
const ANSWER = { json: { names: NAMES } };
const TOKENS = splitTokens(JSON.stringify(ANSWER.json)).length;
/** With the token that closes it the first name is whole. */
const FIRST_NAME = splitTokens('{"names":["hammer"').length;

describe("as few names as are enough", () => {
  const namesOf = (candidates: readonly Candidate[]): string[] =>
    candidates.map(({ name }) => name);

  for (const [decisive, expected] of [
    [1, NAMES.slice(0, 1)],
    [2, NAMES.slice(0, 2)],
    [9, NAMES],
  ] as const) {
    it(`are the same, one after the other or all at once: ${expected.length} of 3`, async () => {
      const enough = (so: readonly Candidate[]): boolean => so.length === decisive;
      const atOnce = await new EnoughNames(enough).takeOf(CANDIDATES);
      const inTurn = new EnoughNames(enough);
      for (const count of [0, 1, 2, 3]) await inTurn.offer(CANDIDATES.slice(0, count));
      const hurried = new EnoughNames(enough);
      void hurried.offer(CANDIDATES.slice(0, 1));
      void hurried.offer(CANDIDATES);
      for (const names of [
        atOnce,
        await inTurn.takeOf(CANDIDATES),
        await hurried.takeOf(CANDIDATES),
      ]) {
        assert.deepEqual(namesOf(names), expected);
      }
    });
  }

  it("are asked about one more at a time, each once and never two at a time", async () => {
    const asked: number[] = [];
    let atOnce = 0;
    const names = new EnoughNames(async ({ length }) => {
      asked.push(length);
      atOnce += 1;
      assert.equal(atOnce, 1);
      await nextRound();
      atOnce -= 1;
      return false;
    });
    await Promise.all([1, 1, 3, 2, 3].map((count) => names.offer(CANDIDATES.slice(0, count))));
    assert.equal((await names.takeOf(CANDIDATES)).length, 3);
    assert.deepEqual(asked, [1, 2, 3]);
  });

  describe("of an answer that is still being written", () => {
    let frame: Frame;

    before(async () => {
      const create = { width: 64, height: 48, channels: 3, background: "#888" } as const;
      const { frames } = await readFrames(await sharp({ create }).png().toBuffer());
      frame = frames[0] ?? assert.fail();
    });

    const open = async (kind: "ollama" | "openai") => {
      const brain = new ScriptedBrain(() => ANSWER);
      if (kind === "ollama") {
        const double = await startOllamaDouble({ models: [{ name: "llava" }], brain });
        const host = double.url;
        return { double, lmm: serveLmm(ollamaEngine({ host, model: "llava", canary: false })) };
      }
      const double = await startOpenAiDouble({ brain });
      const host = double.url;
      return { double, lmm: serveLmm(openAiEngine({ host, model: "llava", canary: false })) };
    };

    for (const kind of ["ollama", "openai"] as const) {
      it(`are the same however much of it has come by then (${kind})`, async () => {
        const { double, lmm } = await open(kind);
        await lmm.warmUp();
        for (let written = FIRST_NAME; written <= TOKENS; written += 1) {
          const release = double.hold("token", written - 1);
          const { candidates, raw } = await lmm.propose(frame, "", {
            enough: async () => {
              const { journal } = double;
              while (journal.last().tokens < written && !journal.last().finished) await nextRound();
              // What was written is read as well.
              for (let round = 0; round < 5; round += 1) await nextRound();
              return true;
            },
          });
          assert.deepEqual(namesOf(candidates), ["hammer"], `${written} tokens: ${raw}`);
          // What is left of it must not take the passes of the next.
          const entry = double.journal.last();
          await double.journal.waitFor((each) => each === entry && each.finished);
          release();
        }
        await lmm.close();
        await double.close();
      });

      it(`are the same where it is over before anybody could say so (${kind})`, async () => {
        const { double, lmm } = await open(kind);
        await lmm.warmUp();
        const { candidates, timings, raw } = await lmm.propose(frame, "", {
          enough: async () => {
            await double.journal.waitFor(({ images, finished }) => images.length > 0 && finished);
            for (let round = 0; round < 20; round += 1) await nextRound();
            return true;
          },
        });
        assert.deepEqual(namesOf(candidates), ["hammer"]);
        assert.deepEqual(JSON.parse(raw), ANSWER.json);
        assert.equal(timings.cut, undefined);
        await lmm.close();
        await double.close();
      });
    }
  });
});
