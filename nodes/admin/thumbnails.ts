import type { NodeAPI } from "node-red";

import { loadSharp } from "../../lib/frame/load-sharp";
import type { Result } from "../../lib/tlac/result";
import { reply } from "./reply";

/** What the editor draws under a node; topic `tlac/thumbnail/<node id>`, never retained. */
export interface Thumbnail extends Pick<Result, "outcome" | "label" | "confidence"> {
  /** Base64 of a JPEG of at most `MAX_SIDE` pixels. */
  readonly jpeg: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Pixels of the longer side. */
const MAX_SIDE = 160;
const INTERVAL_MS = 1_000;
const TOPIC = "tlac/thumbnail/";

/** By the emitter of the runtime: whoever asks twice listens once. */
const audiences = new WeakMap<object, Audience>();

/** The editors that are open, by what Node-RED tells of their connections. */
class Audience {
  private readonly sessions = new Set<unknown>();
  /** An editor that was open before this package was installed, and has told so itself. */
  private greeted = false;

  static of(RED: NodeAPI): Audience {
    const audience = audiences.get(RED.events) ?? new Audience(RED);
    audiences.set(RED.events, audience);
    return audience;
  }

  private constructor(RED: NodeAPI) {
    RED.events.on("comms:connection-added", ({ session }: { session: unknown }) => {
      this.sessions.add(session);
    });
    RED.events.on("comms:connection-removed", ({ session }: { session: unknown }) => {
      this.sessions.delete(session);
      if (this.sessions.size === 0) this.greeted = false;
    });
  }

  get present(): boolean {
    return this.greeted || this.sessions.size > 0;
  }

  greet(): void {
    this.greeted = true;
  }
}

/** The last image of a node that its editor asks for. */
export interface ThumbnailSender {
  /** Returns at once. Of many images, the editor gets the newest, at most one a second. */
  show(jpeg: Buffer | undefined, result: Result | undefined): void;
  close(): void;
}

/** Makes the senders for the nodes of one runtime. */
export class Thumbnails {
  private readonly audience: Audience;

  constructor(
    private readonly RED: NodeAPI,
    private readonly intervalMs = INTERVAL_MS,
  ) {
    this.audience = Audience.of(RED);
    RED.httpAdmin.post(
      "/tlac/tlac/editor",
      RED.auth.needsPermission("tlac.read"),
      reply(() => {
        this.audience.greet();
        return {};
      }),
    );
  }

  createSender(nodeId: string, onError: (thrown: unknown) => void): ThumbnailSender {
    let newest: { jpeg: Buffer; result: Result } | undefined;
    let timer: NodeJS.Timeout | undefined;
    let closed = false;

    const send = (): void => {
      const taken = newest;
      newest = undefined;
      timer = undefined;
      if (!taken || closed) return;
      // The pause begins with the work, and another image waits for its end.
      timer = setTimeout(send, this.intervalMs).unref();
      createThumbnail(taken.jpeg, taken.result)
        .then((thumbnail) => {
          if (!closed) this.RED.comms.publish(TOPIC + nodeId, thumbnail, false);
        })
        .catch(onError);
    };

    return {
      show: (jpeg, result) => {
        if (closed || !jpeg || !result || !this.audience.present) return;
        newest = { jpeg, result };
        // Not in this turn of the event loop: the message leaves first.
        timer ??= setTimeout(send, 0).unref();
      },
      close: () => {
        closed = true;
        newest = undefined;
        clearTimeout(timer);
      },
    };
  }
}

async function createThumbnail(source: Buffer, result: Result): Promise<Thumbnail> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(source)
    .resize(MAX_SIDE, MAX_SIDE, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 70 })
    .toBuffer({ resolveWithObject: true });
  const { outcome, label, confidence } = result;
  const { width, height } = info;
  return { jpeg: data.toString("base64"), width, height, outcome, label, confidence };
}
