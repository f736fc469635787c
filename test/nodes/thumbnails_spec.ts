import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";

import type { NodeAPI } from "node-red";
import sharp from "sharp";

import type { Result } from "../../lib/tlac/result";
import { Thumbnails, type Thumbnail } from "../../nodes/admin/thumbnails";

const photo = readFileSync(path.join(__dirname, "..", "..", "examples", "photos", "rocket.jpg"));
const result = { outcome: "class", label: "rocket", confidence: 0.9 } as Result;

interface Sent {
  topic: string;
  thumbnail: Thumbnail;
  retain: boolean;
}

/** The parts of the runtime that a thumbnail touches: who listens, and where it goes. */
function createRuntime(): { RED: NodeAPI; events: EventEmitter; sent: EventEmitter } {
  const events = new EventEmitter();
  const sent = new EventEmitter();
  const RED = {
    events,
    comms: {
      publish: (topic: string, thumbnail: Thumbnail, retain: boolean) =>
        sent.emit("sent", { topic, thumbnail, retain } satisfies Sent),
    },
    auth: { needsPermission: () => () => undefined },
    httpAdmin: { post: () => undefined },
  };
  return { RED: RED as unknown as NodeAPI, events, sent };
}

const fail = (thrown: unknown): never => {
  throw thrown;
};

describe("last image of a node", () => {
  it("goes to an open editor, small, with class and confidence, and is not kept", async () => {
    const { RED, events, sent } = createRuntime();
    const sender = new Thumbnails(RED).createSender("n", fail);
    events.emit("comms:connection-added", { session: "a" });
    const next = once(sent, "sent") as Promise<[Sent]>;
    sender.show(photo, result);
    const [{ topic, thumbnail, retain }] = await next;
    assert.equal(topic, "tlac/thumbnail/n");
    assert.equal(retain, false);
    assert.equal(thumbnail.label, "rocket");
    assert.equal(thumbnail.confidence, 0.9);
    const { format, width, height } = await sharp(Buffer.from(thumbnail.jpeg, "base64")).metadata();
    assert.equal(format, "jpeg");
    assert.equal(Math.max(width, height), 160);
    assert.deepEqual([thumbnail.width, thumbnail.height], [width, height]);
    sender.close();
  });

  it("is the newest of a burst, after a first one", async () => {
    const { RED, events, sent } = createRuntime();
    const sender = new Thumbnails(RED, 1).createSender("n", fail);
    events.emit("comms:connection-added", { session: "a" });
    const labels: (string | null)[] = [];
    sent.on("sent", ({ thumbnail }: Sent) => labels.push(thumbnail.label));
    for (const label of ["a", "b", "c"]) sender.show(photo, { ...result, label });
    await once(sent, "sent");
    assert.deepEqual(labels, ["c"]);
    sender.show(photo, { ...result, label: "d" });
    await once(sent, "sent");
    assert.deepEqual(labels, ["c", "d"]);
    sender.close();
  });

  it("is not made while no editor is open, and not after the node has closed", async () => {
    const { RED, events, sent } = createRuntime();
    const thumbnails = new Thumbnails(RED, 1);
    const [first, second] = ["1", "2"].map((id) => thumbnails.createSender(id, fail));
    const topics: string[] = [];
    sent.on("sent", ({ topic }: Sent) => topics.push(topic));
    first!.show(photo, { ...result, label: "unseen" });
    events.emit("comms:connection-added", { session: "a" });
    events.emit("comms:connection-removed", { session: "a" });
    first!.show(photo, { ...result, label: "unseen" });
    events.emit("comms:connection-added", { session: "b" });
    first!.show(photo, { ...result, label: "closed" });
    first!.close();
    second!.show(photo, result);
    await once(sent, "sent");
    assert.deepEqual(topics, ["tlac/thumbnail/2"]);
    second!.close();
  });
});
