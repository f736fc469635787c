/**
 * What README and help say of defaults and limits, held against what the code has. Each claim names the
 * sentences that make it, with the numbers of the code put in: whoever changes one, changes both.
 */
import assert from "node:assert/strict";

import { PRESETS } from "../../lib/clip/presets";
import { DEFAULT_KNOB, KNOBS } from "../../lib/confidence/knob";
import { GRID_SIDE } from "../../lib/frame/scene-grid";
import { MOST_PER_CLASS, MOST_SIDE } from "../../lib/examples/example-store";
import { MAX_PATTERN_LENGTH } from "../../lib/lmm/answer-filter";
import { DEFAULT_TEMPLATE } from "../../lib/vocabulary/class-names";
import glossary from "../../lib/vocabulary/glossary/ja.json";
import { ALERT_LEVELS } from "../../lib/vocabulary/vocabulary";
import labels from "../../models/starter/labels.json";
import { NODE_FIELDS, NUMBERS } from "../../nodes/field-table";
import { MAX_TEXT } from "../../nodes/runtime/status/tally";
import { readDialogTexts, readDocument } from "../helpers/catalogues";

interface Claim {
  readonly about: string;
  /** Whether the code has it so. */
  readonly holds: boolean;
  /** By document, what it says. A line break counts as a space, or as nothing in Japanese. */
  readonly said: Readonly<Record<string, string>>;
}

const { tlac, "lmm-server": server, "clip-model": model, "tlac-alert": alert } = NODE_FIELDS;
const { raiseFrames, raiseOf, clearFrames, cooldown } = alert;
const glossarySize = Object.values(glossary).reduce((sum, t) => sum + Object.keys(t).length, 0);
const hundreds = (count: number): string => (Math.floor(count / 100) * 100).toLocaleString("en-US");

