import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { createCalls, type OllamaCalls } from "../../lib/lmm/ollama/calls";
import { loadModel } from "../../lib/lmm/ollama/load-model";
import { resolveSettings } from "../../lib/lmm/ollama/settings";

/** A load that ends when the test says so, on a server that does or does not show it. */
describe("loading a model", () => {
  let server: Server;
  let calls: OllamaCalls;
  let shows: boolean;
  let looks: number;
  let onLook: () => void;
  let loading: ServerResponse | undefined;

  beforeEach(async () => {
    looks = 0;
    onLook = () => undefined;
    loading = undefined;
    server = createServer((request, response) => {
      if (request.url === "/api/ps") {
        looks += 1;
        const models = shows ? [{ name: "llava:latest" }] : [];
        response.setHeader("content-type", "application/json").end(JSON.stringify({ models }));
        onLook();
        return;
      }
      loading = response;
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    calls = createCalls(
      resolveSettings({
        host: `127.0.0.1:${port}`,
        model: "llava",
        deadlines: { loadMs: 20 },
        pace: { loadPollMs: 2 },
      }),
    );
  });

  afterEach(async () => {
    await calls.close();
    server.close();
    server.closeAllConnections();
  });

  it("goes on beyond its budget for as long as the server shows the model", async () => {
    shows = true;
    const enough = new Promise<void>((resolve) => {
      const started = performance.now();
      onLook = () => {
        if (looks > 5 && performance.now() - started > 60) resolve();
      };
    });
    const load = loadModel(calls, new AbortController().signal);
    await enough;
    assert.equal(loading?.destroyed, false);
    loading.end('{"model":"llava","done":true,"done_reason":"load"}');
    await load;
  });

  it("is given up when the server shows nothing of it", async () => {
    shows = false;
    await assert.rejects(loadModel(calls, new AbortController().signal), {
      code: "LMM_TIMEOUT",
      key: "lmm.load-stalled",
    });
    assert.ok(looks > 0);
    assert.ok(loading);
    if (!loading.destroyed) await once(loading, "close");
  });

  it("ends with its signal, and leaves no request", async () => {
    shows = true;
    const cancel = new AbortController();
    onLook = () => {
      if (loading) cancel.abort(new Error("gone"));
    };
    await assert.rejects(loadModel(calls, cancel.signal), { message: "gone" });
    assert.ok(loading);
    if (!loading.destroyed) await once(loading, "close");
  });
});
