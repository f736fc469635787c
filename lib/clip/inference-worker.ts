import { parentPort, type MessagePort } from "node:worker_threads";

import { TlacError, toError } from "../errors";
import type { Failure, Kind, Protocol, Reply, Request } from "./inference-messages";
import { loadRuntime } from "./load-runtime";
import { ModelSession } from "./model-session";

// Runs as the one thread that owns every model of the process: onnxruntime's run() blocks its
// thread for the whole batch, and loading does too.

const sessions = new Map<number, ModelSession>();

async function answer(request: Request): Promise<Protocol[Kind]["answer"]> {
  if (request.kind === "ready") return null;
  if (request.kind === "open") {
    const session = await ModelSession.open(request.question.spec);
    sessions.set(request.session, session);
    return { refusal: session.refusal };
  }
  const session = sessions.get(request.session);
  if (!session) throw new TlacError("EMBEDDER_UNAVAILABLE", "clip.session-lost");
  switch (request.kind) {
    case "close":
      sessions.delete(request.session);
      await session.dispose();
      return null;
    case "count":
      return session.count(request.question.texts);
    case "texts": {
      const { texts, alone } = request.question;
      return session.embedTexts(texts, alone);
    }
    case "image": {
      const { data, width, height } = request.question;
      return session.embedImage(data, width, height);
    }
  }
}

function toFailure(thrown: unknown): Failure {
  if (thrown instanceof TlacError) {
    return { code: thrown.code, key: thrown.key, params: thrown.params };
  }
  return {
    code: "EMBEDDER_UNAVAILABLE",
    key: "clip.worker-failed",
    params: { reason: toError(thrown).message },
  };
}

async function reply(port: MessagePort, request: Request): Promise<void> {
  const { id } = request;
  const message: Reply = await answer(request).then(
    (value) => ({ id, answer: value }),
    (thrown: unknown) => ({ id, failure: toFailure(thrown) }),
  );
  const moved = "answer" in message && message.answer instanceof Float32Array;
  port.postMessage(message, moved ? [message.answer.buffer as ArrayBuffer] : []);
}

/** Requests are answered one by one: a session must not be disposed of while it runs. */
function serve(port: MessagePort): void {
  let last = Promise.resolve();
  port.on("message", (request: Request) => {
    last = last.then(() => reply(port, request));
  });
}

if (parentPort) serve(parentPort);
try {
  // While the other side still checks the model's folder.
  loadRuntime();
} catch {
  // Who opens a model is told.
}