const CLAIMS: readonly Claim[] = [
  {
    about: "where the image stands",
    holds: tlac.image.value === "payload" && tlac.imageType.value === "msg",
    said: {
      "README.md": "In: the image in `msg.payload` (or the property you choose)",
      "README.ja.md": "入力: `msg.payload`（または選んだプロパティ）の画像",
    },
  },
  {
    about: "which camera a message is of",
    holds: tlac.camera.value === "topic" && tlac.cameraType.value === "msg",
    said: {
      "README.md": "`msg.camera` (default: `msg.topic`)",
      "README.ja.md": "`msg.camera`（既定: `msg.topic`）",
      "locales/en-US/tlac.html": "which camera the image is of; `msg.topic` where it is missing",
      "locales/ja/tlac.html": "どのカメラの画像か。なければ `msg.topic` を使います",
    },
  },
  {
    about: "files and URLs",
    holds: !tlac.readFiles.value,
    said: {
      "README.md": "in the message” is on, which it is not by default",
      "README.ja.md": "から画像を読み込む」を有効にしたとき（既定では無効）だけ",
    },
  },
  {
    about: "unchanged scenes",
    holds: tlac.unchanged.value === "reuse",
    said: {
      "README.md": "camera stand while its picture stays the same (as a new node does)",
      "README.ja.md": "前回の答えを使うか（新しいノードの設定）",
      "locales/en-US/tlac.html": "sends the last result again (a new node does)",
      "locales/ja/tlac.html": "前回の結果をもう一度送るか（新しいノードの設定）",
    },
  },
  {
    about: "the blocks that scenes are compared by",
    holds: true,
    said: {
      "README.md": `in ${String(GRID_SIDE)} × ${String(GRID_SIDE)} blocks`,
      "README.ja.md": `${String(GRID_SIDE)} × ${String(GRID_SIDE)} に分けて比べ`,
    },
  },
  {
    about: "the newest image of each camera",
    holds: server.latestOnly.value,
    said: {
      "README.md": "leave “Of each camera only the newest waiting image counts” on",
      "README.ja.md": "「カメラごとに、待っている最新の画像だけを処理する」を有効のままにします",
      "locales/en-US/lmm-server.html": "only the newest waiting image counts” (on in a new server)",
      "locales/ja/lmm-server.html": "最新の画像だけを処理する」（新しいサーバーでは有効）",
    },
  },
  {
    about: "images at the same time",
    holds: NUMBERS.concurrency.value === 1,
    said: {
      "README.md": "one picture at a time unless you raise “At the same time”",
      "README.ja.md": "「同時処理数」を上げないかぎり 1 枚ずつ処理し",
    },
  },
  {
    about: "when the models are loaded",
    holds: !tlac.loadAtDeploy.value,
    said: {
      "README.md": "unless “Load the models at deploy, not with the first message” is on",
      "README.ja.md": "デプロイ時にモデルを読み込む」を有効にすれば待ちません",
    },
  },
  {
    about: "the two known photos",
    holds: server.canary.value,
    said: {
      "README.md": "(“Check with two known photos that the model really sees”, on by default)",
      "README.ja.md": "できるか確認する」、既定で有効）",
    },
  },
  {
    about: "a server without a host",
    holds: server.host.value === "",
    said: {
      "README.md": "(`http://192.168.1.20:11434`; empty means this computer)",
      "README.ja.md": "（`http://192.168.1.20:11434`。空欄ならこのコンピューター）",
      "locales/en-US/lmm-server.html": "`OLLAMA_HOST`, else this computer",
      "locales/ja/lmm-server.html": "`OLLAMA_HOST`、それもなければこのコンピューター",
    },
  },
  {
    about: "the model of a new server, and for how long it stays loaded",
    holds: true,
    said: {
      "README.md": `ollama pull ${server.model.value}`,
      "README.ja.md": `ollama pull ${server.model.value}`,
      "locales/en-US/lmm-server.json": `"keepAlive": "${server.keepAlive.value}"`,
      "locales/ja/lmm-server.json": `"keepAlive": "${server.keepAlive.value}"`,
    },
  },
  {
    about: "the model that compares",
    holds: model.kind.value === "starter" && !model.offline.value,
    said: {
      "README.md": "| `starter` (bundled) ",
      "README.ja.md": "| `starter`（同梱） ",
      "locales/en-US/clip-model.html": "Nodes without one use the bundled starter model",
      "locales/ja/clip-model.html": "設定のないノードは、同梱のスターターモデルを使います",
    },
  },
  {
    about: "how many may be wrong",
    holds: true,
    said: {
      "locales/en-US/tlac-vocabulary.json": `"auto": "1 wrong in ${DEFAULT_KNOB} (default)"`,
      "locales/ja/tlac-vocabulary.json": `"auto": "${DEFAULT_KNOB} 枚に 1 枚まで（既定）"`,
      "locales/en-US/tlac.json": `else 1 wrong in ${DEFAULT_KNOB}.`,
      "locales/ja/tlac.json": `なければ ${DEFAULT_KNOB} 枚に 1 枚。`,
    },
  },
  {
    about: "what can be accepted",
    holds: KNOBS.join() === "20,50,100,200,1000",
    said: {
      "README.md": "most” 1 wrong in 20, 50, 100, 200 or 1,000 judged pictures",
      "README.ja.md": "判定した画像 20、50、100、200、1,000 枚につき誤り 1 枚まで",
    },
  },
  {
    about: "when an alert is raised",
    holds: !alert.unknownIsGone.value && alert.level.value === "info",
    said: {
      "README.md": `after ${raiseFrames.value} of the last ${raiseOf.value} judged frames`,
      "README.ja.md": `判定した直近 ${raiseOf.value} 枚のうち ${raiseFrames.value} 枚`,
    },
  },
  {
    about: "when an alert is cleared, and for how long none follows",
    holds: true,
    said: {
      "README.md": `clears it after ${clearFrames.value} in a row without, and is silent in between and for ${cooldown.value} minutes`,
      "README.ja.md": `画像が続けて ${clearFrames.value} 枚で解除します。その間と、警報を送ってから ${cooldown.value} 分間`,
    },
  },
  {
    about: "the sentence around a name",
    holds: true,
    said: {
      "locales/en-US/tlac-vocabulary.html": `Empty means \`${DEFAULT_TEMPLATE}\``,
      "locales/ja/tlac-vocabulary.html": `空欄なら \`${DEFAULT_TEMPLATE}\` を使います`,
      "locales/en-US/tlac-vocabulary.json": `Empty: “${DEFAULT_TEMPLATE}”`,
      "locales/ja/tlac-vocabulary.json": `空欄なら「${DEFAULT_TEMPLATE}」を使います`,
    },
  },
  {
    about: "alert levels",
    holds: ALERT_LEVELS.join() === "none,info,warning,critical",
    said: {
      "locales/en-US/tlac-vocabulary.html": "`none`, `info`, `warning` or `critical`",
      "locales/ja/tlac-vocabulary.html":
        "`none`（なし）、`info`（情報）、`warning`（注意）、`critical`（重大）",
    },
  },
  {
    about: "examples that are kept",
    holds: true,
    said: {
      "locales/en-US/tlac-vocabulary.html": `a long side of at most ${MOST_SIDE} pixels`,
      "locales/ja/tlac-vocabulary.html": `長辺 ${MOST_SIDE} 画素以下`,
    },
  },
  {
    about: "examples of a class",
    holds: true,
    said: {
      "locales/en-US/tlac-vocabulary.html": `A class keeps at most ${MOST_PER_CLASS};`,
      "locales/ja/tlac-vocabulary.html": `1 つのクラスに ${MOST_PER_CLASS} 枚まで保存し`,
    },
  },
  {
    about: "the length of a regular expression",
    holds: true,
    said: {
      "locales/en-US/tlac.json": `is longer than ${MAX_PATTERN_LENGTH} characters`,
      "locales/ja/tlac.json": `正規表現は ${MAX_PATTERN_LENGTH} 文字以内`,
      "resources/dialog.js": `const MOST_PATTERN = ${MAX_PATTERN_LENGTH};`,
    },
  },
  {
    about: "the size of the glossary",
    holds: true,
    said: {
      "README.md": `a bundled glossary of ${hundreds(glossarySize)} things`,
      "README.ja.md": `同梱の用語集（約 ${hundreds(glossarySize)} 項目）`,
    },
  },
  {
    about: "what the built-in recogniser knows",
    holds: true,
    said: {
      "README.md": `it knows the ${hundreds(labels.length)} names of ImageNet`,
      "README.ja.md": `ImageNet の ${hundreds(labels.length)} の名前だけを知っています`,
      "locales/en-US/lmm-server.html": `It knows ${hundreds(labels.length)} everyday things`,
      "locales/ja/lmm-server.html": `身近な物 ${hundreds(labels.length)} 種類を知っています`,
    },
  },
  {
    about: "the length of a status",
    holds: true,
    said: {
      "locales/en-US/tlac.html": `finds no room in ${MAX_TEXT} characters`,
      "locales/ja/tlac.html": `${MAX_TEXT} 文字に収まらないもの`,
    },
  },
];

