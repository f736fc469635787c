import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";

import { TlacError } from "../../lib/errors";
import { createOllama } from "../../lib/lmm/ollama/ollama";
import type { OllamaSettings } from "../../lib/lmm/ollama/settings";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble, type OllamaDouble } from "../ollama-double/server";

/** A CA and a server's certificate for 127.0.0.1, made for these specs. */
const FILES = path.join(__dirname, "..", "fixtures", "tls");
const CA = path.join(FILES, "ca.pem");

/** Ollama behind a proxy with TLS, as plants have it: the certificate is the company's own. */
describe("an Ollama server behind TLS", () => {
  let double: OllamaDouble;
  let proxy: Server;
  let host: string;
  let connections: number;

  beforeEach(async () => {
    double = await startOllamaDouble({ brain: new ScriptedBrain("A hex bolt.") });
    connections = 0;
    const options = {
      key: readFileSync(path.join(FILES, "server.key.pem")),
      cert: readFileSync(path.join(FILES, "server.pem")),
    };
    proxy = createServer(options, (incoming, outgoing) => {
      const { method = "", url = "", headers } = incoming;
      const passed = httpRequest(`${double.url}${url}`, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      passed.on("error", () => outgoing.destroy());
      incoming.pipe(passed);
    });
    proxy.on("connection", () => (connections += 1));
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    host = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await double.close();
  });

  async function ask(settings: Partial<OllamaSettings>): Promise<string> {
    const ollama = createOllama({ host, model: "llava:7b", canary: false, ...settings });
    try {
      return (await ollama.ask({ prompt: "Which part?" })).text;
    } finally {
      await ollama.close();
    }
  }

  async function fails(settings: Partial<OllamaSettings>): Promise<TlacError> {
    const error = await ask(settings).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof TlacError, String(error));
    return error;
  }

  it("is trusted by the CA file of its settings", async () => {
    assert.equal(await ask({ caFile: CA }), "A hex bolt.");
  });

  it("is refused without one, at once, with both ways out", async () => {
    const error = await fails({});
    assert.deepEqual([error.code, error.key], ["LMM_UNREACHABLE", "lmm.certificate-untrusted"]);
    assert.match(error.message, /CA file.*NODE_EXTRA_CA_CERTS/);
    assert.match(error.in("ja"), /NODE_EXTRA_CA_CERTS/);
    assert.equal(connections, 1);
  });

  it("says where TLS is spoken on one side only", async () => {
    const plain = await fails({ host: double.url.replace("http:", "https:") });
    assert.equal(plain.key, "lmm.speaks-no-tls");
    assert.match(plain.message, /http:\/\//);
  });

  it("says what is wrong with a CA file", async () => {
    for (const [caFile, reason] of [
      [path.join(FILES, "none.pem"), /ENOENT/],
      [path.join(FILES, "server.key.pem"), /BEGIN CERTIFICATE/],
      [FILES, /no file/],
    ] as const) {
      const error = await fails({ caFile });
      assert.deepEqual([error.code, error.key], ["BAD_CONFIG", "lmm.bad-ca-file"]);
      assert.match(error.message, reason);
    }
  });
});
