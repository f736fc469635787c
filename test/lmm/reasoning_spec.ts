import assert from "node:assert/strict";

import { stripReasoning } from "../../lib/lmm/reasoning";

describe("thoughts before an answer", () => {
  for (const [form, answer, expected] of [
    ["fenced", "<think>Is it a nut?</think>\n\nhex bolt", "hex bolt"],
    ["in capitals", "<THINK>Is it a nut?</THINK>hex bolt", "hex bolt"],
    ["under other names", "<thinking>a nut?</thinking>hex bolt", "hex bolt"],
    ["under yet others", "<reasoning>a nut?</reasoning> hex bolt", "hex bolt"],
    ["twice", "<think>a</think>hex <think>b</think>bolt", "hex bolt"],
    ["empty", "<think>\n\n</think>\nhex bolt", "hex bolt"],
    ["begun in the prompt", "It may be a nut.\n</think>\nhex bolt", "hex bolt"],
    ["never ended", "<think>It may be a nut, or", ""],
    ["never ended, the answer before", "hex bolt <think>or", "hex bolt"],
    ["of Kimi", "◁think▷a nut?◁/think▷hex bolt", "hex bolt"],
    ["of Magistral", "[THINK]a nut?[/THINK]hex bolt", "hex bolt"],
    [
      "of gpt-oss",
      "<|channel|>analysis<|message|>a nut?<|end|><|start|>assistant<|channel|>final<|message|>hex bolt<|return|>",
      "hex bolt",
    ],
    ["of gpt-oss, cut", "<|channel|>analysis<|message|>a nut? perhaps", ""],
    ["of Gemma", "<|channel>thought\na nut?<channel|>hex bolt", "hex bolt"],
    ["with the answer marked", "<think>a</think><answer>hex bolt</answer>", "hex bolt"],
    [
      "of LLaVA-CoT",
      "<SUMMARY>s</SUMMARY><REASONING>r</REASONING><CONCLUSION>bolt</CONCLUSION>",
      "bolt",
    ],
    ["around JSON", '<think>{"a":1}</think>{"b":2}', '{"b":2}'],
    ["before letters that change their length", "İİİ</think>hex bolt", "hex bolt"],
  ] as const) {
    it(`go: ${form}`, () => {
      assert.deepEqual(stripReasoning(answer), { text: expected, thought: true });
    });
  }

  it("leave an answer without any as it is", () => {
    for (const text of [
      " hex bolt\n",
      "a < b > c",
      "I think it is a bolt",
      '{"a_name": "think"}',
    ]) {
      assert.deepEqual(stripReasoning(text), { text, thought: false });
    }
  });

  it("are found in time, however many", () => {
    for (const part of ["<think>", "</think>", "<think></think>", "<|channel|>analysis"]) {
      assert.equal(stripReasoning(part.repeat(50_000)).text.length, 0);
    }
  });
});