describe("README and help", () => {
  for (const { about, holds, said } of CLAIMS) {
    it(`say what the code has: ${about}`, () => {
      assert.ok(holds, "the code has it otherwise");
      for (const [file, sentence] of Object.entries(said)) {
        const seam = file.includes("ja") ? "" : " ";
        const text = readDocument(file).replace(/(?<!\n)\n *(?![\n|#-])/g, seam);
        assert.ok(text.includes(sentence), `${file} says: ${sentence}`);
      }
    });
  }

  for (const file of ["README.md", "README.ja.md"]) {
    it(`${file}: list the presets with their licence and size`, () => {
      const lines = readDocument(file).split("\n");
      for (const { name, repo, licence, sizeMB } of PRESETS) {
        const row = lines.find((line) => line.startsWith(`| \`${repo ?? name}\``)) ?? "";
        assert.ok(row.includes(` ${sizeMB} MB`), name);
        // The bundled one has several licences, which its NOTICE lists.
        assert.ok(row.includes(repo ? licence : "models/starter/NOTICE"), name);
      }
    });
  }

  for (const language of ["en-US", "ja"] as const) {
    it(`${language}: a preset is offered with its licence and size`, () => {
      const texts = readDialogTexts(language);
      for (const { name, repo, licence, sizeMB } of PRESETS) {
        if (!repo) continue;
        const offer = texts.get(`clip-model.preset.${name}`) ?? "";
        assert.ok(offer.includes(`${sizeMB} MB`), name);
        assert.ok(offer.includes(licence), name);
      }
    });

    it(`${language}: a placeholder that shows a default shows that of the table`, () => {
      const texts = readDialogTexts(language);
      assert.equal(texts.get("lmm-server.placeholder.model"), server.model.value);
      assert.equal(texts.get("lmm-server.placeholder.keepAlive"), server.keepAlive.value);
    });
  }
});
