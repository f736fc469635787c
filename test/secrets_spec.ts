import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";

import RED from "node-red";

import { TlacError } from "../lib/errors";
import type { Frame } from "../lib/frame/frame";
import { readFrames } from "../lib/frame/read-frames";
import type { ServerSettings } from "../lib/lmm/client/server-settings";
import { ENGINES } from "../lib/lmm/engine-kinds";
import { createLmm, withServerDialog } from "../lib/lmm/engines";
import lmmCandidates from "../nodes/lmm-candidates";
import lmmServer from "../nodes/lmm-server";
import { paint } from "./flows/scripted-lmm";
import { startFlow, type CaughtMessage } from "./helpers/flow";
import { dragNode } from "./helpers/flow-nodes";
import { startAdmin } from "./nodes/admin-server";

/** Planted wherever a field takes a secret; each part that could show by itself is looked for. */
const PLANTED = ["zq1key", "zq2pass", "zq3word", "zq4cam", "zq5token"];
const API_KEY = "zq1key-0123456789";
const PASSWORD = "zq2pass/#?@zq3word";
const ENCODED = [
  Buffer.from(`plant:${PASSWORD}`).toString("base64"),
  Buffer.from("eye:zq4cam").toString("base64"),
];

function assertClean(...left: unknown[]): void {
  for (const each of left) {
    const forms = [inspect(each, { depth: 12, showHidden: true, maxStringLength: null })];
    if (each instanceof TlacError) forms.push(each.message, each.in("ja"), each.stack ?? "");
    if (typeof each === "string") forms.push(each);
    for (const form of forms) {
      for (const secret of [...PLANTED, ...ENCODED]) {
        assert.ok(!form.includes(secret), `${secret} in ${form.slice(0, 2_000)}`);
      }
    }
  }
}

/** A server that answers as `mode` says, and tells everything that it was told. */
type Mode = "json" | "line" | "page" | "login" | "redirect" | "stream" | "hang up";
const MODES: readonly Mode[] = ["json", "line", "page", "login", "redirect", "stream", "hang up"];

