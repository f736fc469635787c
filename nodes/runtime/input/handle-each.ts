import type { Node, NodeMessage, NodeMessageInFlow } from "node-red";

import { toError } from "../../../lib/errors";
import type { Language } from "../../../lib/i18n/catalogue";
import { describeError, toReport } from "../status/language";

type Send = (message: NodeMessage | (NodeMessage | null)[]) => void;

/**
 * The messages of a node that has a status of its own to show: each is worked on, and ends once,
 * by `done` or with its error at a Catch node. `onEnd` is told of either before. What a message
 * holds, and what its sending throws, is its own failure.
 */
export function handleEach(
  node: Node,
  language: Language,
  work: (message: NodeMessageInFlow, send: Send) => Promise<void>,
  onEnd: (error: Error | undefined) => void,
): void {
  const handle = async (
    message: NodeMessageInFlow,
    send: Send,
    done: (error?: Error) => void,
  ): Promise<void> => {
    try {
      await work(message, send);
    } catch (thrown) {
      const error = toError(thrown);
      onEnd(error);
      done(toReport(error, language));
      return;
    }
    onEnd(undefined);
    done();
  };
  node.on("input", (message, send, done) => {
    handle(message, send, done).catch((thrown: unknown) => {
      // Not even Catch takes this message: the log gets the failure without it.
      node.error(describeError(thrown, language));
    });
  });
}
