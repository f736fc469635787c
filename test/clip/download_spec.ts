import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";

import { downloadModel, listMissingFiles, presetFolder } from "../../lib/clip/download";
import type { LoadProgress } from "../../lib/clip/load-progress";
import { readManifest, verifyFiles } from "../../lib/clip/manifest";
import { findPreset, listPresetFiles } from "../../lib/clip/presets";
import { TlacError } from "../../lib/errors";
import type { MessageKey } from "../../lib/i18n/catalogue";
import { withEnvironment } from "../helpers/with-environment";
import { HubServer } from "./hub-server";

/** A certificate of a CA that nobody knows. */
const TLS = path.join(__dirname, "../fixtures/tls");

/** Of no known commit. */
const PRESET = findPreset("clip-vit-base-patch16")!;
const COMMIT = "d15189d7028b43f1d3e65039190477f6af591c2a";
const FILES = listPresetFiles(PRESET);
const TEXT = "onnx/text_model.onnx";

describe("downloading a model", () => {
  let hub: HubServer;
  let cacheDir: string;
  let contents: Map<string, Buffer>;

  beforeEach(async () => {
    contents = new Map(
      FILES.map((file) => [file, randomBytes(file.endsWith(".onnx") ? 300_000 : 2_000)]),
    );
    hub = await HubServer.start(contents);
    cacheDir = await mkdtemp(path.join(tmpdir(), "tlac-download-"));
  });

  afterEach(async () => {
    await hub.stop();
    await rm(cacheDir, { recursive: true, force: true });
  });

  const download = (onProgress?: (progress: LoadProgress) => void): Promise<string> =>
    downloadModel(PRESET, {
      cacheDir,
      baseUrl: `${hub.url}/`,
      idleMs: 300,
      ...(onProgress ? { onProgress } : {}),
    });

  const assertWhole = async (): Promise<void> => {
    const folder = presetFolder(PRESET, cacheDir);
    for (const file of FILES) {
      assert.deepEqual(await readFile(path.join(folder, file)), contents.get(file), file);
    }
    const left = (await readdir(folder, { recursive: true })).filter((name) =>
      name.includes(".part"),
    );
    assert.deepEqual(left, []);
    assert.deepEqual(await listMissingFiles(PRESET, { cacheDir }), []);
  };

  const assertRejects = async (work: Promise<unknown>, key: MessageKey): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof TlacError, String(error));
      assert.equal(error.code, "EMBEDDER_UNAVAILABLE");
      assert.equal(error.key, key, error.message);
      return true;
    });
  };

  const rangesOf = (file: string): (string | null)[] =>
    hub.requests.filter(({ path }) => path === `/storage/${file}`).map(({ range }) => range);

  it("fetches every file, follows the hub to its storage and tells how far it is", async () => {
    const seen: LoadProgress[] = [];
    const folder = await download((progress) => seen.push(progress));
    assert.equal(folder, presetFolder(PRESET, cacheDir));
    await assertWhole();
    assert.deepEqual(new Set(seen.map(({ file }) => file)), new Set(FILES));
    const text = seen.filter(({ file }) => file === TEXT);
    assert.deepEqual(text.at(-1), {
      phase: "download",
      file: TEXT,
      loadedBytes: 300_000,
      totalBytes: 300_000,
    });
    assert.ok(text.length <= 101);
  });

  it("asks for nothing that is there already", async () => {
    await download();
    const before = hub.requests.length;
    await download();
    assert.equal(hub.requests.length, before);
  });

  it("lets two users of one model share the download", async () => {
    await Promise.all([download(), download()]);
    await assertWhole();
    assert.deepEqual(rangesOf(TEXT), [null]);
  });

  it("goes on where a cut connection stopped", async () => {
    hub.fail(TEXT, { kind: "cut", after: 100_000 });
    await assertRejects(download(), "clip.download-failed");
    const part = path.join(presetFolder(PRESET, cacheDir), `${TEXT}.part`);
    const { size } = await stat(part);
    assert.ok(size > 0 && size <= 100_000);
    await download();
    await assertWhole();
    assert.deepEqual(rangesOf(TEXT), [null, `bytes=${String(size)}-`]);
  });

  it("begins anew where the server knows no ranges", async () => {
    hub.fail(TEXT, { kind: "cut", after: 100_000 }, { kind: "no-ranges" });
    await assertRejects(download(), "clip.download-failed");
    await download();
    await assertWhole();
  });

  // A range that no longer exists, and one that does but belongs to other bytes.
  for (const size of [50_000, 200_000]) {
    it(`begins anew where the file has changed to ${String(size)} bytes since`, async () => {
      hub.fail(TEXT, { kind: "cut", after: 100_000 });
      await assertRejects(download(), "clip.download-failed");
      const changed = randomBytes(size);
      contents.set(TEXT, changed);
      hub.replace(TEXT, changed);
      await download();
      await assertWhole();
    });
  }

  it("throws wrong bytes away and can be tried again", async () => {
    hub.fail(TEXT, { kind: "wrong-bytes" });
    await assertRejects(download(), "clip.download-damaged");
    await download();
    await assertWhole();
    assert.deepEqual(rangesOf(TEXT), [null, null]);
  });

  it("sees wrong bytes in small files as well", async () => {
    hub.fail("config.json", { kind: "wrong-bytes" });
    await assertRejects(download(), "clip.download-damaged");
  });

  it("gives up on a server that falls silent, and keeps what came", async () => {
    hub.fail(TEXT, { kind: "stall", after: 100_000 });
    await assertRejects(download(), "clip.download-failed");
    await download();
    await assertWhole();
    assert.match(rangesOf(TEXT)[1] ?? "", /^bytes=[1-9]\d*-$/);
  });

  it("follows a renamed repository", async () => {
    hub.fail("config.json", { kind: "renamed" }, { kind: "renamed" });
    await download();
    await assertWhole();
  });

  it("does not run in circles", async () => {
    hub.fail(TEXT, { kind: "loop" });
    await assertRejects(download(), "clip.download-failed");
    assert.ok(hub.requests.filter(({ path }) => path.endsWith(TEXT)).length < 10);
  });

  for (const [status, key] of [
    [404, "clip.download-not-found"],
    [401, "clip.download-refused"],
    [503, "clip.download-refused"],
  ] as const) {
    it(`names the file that the server answers with ${String(status)}`, async () => {
      hub.fail(TEXT, { kind: "status", status });
      const failed = download();
      await assertRejects(failed, key);
      await assert.rejects(failed, new RegExp(TEXT));
    });
  }

  it("says what is wrong where no server is", async () => {
    const { url } = hub;
    await hub.stop();
    await assertRejects(
      downloadModel(PRESET, { cacheDir, baseUrl: url, idleMs: 300 }),
      "clip.hub-unreachable",
    );
    hub = await HubServer.start(contents);
  });

  it("says how to go without the hub: which files of what into which folder", async () => {
    await download();
    const folder = presetFolder(PRESET, cacheDir);
    await rm(path.join(folder, TEXT));
    const failed = downloadModel(PRESET, { cacheDir, baseUrl: "http://127.0.0.1:9" });
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof TlacError);
      for (const text of [error.message, error.in("ja")]) {
        assert.ok(text.includes(folder) && text.includes(TEXT) && text.includes(PRESET.repo!));
        assert.ok(text.includes("127.0.0.1:9"), text);
      }
      assert.match(error.message, /cannot be reached/);
      assert.doesNotMatch(error.message, /cut off|goes on/);
      return true;
    });
  });

  it("tells a certificate that is not trusted from a hub that is not there", async () => {
    const server = createTlsServer(
      {
        key: await readFile(path.join(TLS, "server.key.pem")),
        cert: await readFile(path.join(TLS, "server.pem")),
      },
      (_request, response) => response.end("never"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const failed = downloadModel(PRESET, { cacheDir, baseUrl: `https://127.0.0.1:${port}` });
    await assertRejects(failed, "clip.hub-untrusted");
    await assert.rejects(failed, /NODE_EXTRA_CA_CERTS/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  describe("of one version", () => {
    const pathsOf = (file: string): string[] =>
      hub.requests.map(({ path }) => path).filter((place) => place.endsWith(`/${file}`));

    it("takes all files of the commit that the hub names first, also tomorrow", async () => {
      hub.fail(TEXT, { kind: "cut", after: 100_000 });
      await assertRejects(download(), "clip.download-failed");
      const { commit } = hub;
      // Somebody pushes to the repository before the download goes on.
      hub.commit = "f".repeat(40);
      await download();
      assert.deepEqual(await readManifest(presetFolder(PRESET, cacheDir)), {
        commit,
        files: Object.fromEntries(
          FILES.map((file) => [
            file,
            createHash("sha256").update(contents.get(file)!).digest("hex"),
          ]),
        ),
      });
      assert.match(pathsOf(FILES[0]!)[0] ?? "", /\/resolve\/main\//);
      for (const file of FILES.slice(1)) {
        for (const place of pathsOf(file).filter((one) => one.includes("/resolve/"))) {
          assert.ok(place.includes(`/resolve/${commit}/`), place);
        }
      }
    });

    it("asks for the commit that a preset is pinned to", async () => {
      await downloadModel({ ...PRESET, revision: COMMIT }, { cacheDir, baseUrl: hub.url });
      assert.ok(pathsOf("config.json")[0]?.includes(`/resolve/${COMMIT}/`));
    });

    it("throws away what is not the file that a preset is pinned to", async () => {
      const expected = createHash("sha256").update("another").digest("hex");
      const pinned = { ...PRESET, revision: COMMIT, digests: { [TEXT]: expected } };
      const work = downloadModel(pinned, { cacheDir, baseUrl: hub.url });
      await assertRejects(work, "clip.download-unexpected");
      await assert.rejects(work, new RegExp(expected));
      assert.ok((await listMissingFiles(pinned, { cacheDir })).includes(TEXT));
      const folder = path.join(presetFolder(pinned, cacheDir), "onnx");
      assert.deepEqual(await readdir(folder), []);
    });

    it("refuses a file that lies there and is not the one of the pinned commit", async () => {
      const folder = await download();
      const expected = createHash("sha256").update("another").digest("hex");
      await verifyFiles(PRESET, folder, FILES);
      const pinned = { ...PRESET, digests: { "config.json": expected } };
      await assertRejects(verifyFiles(pinned, folder, FILES), "clip.file-unknown");
    });
  });

  describe("in a folder that others share", () => {
    const foreign = (): string =>
      path.join(presetFolder(PRESET, cacheDir), `${TEXT}.another-process.part`);
    const begin = async (bytes: number): Promise<void> => {
      await mkdir(path.dirname(foreign()), { recursive: true });
      await writeFile(foreign(), contents.get(TEXT)!.subarray(0, bytes));
      const etag = createHash("sha256").update(contents.get(TEXT)!).digest("hex");
      await writeFile(`${foreign()}.etag`, etag);
    };

    it("goes on with what another process has left", async () => {
      await begin(100_000);
      await download();
      await assertWhole();
      assert.deepEqual(rangesOf(TEXT), ["bytes=100000-"]);
    });

    it("waits for a file that another process is bringing", async () => {
      await begin(100_000);
      const folder = presetFolder(PRESET, cacheDir);
      const work = downloadModel(PRESET, { cacheDir, baseUrl: hub.url });
      const grown = (async () => {
        for (let bytes = 120_000; bytes < 300_000; bytes += 20_000) {
          await writeFile(foreign(), contents.get(TEXT)!.subarray(0, bytes));
        }
        await writeFile(foreign(), contents.get(TEXT)!);
        await rename(foreign(), path.join(folder, TEXT));
        await rm(`${foreign()}.etag`);
      })();
      await Promise.all([work, grown]);
      await assertWhole();
      assert.deepEqual(rangesOf(TEXT), []);
    });
  });

  it("stops at once when its user is gone", async () => {
    hub.fail(TEXT, { kind: "stall", after: 100_000 });
    const owner = new AbortController();
    const work = downloadModel(PRESET, {
      cacheDir,
      baseUrl: hub.url,
      signal: owner.signal,
      onProgress: ({ file, loadedBytes = 0 }) => {
        if (file === TEXT && loadedBytes > 0) owner.abort();
      },
    });
    await assert.rejects(work, { code: "CLOSED" });
  });

  it("goes through the proxy that the environment names", async () => {
    const proxy = createServer();
    const asked: string[] = [];
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      const onward = connect(Number(new URL(hub.url).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    await withEnvironment(
      { HTTP_PROXY: `http://127.0.0.1:${String(port)}`, NO_PROXY: "127.0.0.1" },
      // Only the proxy knows a way to this host.
      () => downloadModel(PRESET, { cacheDir, baseUrl: "http://hub.invalid" }),
    );
    await assertWhole();
    assert.deepEqual(new Set(asked), new Set(["hub.invalid:80"]));
    await new Promise((resolve) => proxy.close(resolve));
  });

  it("takes the hub's address from HF_ENDPOINT", async () => {
    await withEnvironment({ HF_ENDPOINT: hub.url }, () => downloadModel(PRESET, { cacheDir }));
    await assertWhole();
  });

  it("signs on at the hub's address that has user and password, and never shows them", async () => {
    const { host } = new URL(hub.url);
    const endpoint = `http://plant:zq1/pass#@${host}/`;
    hub.fail("config.json", { kind: "status", status: 403 });
    await withEnvironment({ HF_ENDPOINT: endpoint }, async () => {
      const refused: unknown = await downloadModel(PRESET, { cacheDir }).catch(
        (error: unknown) => error,
      );
      assert.ok(refused instanceof TlacError);
      assert.match(refused.message, /status 403/);
      assert.doesNotMatch(inspect(refused, { depth: 9, showHidden: true }), /zq1|plant/);
      await downloadModel(PRESET, { cacheDir });
    });
    await assertWhole();
    const login = `Basic ${Buffer.from("plant:zq1/pass#").toString("base64")}`;
    assert.ok(hub.requests.every(({ authorization }) => authorization === login));
  });

  it("names the environment variable that is no address, without what it holds", async () => {
    for (const [environment, named] of [
      [{ HF_ENDPOINT: "hub.example zq1" }, /HF_ENDPOINT is no http/],
      [{ HF_ENDPOINT: "ftp://zq1:zq1@hub.example" }, /HF_ENDPOINT is no http/],
      [{ HTTPS_PROXY: "http://u:zq1/zq1#@proxy:3128" }, /HTTPS_PROXY or HTTP_PROXY is no address/],
    ] as const) {
      const thrown: unknown = await withEnvironment(environment, () =>
        downloadModel(PRESET, { cacheDir }).catch((error: unknown) => error),
      );
      assert.ok(thrown instanceof TlacError, String(thrown));
      assert.equal(thrown.code, "EMBEDDER_UNAVAILABLE");
      assert.match(thrown.message, named);
      assert.doesNotMatch(inspect(thrown, { depth: 9, showHidden: true }), /zq1/);
    }
  });

  it("takes no web page for a file", async () => {
    hub.fail("config.json", { kind: "page" });
    const work = downloadModel(PRESET, { cacheDir, baseUrl: hub.url });
    await assert.rejects(work, { code: "EMBEDDER_UNAVAILABLE", message: /but a web page came/ });
    await downloadModel(PRESET, { cacheDir, baseUrl: hub.url });
    await assertWhole();
  });
});
