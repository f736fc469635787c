import assert from "node:assert/strict";

import { JSON_FORMS } from "../../lib/lmm/answer-forms";
import { OwnWords } from "../../lib/lmm/parrot";
import { PROMPT_DOMAINS } from "../../lib/lmm/prompts/prompt-domains";
import { renderPrompt } from "../../lib/lmm/prompts/render-prompt";
import { joinTexts } from "../../lib/lmm/question-text";
import { wholeListQuestion } from "../../lib/tlac/reconcile-questions";

const GENERAL = `${renderPrompt("general")}\n\n${JSON_FORMS.json.words}`;
const CLASSES = ["hex bolt", "name plate with image missing", "bolt, hex, M8", "ok"];
const LIST = wholeListQuestion(CLASSES, "fastener");

describe("an answer made of our own words", () => {
  for (const name of [
    // The form, its keys and what stood in its places before.
    "most likely name",
    "Most Likely Name.",
    "most_likely_name",
    "mostLikelyName",
    "MOST  LIKELY  NAME",
    "ｍｏｓｔ ｌｉｋｅｌｙ ｎａｍｅ",
    "likely name",
    "another name for the same thing",
    "another name",
    "one sentence about what you see",
    "a_name",
    "name1",
    "synonym 2",
    "short noun phrase in the singular",
    "a short noun phrase",
    "other names for the same thing",
    "1 to 5 candidates, the most likely first",
    "your answer sentence here",
    "a brief description of what is seen in the image",
    "<name>",
    "[synonym]",
    "name of the object",
    "description of the image",
    // The question, whole and in part.
    "What is the main object in this photo?",
    "what is the main object",
    "the main object in this photo",
    "everyday words that a person would use for it",
    "Name it as specifically as you can see it",
    // Translated.
    "最も可能性の高い名前",
    "最も可能性が高い名称",
    "同じものの別の名前",
    "同じ物を指す別名",
    "見えるものについての一文",
    "画像に写っているものの説明",
    "一文の説明",
    "もっともらしい名前",
    "その物の他の言い方",
    "単数形の短い名詞句",
    "写真に写っているものを一文で説明してください",
    "wahrscheinlichster Name",
    "ein anderer Name für dasselbe",
    "ein Satz über das, was Sie sehen",
    "nombre más probable",
    "otro nombre para la misma cosa",
    "le nom le plus probable",
    "最可能的名称",
    "最有可能的名字",
    "照片中的主要物体是什么？",
    "この写真の主な物体は何ですか？",
    "JSONのみで回答してください",
    "가장 가능성 높은 이름",
    "une phrase sur ce que vous voyez",
    "meest waarschijnlijke naam",
    "наиболее вероятное имя",
    "Was ist das Hauptobjekt auf diesem Foto?",
    "¿Cuál es el objeto principal en esta foto?",
    // Said in other words, and what a sentence begins with.
    "b_synonyms",
    "main object",
    "what you see",
    "the same thing",
    "Name the main object as specifically as you can",
    "The main object in this photo is",
    "JSON only",
    "most likely first",
  ]) {
    it(`is no answer: ${name}`, () => {
      assert.equal(new OwnWords(GENERAL).holds(name), true);
    });
  }

  for (const name of [
    "hex bolt",
    "object",
    "photo",
    "image sensor",
    "name plate",
    "name tag",
    "label",
    "string",
    "sample",
    "best before date",
    "main switch",
    "class photo",
    "the photo shows a cup with a word on it",
    "a hammer?",
    "description plate",
    "a person",
    "The main object in this photo is a screwdriver",
    "The main object in this photo is a rusty hex bolt on a table",
    "the most likely candidate is a hammer",
    "名札",
    "説明書",
    "名前シール",
    "写真立て",
    "ねじ",
    "別の部品",
    "",
    "…",
  ]) {
    it(`may be an answer: ${JSON.stringify(name)}`, () => {
      assert.equal(new OwnWords(GENERAL).holds(name), false);
    });
  }

  it("is no phrase of a question that offers names", () => {
    for (const [domain, names] of [
      ["surface-defects", ["scratch", "missing material", "no defect", "scratch and dent"]],
      ["packaging", ["open box", "torn", "without label"]],
      ["ppe-and-safety", ["a person where none should be", "a blocked way", "helmet"]],
      ["gauges-and-screens", ["pointer low", "an error on the display", "switch off"]],
      ["vehicles-and-logistics", ["forklift", "truck", "trailer"]],
    ] as const) {
      const own = new OwnWords(`${renderPrompt(domain)}\n\n${JSON_FORMS.json.words}`);
      for (const name of names) assert.equal(own.holds(name), false, name);
    }
    const own = new OwnWords("Is it a cup with a broken handle or a cup without a handle?");
    assert.equal(own.holds("a cup with a broken handle"), false);
  });

  it("is each shipped question, as a whole and each of its sentences", () => {
    for (const { name } of PROMPT_DOMAINS) {
      const prompt = renderPrompt(name);
      const own = new OwnWords(`${prompt}\n\n${JSON_FORMS.json.words}`);
      assert.equal(own.holds(prompt), true, name);
      for (const sentence of prompt.split(/(?<=[.?])\s/)) {
        if (sentence.split(" ").length < 6 || sentence.includes(":")) continue;
        assert.equal(own.holds(sentence), true, sentence);
      }
    }
  });

  it("is a short question", () => {
    const own = new OwnWords("What is it?\nOne of: name plate, image sensor.\nこれは何ですか");
    for (const answer of ["What is it?", "what is it", "これは何ですか。"]) {
      assert.equal(own.holds(answer), true, answer);
    }
    for (const answer of ["it", "name plate", "image sensor"]) {
      assert.equal(own.holds(answer), false, answer);
    }
  });

  it("is a Japanese question too", () => {
    const own = new OwnWords("写真に写っている部品は何ですか。名前だけを答えてください。");
    assert.equal(own.holds("写真に写っている部品は何ですか"), true);
    assert.equal(own.holds("部品は何ですか。名前だけを"), true);
    assert.equal(own.holds("六角ボルト"), false);
    assert.equal(own.holds("写真に写っている部品は六角ボルトです"), false);
  });

  it("is the class list as a whole or a good part of it, and never one class", () => {
    const own = new OwnWords(joinTexts(LIST), LIST.names);
    for (const label of CLASSES) assert.equal(own.holds(label), false, label);
    for (const answer of [
      `[${CLASSES.join(", ")}]`,
      `classes: [${CLASSES.join(", ")}]`,
      CLASSES.join(", "),
      "predicted class: fastener",
      "the predicted class",
      `1. ${CLASSES.join("\n2. ")}`,
      CLASSES.join(" "),
      "Reply with the name of one class and nothing else.",
      "the class of the list that is closest to it in meaning",
      joinTexts(LIST),
    ]) {
      assert.equal(own.holds(answer), true, answer);
    }
    assert.equal(own.holds("The class that is closest in meaning is: hex bolt"), false);
    const two = new OwnWords("classes: [ok, ng]\nWhich is it?");
    assert.equal(two.holds("ok, ng"), true);
    assert.equal(two.holds("ng"), false);
  });

  it("leaves what else was said", () => {
    const own = new OwnWords(GENERAL);
    const stripped = own.strip({
      candidates: [
        { name: "most likely name", synonyms: [] },
        { name: "hammer", synonyms: ["another name for the same thing", "mallet"] },
      ],
      description: "one sentence about what you see",
    });
    const candidates = [{ name: "hammer", synonyms: ["mallet"] }];
    assert.deepEqual(stripped, { candidates, description: "" });
  });

  it("is the class list copied into the candidates one by one", () => {
    const own = new OwnWords(
      renderPrompt("What is it?\n{{> classes}}", {
        vocabulary: ["bolt", "nut", "screw", "washer", "pin"],
      }),
    );
    const toAnswer = (names: string[]) => ({
      candidates: names.map((name) => ({ name, synonyms: [] })),
      description: "",
    });
    assert.equal(own.strip(toAnswer(["bolt", "nut", "screw", "washer"])), null);
    assert.ok(own.strip(toAnswer(["nut", "bolt"])));
    assert.ok(own.strip(toAnswer(["screw", "washer", "nut", "bolt"])));
  });
});
