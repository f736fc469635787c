import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import sharp from "sharp";

import { openCamera, type CameraOptions } from "../../lib/camera/open-camera";
import type { PictureSource } from "../../lib/camera/picture-source";
import { withEnvironment } from "../helpers/with-environment";
import { jpegOf } from "./camera-server";
import { startRtspServer, type RtspServer } from "./rtsp-server";

const LOGIN = { user: "operator", password: "pass/word 1" };

const open = (address: string, more: Partial<CameraOptions> = {}): PictureSource =>
  openCamera({
    address,
    login: undefined,
    trust: { kind: "usual" },
    timeoutMs: 10_000,
    intervalMs: 200,
    keepOpen: false,
    ...more,
  });
const take = (source: PictureSource): Promise<Buffer> => source.take(AbortSignal.timeout(10_000));

/** Whether a real one is installed. */
function hasFfmpeg(): boolean {
  try {
    execFileSync("ffmpeg", ["-version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("cameras over RTSP, by the installed ffmpeg", function () {
  this.timeout(30_000);
  let server: RtspServer | undefined;
  let source: PictureSource | undefined;
  let jpeg: Buffer;

  before(async function () {
    if (!hasFfmpeg()) {
      process.stderr.write("    skipped: there is no ffmpeg\n");
      this.skip();
    }
    jpeg = await sharp({ create: { width: 160, height: 120, channels: 3, background: "#2060c0" } })
      .jpeg({ chromaSubsampling: "4:2:0", optimiseCoding: false, quality: 80 })
      .toBuffer();
  });
  afterEach(async () => {
    await source?.close();
    await server?.close();
    source = server = undefined;
  });

  it("gives one picture of a stream, and lets go of it", async () => {
    server = await startRtspServer(jpeg);
    source = open(server.url);
    const picture = await take(source);
    const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [160, 120]);
    for (const [index, value] of [0x20, 0x60, 0xc0].entries()) {
      assert.ok(Math.abs(data[index]! - value) < 12, `${data[index]} near ${value}`);
    }
    while (server.openSockets > 0) await sleep(5);
  });

  it("keeps a stream open, and logs in", async () => {
    server = await startRtspServer(jpeg, LOGIN);
    source = open(server.url, { login: LOGIN, keepOpen: true });
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal((await sharp(await take(source)).metadata()).width, 160);
    }
    assert.equal(server.asked.filter((method) => method === "PLAY").length, 1);
    await source.close();
    while (server.openSockets > 0) await sleep(5);
  });

  it("says what is wrong, without the password", async () => {
    server = await startRtspServer(jpeg, { ...LOGIN, password: "another" });
    for (const [address, login, pattern] of [
      [server.url, LOGIN, /user or password/],
      [server.url, undefined, /wants user and password/],
      ["rtsp://127.0.0.1:1/stream", LOGIN, /127\.0\.0\.1:1.*refused/],
    ] as const) {
      source = open(address, { login });
      await assert.rejects(take(source), (error: Error & { code?: string }) => {
        assert.equal(error.code, "CAMERA_UNREACHABLE");
        assert.match(error.message, pattern);
        assert.doesNotMatch(error.message, /pass.?(?:2F|\/)/i);
        return true;
      });
    }
  });
});

describe("cameras over RTSP, by a program that plays ffmpeg", () => {
  let folder: string;
  let source: PictureSource | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "ffmpeg-"));
  });
  afterEach(async () => {
    await source?.close();
    source = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  /** Puts a program of that name in front of all others. */
  const withProgram = async <T>(script: string, work: () => Promise<T>): Promise<T> => {
    const file = path.join(folder, "ffmpeg");
    await writeFile(file, `#!${process.execPath}\n${script}`);
    await chmod(file, 0o755);
    return withEnvironment({ PATH: folder }, work);
  };
  const picture = jpegOf("from a program");
  const WRITE = `
    const picture = Buffer.from("${picture.toString("base64")}", "base64");
    const part = () => {
      process.stdout.write("--tlac\\r\\nContent-type: image/jpeg\\r\\nContent-length: " + picture.length + "\\r\\n\\r\\n");
      process.stdout.write(picture);
      process.stdout.write("\\r\\n");
    };`;

  it("asks for one picture, over TCP, and ends the program", async () => {
    const log = path.join(folder, "log");
    const script = `${WRITE}
      require("fs").writeFileSync(${JSON.stringify(log)}, JSON.stringify([process.pid, ...process.argv.slice(2)]));
      part();
      setInterval(() => {}, 1000);`;
    await withProgram(script, async () => {
      source = open("rtsp://camera/stream", { login: LOGIN });
      assert.deepEqual(await take(source), picture);
    });
    const [pid, ...args] = JSON.parse(await readFile(log, "utf8")) as [number, ...string[]];
    assert.ok(
      args
        .join(" ")
        .includes("-rtsp_transport tcp -i rtsp://operator:pass%2Fword%201@camera/stream"),
    );
    assert.ok(args.join(" ").includes("-frames:v 1"));
    while (isAlive(pid)) await sleep(5);
  });

  it("says what the program complains of, and where there is none", async () => {
    const script = `process.stderr.write("rtsp://operator:pass%2Fword%201@camera: No route to host\\n"); process.exit(1);`;
    await withProgram(script, async () => {
      source = open("rtsp://camera/stream", { login: LOGIN });
      await assert.rejects(take(source), (error: Error) => {
        assert.match(error.message, /camera.*No route to host/);
        assert.doesNotMatch(error.message, /pass%2F/);
        return true;
      });
    });
    await withEnvironment({ PATH: path.join(folder, "empty") }, async () => {
      await assert.rejects(
        take(open("rtsp://camera/stream")),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "BAD_CONFIG");
          assert.match(error.message, /apt install ffmpeg/);
          return true;
        },
      );
    });
  });

  it("ends a program that says nothing", async () => {
    await withProgram("setInterval(() => {}, 1000);", async () => {
      source = open("rtsp://camera/stream");
      await assert.rejects(source.take(AbortSignal.timeout(300)), { name: "TimeoutError" });
    });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