describe("secrets", () => {
  let server: Server;
  let place: string;
  let mode: Mode;
  let frame: Frame;

  before(async () => {
    const jpeg = await paint();
    const { frames } = await readFrames(jpeg);
    frame = frames[0] ?? assert.fail();
    server = createServer((request, response) => {
      const { authorization = "" } = request.headers;
      const plain = Buffer.from(authorization.slice(6), "base64").toString();
      const echo = `who is ${authorization} (${plain})?`;
      switch (mode) {
        case "json":
          response.writeHead(400).end(JSON.stringify({ error: { message: echo } }));
          break;
        case "line":
          response.writeHead(200).end(`${JSON.stringify({ error: echo })}\n`);
          break;
        case "page":
          response.writeHead(500).end(`<html><head><title>${echo}</title></head></html>`);
          break;
        case "login":
          response.writeHead(401, { "www-authenticate": `Digest realm="${authorization}"` }).end();
          break;
        case "redirect":
          response.writeHead(302, { location: `/next?key=${authorization}` }).end(echo);
          break;
        case "stream":
          response.writeHead(200, { "content-type": "video/mp4" }).end(echo);
          break;
        case "hang up":
          request.socket.destroy();
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const logins = (): readonly Partial<ServerSettings>[] => [
    { host: `http://plant:${PASSWORD}@${place}` },
    { host: `plant:${PASSWORD}@${place}` },
    { host: `http://${place}`, apiKey: API_KEY },
    { host: `http://plant:${PASSWORD}@${place}`, apiKey: API_KEY },
    // Such as cannot even be sent.
    { host: `ftp://plant:${PASSWORD}@${place}` },
    { host: `http://plant:${PASSWORD}@no such host` },
    { host: `http://${place}`, apiKey: `${API_KEY}\nzq3word` },
    { host: `http://${place}`, apiKey: `${API_KEY}鍵` },
    { host: "http://plant:zq2pass@127.0.0.1:1" },
  ];

  for (const each of MODES) {
    for (const engine of ENGINES) {
      it(`leave no trace where a server answers by ${each} (${engine})`, async () => {
        mode = each;
        for (const login of logins()) {
          const settings = {
            engine,
            ...{ model: "llava:7b", canary: false, ...login },
            pace: { retryMs: [], crashMs: 1, breakerThreshold: 1 },
          };
          const seen: unknown[] = [];
          const fails = async (work: () => Promise<unknown>): Promise<void> => {
            await work().then(
              () => assert.fail("an answer"),
              (thrown: unknown) => seen.push(thrown),
            );
          };
          await fails(async () => {
            const ollama = createLmm(settings);
            ollama.onState((state) => seen.push(state));
            try {
              await fails(() => ollama.propose(frame, "What is it?"));
              // The second meets the open breaker.
              return await ollama.ask({ prompt: "Which one?" });
            } finally {
              seen.push(ollama.state);
              await ollama.close();
            }
          });
          const { signal } = new AbortController();
          for (const ask of ["describe", "listModels", "pull", "checkVision"] as const) {
            await fails(() =>
              withServerDialog(settings, signal, (dialog): Promise<unknown> => dialog[ask]()),
            );
          }
          assert.ok(seen.length >= 5);
          assertClean(...seen);
        }
      });
    }

    it(`of cameras leave no trace where one answers by ${each}`, async () => {
      mode = each;
      const access = { folders: [], hosts: [place] };
      for (const url of [
        `http://eye:zq4cam@${place}/jpg?token=zq5token`,
        `http://eye:zq4cam/zq3word@${place}/jpg`,
        `http://eye:zq4cam#zq3word@${place}/jpg`,
        `http://eye:80/zq4cam@${place}/jpg`,
        `http://eye:zq4cam@127.0.0.1:1/jpg?token=zq5token`,
        `https://eye:zq4cam@${place}/jpg?token=zq5token`,
        `rtsp://eye:zq4cam@${place}/live?token=zq5token`,
      ]) {
        const thrown: unknown = await readFrames(url, { access }).catch((error: unknown) => error);
        assert.ok(thrown instanceof TlacError);
        assertClean(thrown);
      }
    });
  }

  it("leave a flow by no message, status or line of the log", async () => {
    mode = "json";
    const logged: unknown[] = [];
    const handler = { emit: (_event: string, line: unknown) => logged.push(line) };
    const { addHandler, removeHandler } = RED.log as unknown as Record<
      "addHandler" | "removeHandler",
      (handler: object) => void
    >;
    const config = {
      ...dragNode("lmm-server", "server"),
      host: `http://plant:${PASSWORD}@${place}`,
      model: "llava:7b",
    };
    const node = { ...dragNode("lmm-candidates"), server: "server" };
    const flow = await startFlow([lmmServer, lmmCandidates], node, [config]);
    addHandler(handler);
    try {
      flow.send("n", { payload: await paint() });
      const caught = (await flow.next("caught")) as CaughtMessage;
      assert.equal(caught.error.code, "BAD_CONFIG");
      const statuses = [await flow.next("status"), await flow.next("status")];
      assertClean(caught, ...statuses, ...logged);
    } finally {
      removeHandler(handler);
      await flow.close();
    }
  });

  it("leave by no answer to a dialog", async () => {
    const config = {
      ...dragNode("lmm-server", "server"),
      host: `http://plant:${PASSWORD}@${place}`,
      model: "llava:7b",
    };
    const admin = await startAdmin(lmmServer, [config], { server: { apiKey: API_KEY } });
    try {
      for (const each of MODES) {
        mode = each;
        for (const { host, apiKey } of logins()) {
          const body = { node: "server", host, model: "llava:7b", ...(apiKey ? { apiKey } : {}) };
          for (const name of ["models", "test", "pull"]) {
            const answer = await admin.post(`lmm-server/${name}`, body);
            assertClean(answer.text);
            if (typeof answer.body.job !== "string") continue;
            assertClean(JSON.stringify(await admin.follow("lmm-server", answer.body.job)));
          }
        }
        assertClean((await admin.get("lmm-server/activity/server")).text);
        assertClean((await admin.get("lmm-server/defaults")).text);
      }
    } finally {
      await admin.close();
    }
  });
});
