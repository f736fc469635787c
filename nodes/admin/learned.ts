import type { Request, Response } from "express";
import type { NodeAPI } from "node-red";

import { TlacError, toError } from "../../lib/errors";
import type { Learner } from "../../lib/learn/learner";
import { undoFrom } from "../../lib/learn/teach";
import { exportLearned, importLearned, type Imported } from "../../lib/learn/transfer";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { settleExamples } from "../runtime/examples/shared-examples";
import { findLearner } from "../runtime/record/shared-learners";
import { RecordUse } from "../runtime/record/shared-record";
import { readText } from "../runtime/settings/read-settings";
import { describeLearned } from "./describe-learned";
import { checkBody, readLanguage, reply, toComplaint, toStatus, type Call } from "./reply";

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
      reply((call) => work(findLearner(RED, readId(call.body)), call)),
    );
  };
  serve("list", "read", (learner, { body, language }) =>
    describeLearned(learner, parseVocabulary(body.classes), language),
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
    await settleExamples(RED, readId(body));
    return {};
  });
  serve("import", "write", async (learner, { body, signal }): Promise<Imported> => {
    const lines: readonly unknown[] = Array.isArray(body.lines) ? body.lines : [];
    const typed = parseVocabulary(body.classes);
    const imported = await importLearned(learner, typed, lines.map(String), signal);
    await settleExamples(RED, readId(body));
    return imported;
  });
  RED.httpAdmin.post(
    "/tlac/vocabulary/learned/export",
    RED.auth.needsPermission("tlac-vocabulary.read"),
    (request, response) => void sendAll(RED, request, response),
  );
}

/** A plant's examples are many megabytes: they leave line by line. */
async function sendAll(RED: NodeAPI, request: Request, response: Response): Promise<void> {
  try {
    checkBody(request, "json");
    const body = request.body as Call["body"];
    const learner = findLearner(RED, readId(body));
    for await (const line of exportLearned(learner, parseVocabulary(body.classes))) {
      if (response.destroyed) return;
      if (!response.headersSent) response.type("text/plain");
      if (response.write(line)) continue;
      await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
    }
    response.end();
  } catch (thrown) {
    // Half a file must not look like a whole one.
    if (response.headersSent) response.destroy(toError(thrown));
    else response.status(toStatus(thrown)).json(toComplaint(thrown, readLanguage(request)));
  }
}

function readId(body: Call["body"]): string {
  const id = readText(body.vocabulary, "vocabulary");
  if (id) return id;
  const params = { field: "vocabulary", type: "undefined" };
  throw new TlacError("BAD_MESSAGE", "nodes.bad-text", params);
}
