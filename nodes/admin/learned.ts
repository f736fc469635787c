import type { NodeAPI } from "node-red";

import { TlacError, toError } from "../../lib/errors";
import { translate, type Language } from "../../lib/i18n/catalogue";
import type { Learner } from "../../lib/learn/learner";
import { exportLearned, importLearned, type Imported } from "../../lib/learn/transfer";
import { joinNames } from "../../lib/vocabulary/names-in-text";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import type { Vocabulary } from "../../lib/vocabulary/vocabulary";
import { findLearner } from "../runtime/record/shared-learners";
import { settleExamples } from "../runtime/examples/shared-examples";
import { readText } from "../runtime/settings/read-settings";
import { reply, toComplaint, type Call } from "./reply";
import type { Fix } from "./vocabulary-fixes";

/** `POST /tlac/vocabulary/learned/list`: what people taught, beside the classes as they stand. */
export interface LearnedAnswer {
  readonly names: readonly {
    readonly kind: "alias" | "not";
    readonly name: string;
    /** Of the class, in the classes that were sent. */
    readonly row: number;
    readonly label: string;
    /** How many answers it rests on; 0: a person settled it. */
    readonly lessons: number;
    /** Makes it a typed name. */
    readonly take: Fix;
  }[];
  readonly held: readonly {
    readonly word: string;
    readonly claims: readonly {
      /** Null: none of the classes. */
      readonly class: string | null;
      readonly label: string;
      readonly lessons: number;
      readonly typed: boolean;
    }[];
  }[];
  /** Words that a person settled to teach nothing. */
  readonly silenced: readonly string[];
}

/** Lines that are imported at once. */
const MOST_LINES = 10_000;

/** What the vocabulary's dialog does with what was learned. */
export function serveLearned(RED: NodeAPI): void {
  const serve = (
    name: string,
    permission: "read" | "write",
    work: (learner: Learner, call: Call) => unknown,
  ): void => {
    RED.httpAdmin.post(
      `/tlac/vocabulary/learned/${name}`,
      RED.auth.needsPermission(`tlac-vocabulary.${permission}`),
      reply((call) => work(find(RED, call.body), call)),
    );
  };
  serve("list", "read", (learner, { body, language }) => list(learner, body.classes, language));
  serve("settle", "write", async (learner, { body }) => {
    const word = readText(body.word, "word") ?? "";
    const meaning = body.class === null ? null : readText(body.class, "class");
    await learner.settle(word, meaning);
    return {};
  });
  serve("import", "write", async (learner, { body, signal }): Promise<Imported> => {
    const lines: readonly unknown[] = Array.isArray(body.lines) ? body.lines : [];
    const texts = lines.slice(0, MOST_LINES).map(String);
    const typed = parseVocabulary(body.classes);
    const imported = await importLearned(learner, typed, texts, signal);
    await settleExamples(RED, readText(body.vocabulary, "vocabulary") ?? "");
    return imported;
  });
  // A plant's examples are many megabytes: they leave line by line.
  RED.httpAdmin.post(
    "/tlac/vocabulary/learned/export",
    RED.auth.needsPermission("tlac-vocabulary.read"),
    (request, response) => {
      const body = request.body as Call["body"];
      void (async () => {
        try {
          const typed = parseVocabulary(body.classes);
          for await (const line of exportLearned(find(RED, body), typed)) {
            if (response.destroyed) return;
            if (!response.headersSent) response.type("text/plain");
            if (response.write(line)) continue;
            await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
          }
          response.end();
        } catch (thrown) {
          // Half a file must not look like a whole one.
          if (response.headersSent) response.destroy(toError(thrown));
          else response.status(400).json(toComplaint(thrown, "en-US"));
        }
      })();
    },
  );
}

function find(RED: NodeAPI, body: Call["body"]): Learner {
  const id = readText(body.vocabulary, "vocabulary");
  if (id) return findLearner(RED, id);
  const params = { field: "vocabulary", type: "undefined" };
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", params);
}

async function list(
  learner: Learner,
  classes: unknown,
  language: Language,
): Promise<LearnedAnswer> {
  const vocabulary = parseVocabulary(classes);
  const { names, held } = await learner.readLearned(vocabulary);
  const rowOf = new Map(vocabulary.classes.map(({ id }, row) => [id, row]));
  const { settlements } = await learner.readLessons();
  return {
    names: names.flatMap(({ kind, class: id, name, lessons }) => {
      const row = rowOf.get(id);
      const entry = vocabulary.classes[row ?? -1];
      if (row === undefined || !entry) return [];
      const take = takeName(vocabulary, row, kind, name);
      return [{ kind, name, row, label: entry.label, lessons: lessons.length, take }];
    }),
    held: held.map(({ word, claims }) => ({
      word,
      claims: claims.map((claim) => ({
        ...claim,
        label:
          claim.class === null
            ? translate("learn.none", {}, language)
            : (vocabulary.classes[rowOf.get(claim.class) ?? -1]?.label ?? claim.class),
      })),
    })),
    silenced: [...settlements.values()].flatMap((one) => (one.class === null ? [one.word] : [])),
  };
}

function takeName(
  { classes }: Vocabulary,
  row: number,
  kind: "alias" | "not",
  name: string,
): Fix {
  const column = kind === "alias" ? "aliases" : "not";
  const entry = classes[row];
  const value = joinNames([...(entry?.[column] ?? []), name]);
  return {
    action: "take-learned",
    params: { name, label: entry?.label ?? "", into: "" },
    set: [{ row, column, value }],
    remove: [],
    edit: null,
  };
}
