import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Request, Response } from "express";
import type { NodeAPI } from "node-red";

import { isRecord } from "../../lib/basics/is-record";
import type { Learner } from "../../lib/learn/learner";
import type { Settlement } from "../../lib/learn/lessons";
import { undoFrom } from "../../lib/learn/teach";
import { exportLearned, importLearned, type Imported } from "../../lib/learn/transfer";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { settleExamples } from "../runtime/examples/shared-examples";
import { findLearner } from "../runtime/record/shared-learners";
import { RecordUse } from "../runtime/record/shared-record";
import { readText } from "../runtime/settings/read-settings";
import { describeLearned } from "./describe-learned";
import { readVocabularyId } from "./read-vocabulary-id";
import { checkBody, readLanguage, reply, toComplaint, toStatus, type Call } from "./reply";

/** More than a person settles in one sitting. */
const MOST_SETTLING = 1_000;

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
      reply((call) => work(findLearner(RED, readVocabularyId(call.body)), call)),
    );
  };
  serve("list", "read", (learner, { body, language }) =>
    describeLearned(learner, parseVocabulary(body.classes), readSettling(body.settling), language),
  );
  serve("settle", "write", async (learner, { body }) => {
    const word = readText(body.word, "word") ?? "";
    await learner.settle(word, body.class === null ? null : readText(body.class, "class"));
    return {};
  });
  serve("undo", "write", async (learner, { body }) => {
    const vocabulary = parseVocabulary(body.classes);
    const use = new RecordUse(RED);
    try {
      const school = { record: use.record, learner, vocabulary };
      await undoFrom(school, readText(body.lesson, "lesson") ?? "", "");
    } finally {
      await use.release();
    }
    await settleExamples(RED, readVocabularyId(body));
    return {};
  });
  serve("import", "write", async (learner, { body, signal }): Promise<Imported> => {
    const lines: readonly unknown[] = Array.isArray(body.lines) ? body.lines : [];
    const typed = parseVocabulary(body.classes);
    const imported = await importLearned(learner, typed, lines.map(String), signal);
    await settleExamples(RED, readVocabularyId(body));
    return imported;
  });
  RED.httpAdmin.post(
    "/tlac/vocabulary/learned/export",
    RED.auth.needsPermission("tlac-vocabulary.read"),
    (request, response) => void sendAll(RED, request, response),
  );
}

/** A plant's examples are many megabytes: they leave line by line, as fast as the browser takes them. */
async function sendAll(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  let lines: AsyncGenerator<string>;
  try {
    checkBody(request, "json");
    const body = request.body as Call["body"];
    lines = exportLearned(findLearner(RED, readVocabularyId(body)), parseVocabulary(body.classes));
  } catch (thrown) {
    response.status(toStatus(thrown)).json(toComplaint(thrown, readLanguage(request)));
    return;
  }
  // Half a file must not look like a whole one: a failure ends the connection.
  await pipeline(Readable.from(lines), response.type("text/plain")).catch(() => undefined);
}

/** Words that the dialog will settle with its OK, as if it had: `{ word, class }` each. */
function readSettling(list: unknown): Settlement[] {
  const given: readonly unknown[] = Array.isArray(list) ? list.slice(0, MOST_SETTLING) : [];
  return given.flatMap((one) => {
    if (!isRecord(one) || typeof one.word !== "string") return [];
    const id = one.class === null ? null : readText(one.class, "class");
    const time = new Date().toISOString();
    return [
      {
        kind: "settle",
        id: randomUUID(),
        time,
        word: one.word,
        ...(id === undefined ? {} : { class: id }),
      },
    ];
  });
}
