import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { openCamera, type CameraOptions } from "../../lib/camera/open-camera";
import type { PictureSource } from "../../lib/camera/picture-source";
import { toFingerprint } from "../../lib/net/tls-trust";
import {
  PASSWORD,
  startCamera,
  USER,
  type Auth,
  type CameraServer,
  type CameraOptions as ServerOptions,
} from "./camera-server";

const TLS = path.join(__dirname, "..", "fixtures", "tls");
const LOGIN = { user: USER, password: PASSWORD };

describe("cameras over HTTP", () => {
  let camera: CameraServer;
  let source: PictureSource | undefined;

  const start = async (options: ServerOptions = {}): Promise<void> => {
    camera = await startCamera(options);
  };
  const open = (place = "/shot.jpg", more: Partial<CameraOptions> = {}): PictureSource => {
    source = openCamera({
      address: camera.url + place,
      login: LOGIN,
      trust: { kind: "usual" },
      timeoutMs: 2_000,
      intervalMs: null,
      keepOpen: false,
      ...more,
    });
    return source;
  };
  const take = (from: PictureSource): Promise<Buffer> => from.take(AbortSignal.timeout(2_000));

  afterEach(async () => {
    await source?.close();
    source = undefined;
    await camera.close();
  });

  it("gives one picture a request, and sends no login where none is asked for", async () => {
    await start();
    const from = open();
    assert.deepEqual(await take(from), camera.picture);
    assert.deepEqual(await take(from), camera.picture);
    assert.deepEqual(camera.asked, ["GET /shot.jpg -", "GET /shot.jpg -"]);
  });

  const forms: [string, Auth | Auth[], string][] = [
    ["Basic", "basic", "Basic"],
    ["Digest with MD5, by default", {}, "Digest"],
    ["Digest without qop, as before RFC 2617", { qop: null }, "Digest"],
    ["Digest with MD5-sess", { algorithm: "MD5-sess" }, "Digest"],
    ["Digest with SHA-256", { algorithm: "SHA-256" }, "Digest"],
    [
      "Digest with SHA-256-sess and a hashed user",
      { algorithm: "SHA-256-sess", userhash: true },
      "Digest",
    ],
    ["Digest with SHA-512-256", { algorithm: "SHA-512-256", qop: "auth" }, "Digest"],
    ["Digest rather than Basic, where both are offered", ["basic", {}], "Digest"],
    ["the strongest of two Digests", [{ algorithm: "MD5" }, { algorithm: "SHA-256" }], "Digest"],
    ["what it knows of what is offered", ["bearer", { algorithm: "SHA-1" }, "basic"], "Basic"],
  ];
  for (const [name, auth, kind] of forms) {
    it(`logs in by ${name}, and asks but once without`, async () => {
      await start({ auth });
      const from = open("/shot.jpg?channel=1&size=a,b");
      for (let turn = 0; turn < 3; turn += 1) assert.deepEqual(await take(from), camera.picture);
      const path = "GET /shot.jpg?channel=1&size=a,b";
      assert.deepEqual(camera.asked, [`${path} -`, ...[1, 2, 3].map(() => `${path} ${kind}`)]);
    });
  }

  for (const saysStale of [true, false]) {
    it(`takes a new nonce where the old one is used up (${saysStale ? "stale" : "not said"})`, async () => {
      await start({ auth: { uses: 2, saysStale } });
      const from = open();
      for (let turn = 0; turn < 5; turn += 1) assert.deepEqual(await take(from), camera.picture);
      assert.equal(camera.asked.length, 1 + 5 + 2);
    });
  }

  it("takes user and password from the address too, encoded or not", async () => {
    await start({ auth: {} });
    const inside = `${USER}:${encodeURIComponent(PASSWORD)}@`;
    const address = camera.url.replace("//", `//${inside}`);
    assert.deepEqual(await take(open("", { address, login: undefined })), camera.picture);
  });

  it("says what is wrong with a login, and never repeats it", async () => {
    for (const [auth, login, sentence] of [
      [{}, { user: USER, password: "wrong-password" }, /user or password/],
      ["basic", { user: USER, password: "wrong-password" }, /user or password/],
      [{}, undefined, /wants user and password/],
      ["bearer", LOGIN, /Bearer/],
      [{ qop: "auth-int" }, LOGIN, /user or password|not supported/],
    ] as const) {
      await start({ auth });
      const from = open("/shot.jpg", { login });
      await assert.rejects(take(from), (error: Error & { code?: string }) => {
        assert.equal(error.code, "CAMERA_UNREACHABLE");
        assert.match(error.message, sentence);
        assert.ok(error.message.includes(camera.host));
        assert.doesNotMatch(error.message, /wrong-password|cret/);
        return true;
      });
      assert.ok(camera.asked.length <= 3);
      await source?.close();
      await camera.close();
    }
    await start();
  });

  it("follows a camera to another path, not to another host", async () => {
    await start({ auth: {} });
    assert.deepEqual(await take(open("/moved")), camera.picture);
    await source?.close();
    await assert.rejects(take(open("/away")), /127\.0\.0\.2/);
    await source?.close();
    await assert.rejects(take(open("/circle")), { code: "CAMERA_UNREACHABLE" });
  });

  it("takes the first picture of an MJPEG stream, and hangs up", async () => {
    await start({ auth: { algorithm: "SHA-256" } });
    for (const form of ["stream", "slow-stream"] as const) {
      camera.answers = [form];
      assert.deepEqual(await take(open("/video.mjpg")), camera.picture);
      await source?.close();
      while (camera.openSockets > 0) await sleep(2);
    }
  });

  it("keeps a stream open on request, and gives what is newest", async () => {
    await start();
    camera.answers = ["stream"];
    const from = open("/video.mjpg", { keepOpen: true });
    for (let turn = 0; turn < 3; turn += 1) assert.deepEqual(await take(from), camera.picture);
    assert.equal(camera.asked.length, 1);
  });

  it("connects anew to a stream that ends, or that nothing more comes of", async () => {
    await start();
    camera.answers = ["cut-stream", "slow-stream", "stream"];
    const from = open("/video.mjpg", { keepOpen: true });
    assert.deepEqual(await take(from), camera.picture);
    // It has ended: the next one connects again, to the one that stalls behind its first picture.
    assert.deepEqual(await take(from), camera.picture);
    await assert.rejects(from.take(AbortSignal.timeout(50)), { name: "TimeoutError" });
    assert.deepEqual(await take(from), camera.picture);
    assert.equal(camera.asked.length, 3);
  });

  it("names what comes in place of a picture, and what does not come", async () => {
    await start();
    camera.answers = ["busy"];
    await assert.rejects(take(open()), /503/);
    camera.answers = ["drop"];
    await assert.rejects(take(source!), { code: "CAMERA_UNREACHABLE" });
    camera.answers = ["hang"];
    const ended = new AbortController();
    const taken = source!.take(ended.signal);
    setTimeout(() => {
      ended.abort(new Error("enough"));
    }, 20);
    await assert.rejects(taken, /enough/);
  });

  it("trusts a certificate as it is told to", async () => {
    await start({ tls: true });
    const pem = readFileSync(path.join(TLS, "server.pem"), "utf8");
    const { fingerprint256 } = new X509Certificate(pem);
    const none = { login: undefined };
    const fails = async (more: Partial<CameraOptions>, pattern: RegExp): Promise<void> => {
      await assert.rejects(take(open("/shot.jpg", { ...none, ...more })), pattern);
      await source?.close();
    };
    const works = async (more: Partial<CameraOptions>): Promise<void> => {
      assert.deepEqual(await take(open("/shot.jpg", { ...none, ...more })), camera.picture);
      await source?.close();
    };
    await fails({}, /certificate/i);
    assert.deepEqual(camera.asked, []);
    await works({ trust: { kind: "caFile", file: path.join(TLS, "ca.pem") } });
    await works({ trust: { kind: "none" } });
    for (const written of [
      fingerprint256,
      fingerprint256.toLowerCase().replaceAll(":", ""),
      `SHA256:${fingerprint256}`,
    ]) {
      await works({ trust: { kind: "pin", fingerprint: toFingerprint(written) } });
    }
    const asked = camera.asked.length;
    // What is shown instead is told, so that a person can compare it and type it in.
    const other = { kind: "pin", fingerprint: "00".repeat(32) } as const;
    await fails({ trust: other }, new RegExp(fingerprint256));
    await fails({ trust: { kind: "caFile", file: "/nowhere.pem" } }, /CA file/);
    assert.equal(camera.asked.length, asked);
  });

  it("says so where a camera does not speak TLS", async () => {
    await start();
    const address = `https://${camera.host}/shot.jpg`;
    await assert.rejects(take(open("", { address })), /TLS|https/);
  });

  it("refuses an address of no camera", async () => {
    await start();
    for (const address of [
      "",
      "camera",
      "ftp://camera/shot.jpg",
      "file:///etc/passwd",
      "http://",
    ]) {
      assert.throws(() => open("", { address }), { code: "BAD_CONFIG" }, address);
    }
  });
});
