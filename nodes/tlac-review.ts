import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";

import { createSharedEnder } from "../lib/async/shared-ender";
import { throwIfClosed, toError } from "../lib/errors";
import type { Result } from "../lib/tlac/result";
import { handleInput } from "./runtime/input/handle-input";
import { RecordUse } from "./runtime/record/shared-record";
import { Pin } from "./runtime/review/pin";
import { ReviewQueue } from "./runtime/review/review-queue";
import { ReviewSite } from "./runtime/review/review-site";
import { servePage } from "./runtime/review/serve-page";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readOnce } from "./runtime/settings/read-once";
import { readNumber, type NumberField } from "./runtime/settings/read-settings";
import { runtimeLanguage } from "./runtime/status/language";
import { awaiting } from "./runtime/status/node-status";

interface TlacReviewDef extends NodeDef {
  /** Of the page, under the flow's HTTP root. */
  path: string;
  /** Per cent of the sure decisions that are shown too. */
  sample: NumberField;
}

interface TlacReviewCredentials {
  pin?: string;
}

/** Milliseconds between two looks at how many wait. */
const LOOK_MS = 1_000;

export default function (RED: NodeAPI): void {
  function ReviewNode(this: Node<TlacReviewCredentials>, def: TlacReviewDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const closing = createSharedEnder();
    const use = new RecordUse(RED);
    const queue = new ReviewQueue(RED, () => use.record, this.id);
    const readSettings = readOnce(() => {
      checkEnvironment("tlac-review", def);
      return { sample: readNumber(def.sample, "sample") / 100 };
    });
    const site = new ReviewSite({
      title: def.name,
      queue,
      pin: new Pin(this.credentials.pin, this.id),
      language,
      signal: closing.signal,
      readQuality: () => use.quality.read(),
      onAnswer: (message) => {
        if (!closing.signal.aborted) this.send(message as NodeMessage);
      },
    });
    const ends: (() => void)[] = [
      () => {
        closing.abort();
      },
      () => {
        site.close();
      },
    ];
    let looking: NodeJS.Timeout | undefined;
    let drifting = false;
    const look = async (): Promise<void> => {
      looking = undefined;
      try {
        input.show(awaiting(await queue.count(), drifting, language));
      } catch (thrown) {
        this.debug(toError(thrown).message);
      }
    };
    const onChange = (): void => {
      site.events.tell();
      looking ??= setTimeout(() => void look(), LOOK_MS).unref();
    };

    const input = handleInput(RED, this, {
      doors: ["out"],
      prepare: async (signal) => {
        readSettings();
        const count = await queue.count();
        // A long record may be read only when the node is gone: nothing begins then.
        throwIfClosed(signal);
        ends.push(
          servePage(RED, def.path, (request, response, rest) => {
            site.handle(request, response, rest);
          }),
        );
        ends.push(use.record.onNote(onChange));
        ends.push(
          use.quality.listen(null, (drifts) => {
            if (drifting === drifts.length > 0) return;
            drifting = drifts.length > 0;
            onChange();
          }),
        );
        input.show(awaiting(count, drifting, language));
        return undefined;
      },
      work: async (message, signal) => {
        const { sample } = readSettings();
        await queue.keep(
          message,
          ({ result }) =>
            !isRepeat(result) && (result.outcome !== "class" || isDrawn(result.id, sample)),
          signal,
        );
        const status = awaiting(await queue.count(), drifting, language);
        return { door: "kept", set: {}, status };
      },
      release: async () => {
        clearTimeout(looking);
        for (const end of ends) end();
        await use.release();
      },
    });
  }
  RED.nodes.registerType<Node<TlacReviewCredentials>, TlacReviewDef, object, TlacReviewCredentials>(
    "tlac-review",
    ReviewNode,
    { credentials: { pin: { type: "password" } } },
  );
}

/**
 * What a repeat repeats was before people already, if it was to be. Results come from anywhere, so
 * that one may not tell.
 */
function isRepeat({ cached }: Partial<Result>): boolean {
  return cached?.frame === true;
}

/** An id is random, so that its first digits draw the sample, the same for each who looks. */
function isDrawn(id: string, share: number): boolean {
  return parseInt(id.slice(0, 8), 16) / 2 ** 32 < share;
}
