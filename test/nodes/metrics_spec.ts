import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import express, { type RequestHandler } from "express";
import type { NodeAPI } from "node-red";

import { serveMetrics } from "../../nodes/admin/metrics";
import type { Frame } from "../../lib/frame/frame";
import type { ServedLmm } from "../../lib/lmm/client/served-lmm";
import lmmServer from "../../nodes/lmm-server";
import { writeFamilies } from "../../nodes/runtime/metrics/exposition";
import { Histogram } from "../../nodes/runtime/metrics/histogram";
import { readMetrics } from "../../nodes/runtime/metrics/sources";
import { ServerActivity } from "../../nodes/runtime/server/server-activity";
import tlac from "../../nodes/tlac";
import { naming, paint } from "../flows/scripted-lmm";
import { startFlow } from "../helpers/flow";
import { dragNode } from "../helpers/flow-nodes";
import { ScriptedBrain } from "../ollama-double/brain-scripted";
import { startOllamaDouble } from "../ollama-double/server";

/** The queries of the dashboard that ships with the package. */
function readDashboard(): string {
  const text = readFileSync("examples/grafana-dashboard.json.txt", "utf8");
  const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
  return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join("\n");
}

describe("metrics", () => {
  it("are written as Prometheus reads them", () => {
    const labels = { camera: 'gate "north"\\1\n2' };
    const text = writeFamilies([
      { name: "a_total", help: "One\nline.", type: "counter", samples: [{ labels, value: 3 }] },
      { name: "b", help: "No sample.", type: "gauge", samples: [] },
      {
        name: "a_total",
        help: "One\nline.",
        type: "counter",
        samples: [{ labels: {}, value: 0.5 }],
      },
    ]);
    assert.equal(
      text,
      [
        "# HELP a_total One\\nline.",
        "# TYPE a_total counter",
        'a_total{camera="gate \\"north\\"\\\\1\\n2"} 3',
        "a_total 0.5",
        "",
      ].join("\n"),
    );
  });

  it("count durations below each bound", () => {
    const histogram = new Histogram([0.1, 1]);
    for (const seconds of [0.05, 0.1, 0.7, 30]) histogram.observe(seconds);
    const samples = histogram.toSamples({ server: "s" });
    assert.deepEqual(
      samples.map(({ suffix, labels, value }) => [suffix, labels.le, value]),
      [
        ["_bucket", "0.1", 2],
        ["_bucket", "1", 3],
        ["_bucket", "+Inf", 4],
        ["_sum", undefined, 30.85],
        ["_count", undefined, 4],
      ],
    );
  });

  it("tell of how many calls the tokens are known: not every ended one tells them", async () => {
    const activity = new ServerActivity();
    const calls = [
      { total: 5, tokens: { prompt: 600, cached: 500, answer: 12 } },
      { total: 5, tokens: { answer: 8 }, cut: true },
      { total: 5 },
    ];
    const propose = () => Promise.resolve({ timings: calls.pop() });
    const lmm = activity.observe({ propose } as unknown as ServedLmm);
    while (calls.length > 0) await lmm.propose({} as Frame, "");
    const { tokens, counted, cut } = activity.read();
    assert.deepEqual(tokens, { prompt: 600, cached: 500, answer: 20 });
    assert.deepEqual(counted, { prompt: 1, cached: 1, answer: 2 });
    assert.equal(cut, 1);
  });

  it("tell what nodes and servers of a flow have done, and forget them with the flow", async () => {
    const double = await startOllamaDouble({ brain: new ScriptedBrain(naming("hammer")) });
    const judge = { ...dragNode("tlac"), sight: false, classes: "hammer", server: "server" };
    const server = { ...dragNode("lmm-server", "server"), host: double.url, canary: false };
    const flow = await startFlow([tlac, lmmServer], { ...judge, mode: "slac" }, [server]);
    try {
      flow.send("n", { payload: await paint() });
      await flow.next("door1");
      flow.send("n", { payload: "no image" });
      await flow.next("caught");
      const lines = writeFamilies(readMetrics()).split("\n");
      const host = double.url;
      const own = 'server="server",name="",model="llava:7b"';
      for (const line of [
        'tlac_messages_total{node="n",type="tlac",name="",way="class"} 1',
        'tlac_messages_total{node="n",type="tlac",name="",way="failed"} 1',
        'tlac_messages_waiting{node="n",type="tlac",name=""} 0',
        `tlac_lmm_calls_total{${own},host="${host}",result="answered"} 1`,
        `tlac_lmm_calls_total{${own},host="${host}",result="failed"} 0`,
        `tlac_lmm_call_duration_seconds_count{${own}} 1`,
        `tlac_lmm_host_up{${own},host="${host}"} 1`,
        `tlac_lmm_queue_waiting{${own}} 0`,
      ]) {
        assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
      }
      const families = new Set(readMetrics().map(({ name }) => name));
      for (const asked of readDashboard().matchAll(/tlac_\w+/g)) {
        const [name] = asked;
        assert.ok(families.has(name.replace(/_(bucket|sum|count)$/, "")), name);
      }
      const tokens = lines.find((line) => /^tlac_lmm_tokens_total.*kind="answer"/.test(line));
      assert.ok(Number(tokens?.split(" ").at(-1)) > 0);
      for (const kind of ["prompt", "answer"]) {
        const line = `tlac_lmm_tokens_calls_total{${own},kind="${kind}"} 1`;
        assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
      }
    } finally {
      await flow.close();
      await double.close();
    }
    assert.deepEqual(readMetrics(), []);
  });

  describe("over HTTP", () => {
    let server: Server | undefined;
    afterEach(() => server?.close());

    /** Both at one root, as Node-RED has them by default. */
    async function serve(httpNodeAuth: object | undefined): Promise<string> {
      const [httpAdmin, httpNode, app] = [express(), express(), express()];
      const asked: string[] = [];
      const needsPermission = (permission: string): RequestHandler => {
        asked.push(permission);
        return ({ headers }, response, next) => {
          if (headers.authorization === "Bearer editor") next();
          else response.sendStatus(401);
        };
      };
      const runtime = {
        httpAdmin,
        httpNode,
        settings: { httpNodeAuth },
        auth: { needsPermission },
      };
      serveMetrics(runtime as unknown as NodeAPI);
      serveMetrics(runtime as unknown as NodeAPI);
      assert.deepEqual(asked, ["metrics.read"]);
      const password: RequestHandler = ({ headers }, response, next) => {
        const right = `Basic ${Buffer.from("prometheus:secret").toString("base64")}`;
        if (!httpNodeAuth || headers.authorization === right) next();
        else response.sendStatus(401);
      };
      app.use("/", httpAdmin).use("/", password, httpNode);
      server = createServer(app);
      await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/tlac/metrics`;
    }

    const ask = async (url: string, authorization?: string): Promise<[number, string]> => {
      const response = await fetch(url, authorization ? { headers: { authorization } } : {});
      const text = await response.text();
      return [response.status, (response.headers.get("content-type") ?? "") + text];
    };
    const basic = (password: string): string =>
      `Basic ${Buffer.from(`prometheus:${password}`).toString("base64")}`;

    it("are for whoever may read them in the editor", async () => {
      const url = await serve(undefined);
      const [status, text] = await ask(url, "Bearer editor");
      assert.equal(status, 200);
      assert.match(text, /^text\/plain.*version=0\.0\.4.*process_resident_memory_bytes \d+/s);
      assert.equal((await ask(url))[0], 401);
      assert.equal((await ask(url, basic("secret")))[0], 401);
    });

    it("are for whoever has the password of the flows' pages, where there is one", async () => {
      const url = await serve({ user: "prometheus", pass: "…" });
      assert.equal((await ask(url, basic("secret")))[0], 200);
      assert.equal((await ask(url, basic("wrong")))[0], 401);
      assert.equal((await ask(url))[0], 401);
      assert.equal((await ask(url, "Bearer editor"))[0], 200);
    });
  });
});
