/**
 * Whoever reads a name in quotation marks looks for it on the screen. In README and help, “…” and 「…」
 * stand around nothing else than what the editor shows, so that a renamed field shows up here.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { escapePattern } from "../../lib/basics/escape-pattern";
import {
  flatten,
  listDocuments,
  readDialogTexts,
  readDocument,
  readSentences,
  type TextLanguage,
} from "../helpers/catalogues";

const LANGUAGES: readonly TextLanguage[] = ["en-US", "ja"];
/** English lines wrap inside a name; Japanese ones would show a space there. */
const WRAPS = { "en-US": /\n */g, ja: /(?!)/g };
const MARKS = { "en-US": /“([^”]*)”/g, ja: /「([^」]*)」/g };

/** Sentences that send a person to a setting, and the labels of those that they must name. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "lmm.request-refused": ["lmm-server.label.keepAlive"],
  "lmm.busy": ["tlac.label.concurrency"],
  "lmm.out-of-memory": ["tlac.label.numCtx"],
  "lmm.model-crashed": ["tlac.label.numCtx"],
  "lmm.context-too-small": ["tlac.label.numCtx"],
  "lmm.timeout-loading": ["tlac.label.loadTimeout", "tlac.label.loadAtDeploy"],
  "lmm.timeout-answer": ["tlac.label.answerTimeout", "tlac.label.numPredict"],
  "lmm.timeout-total": ["tlac.label.totalTimeout"],
  "lmm.timeout-canary": ["tlac.label.totalTimeout"],
  "lmm.canary-photo-missing": ["lmm-server.label.canary"],
  "lmm.answer-cut": ["tlac.label.numPredict"],
  "lmm.answer-too-long": ["tlac.label.numPredict"],
  "lmm.answer-only-thought": ["tlac.label.numPredict"],
  "lmm.bad-ca-file": ["lmm-server.label.caFile"],
  "lmm.certificate-untrusted": ["lmm-server.label.caFile"],
  "tlac.list-too-long": ["tlac.label.numCtx"],
  "clip.bad-dtype": ["clip-model.label.dtype", "clip-model.dtype.auto"],
  "clip.bad-threads": ["tlac.label.threads"],
  "clip.dtype-not-there": ["clip-model.label.dtype", "clip-model.dtype.auto"],
  "clip.no-direction": ["clip-model.label.dtype"],
  "clip.download-not-found": ["clip-model.label.dtype"],
  "clip.offline": ["clip-model.label.offline"],
  "frame.path-off": ["tlac.label.readFiles", "tlac.label.folders"],
  "frame.path-outside": ["tlac.label.folders"],
  "evaluation.folder-off": ["tlac.label.readFiles", "tlac.label.folders"],
  "evaluation.folder-outside": ["tlac.label.folders"],
  "frame.url-off": ["tlac.label.readFiles", "tlac.label.hosts"],
  "frame.url-host": ["tlac.label.hosts"],
};

for (const language of LANGUAGES) {
  describe(`${language}: names in quotation marks`, () => {
    const dialogs = readDialogTexts(language);
    const labels = [...dialogs.values(), ...readNodeRed(language)];
    // What a label explains in brackets may be left out.
    const short = labels.map((label) => label.replace(/ ?[(（].*$/, "")).filter(Boolean);
    const shown = [...labels, ...short].map(toPattern);

    for (const file of listDocuments(language)) {
      it(`${file}: stand on the screen as they are quoted`, () => {
        const text = readDocument(file).replace(/`[^`]*`/g, "");
        const quoted = [...text.matchAll(MARKS[language])].map(([, name = ""]) =>
          name.replace(WRAPS[language], " "),
        );
        const missing = quoted.filter((name) => !shown.some((pattern) => pattern.test(name)));
        assert.deepEqual(missing, []);
      });
    }

    it("are those of the settings to which a sentence sends", () => {
      const sentences = readSentences(language);
      for (const [key, labels] of Object.entries(SETTINGS)) {
        for (const label of labels) {
          const name = dialogs.get(label) ?? "";
          const quoted = language === "ja" ? `「${name}」` : `“${name}”`;
          assert.ok(name && sentences.get(key)?.includes(quoted), `${key} names ${quoted}`);
        }
      }
      for (const [key, sentence] of sentences) {
        // What a server calls its option is not what the dialog calls its field.
        assert.doesNotMatch(sentence, /\b(?:num_ctx|num_predict|keep.alive)\b/, key);
      }
    });
  });
}

/** What Node-RED's own editor and nodes say. */
function readNodeRed(language: TextLanguage): string[] {
  const places = [
    ["@node-red/editor-client", "editor.json"],
    ["@node-red/nodes", "messages.json"],
  ] as const;
  return places.flatMap(([name, file]) => {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    const text = readFileSync(path.join(folder, "locales", language, file), "utf8");
    const catalogue = JSON.parse(text) as Record<string, unknown>;
    // The palette shows a type's name where its node has no label of its own.
    return [...Object.keys(catalogue), ...flatten(catalogue).values()];
  });
}

/** Of a text with places such as `__name__`, which hold something. */
function toPattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .split(/__\w+__/)
      .map(escapePattern)
      .join(".+")}$`,
  );
}
