import assert from "node:assert/strict";

import { readPictureParts } from "../../lib/camera/picture-parts";
import { jpegOf } from "./camera-server";

/** The bytes of a stream, in chunks of some size. */
async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function readAll(bytes: Buffer, size: number): Promise<string[]> {
  const found: string[] = [];
  for await (const picture of readPictureParts(inChunks(bytes, size))) {
    found.push(picture.toString("latin1"));
  }
  return found;
}

const pictures = ["one", "two with\r\n--fra inside", "", "three"].map(jpegOf);
const texts = pictures.map((picture) => picture.toString("latin1"));

/** As cameras write them: what stands before each picture, and behind it. */
const FORMS: [string, (picture: Buffer) => string, string][] = [
  ["lengths", (picture) => `--frame\r\nContent-Length: ${picture.length}\r\n\r\n`, "\r\n"],
  ["no lengths", () => "--frame\r\nContent-Type: image/jpeg\r\n\r\n", "\r\n"],
  ["bare line feeds", () => "--frame\nContent-Type: image/jpeg\n\n", "\n"],
  [
    "lengths, and nothing behind",
    (each) => `--frame\r\nContent-Length: ${each.length}\r\n\r\n`,
    "",
  ],
];

describe("pictures in a multipart stream", () => {
  for (const [name, head, tail] of FORMS) {
    it(`are cut out whole, however they arrive: ${name}`, async () => {
      const parts = pictures.flatMap((picture) => [
        Buffer.from(head(picture)),
        picture,
        Buffer.from(tail),
      ]);
      const stream = Buffer.concat([Buffer.from("\r\n"), ...parts, Buffer.from("--frame--\r\n")]);
      for (const size of [1, 2, 7, 64, 1_000]) {
        assert.deepEqual(await readAll(stream, size), texts, `chunks of ${size}`);
      }
    });
  }

  it("are given before the next one begins, where their length is told", async () => {
    const picture = jpegOf("now");
    const stream = Buffer.concat([
      Buffer.from(`--f\r\nContent-Length: ${picture.length}\r\n\r\n`),
      picture,
    ]);
    for await (const found of readPictureParts(inChunks(stream, 1_000))) {
      assert.deepEqual(found, picture);
      return;
    }
    assert.fail("nothing came");
  });

  it("are copies: the memory of the stream is used again", async () => {
    const stream = Buffer.concat([Buffer.from("--f\r\nContent-Length: 4\r\n\r\nabcd--f\r\n\r\n")]);
    for await (const found of readPictureParts(inChunks(stream, 1_000))) {
      stream.fill(0);
      assert.equal(found.toString(), "abcd");
      return;
    }
  });

  it("are not looked for in what is no such stream, nor without end", async () => {
    await assert.rejects(readAll(Buffer.alloc(100_000, "x"), 1_000), { code: "BAD_IMAGE" });
    await assert.rejects(readAll(Buffer.from("Content-Type: image/jpeg\r\n\r\nx"), 9), {
      code: "BAD_IMAGE",
    });
    const huge = Buffer.from("--f\r\nContent-Length: 99999999999\r\n\r\nx");
    await assert.rejects(readAll(huge, 9), { code: "BAD_IMAGE" });
    assert.deepEqual(await readAll(Buffer.from("--f\r\nContent-Length: 9\r\n\r\ncut"), 5), []);
  });
});
