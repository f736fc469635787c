/** The admin endpoints of node types over real HTTP. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { NodeAPI, NodeInitializer } from "node-red";
import helper from "node-red-node-test-helper";

import type { JobView } from "../../nodes/admin/jobs";
import type { FlowNode } from "../helpers/flow";
import { cleanTestHome, openTestHome } from "../helpers/test-home";

helper.init(require.resolve("node-red"));

export interface Answer {
  readonly status: number;
  /** The body as it came, and as JSON. */
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface AdminServer {
  readonly userDir: string;
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  /** Asks after a job until `isThere` says so; default: until it has ended. */
  follow(type: string, job: unknown, isThere?: (view: JobView) => boolean): Promise<JobView>;
  close(): Promise<void>;
}

/** Loads a type with its config nodes and serves the admin side of that Node-RED. */
export async function startAdmin(
  type: NodeInitializer,
  configs: readonly FlowNode[],
  credentials: Readonly<Record<string, unknown>> = {},
): Promise<AdminServer> {
  let api: NodeAPI | undefined;
  const watch: NodeInitializer = (RED) => {
    api = RED;
    return type(RED);
  };
  const userDir = openTestHome();
  helper.settings({ userDir, logging: { console: { level: "off" } } });
  await helper.load([watch], [{ id: "tab", type: "tab", label: "" }, ...configs], credentials);
  const { httpAdmin } = api as unknown as NodeAPI;
  const server: Server = createServer((request, response) => {
    httpAdmin(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = async (place: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/tlac/${place}`, init);
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) as Answer["body"] };
  };
  const get = (place: string): Promise<Answer> => ask(place, {});
  return {
    userDir,
    url: `http://127.0.0.1:${port}`,
    get,
    post: (place, body) =>
      ask(place, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    follow: async (name, job, isThere = ({ state }) => state !== "running") => {
      for (;;) {
        const view = (await get(`${name}/jobs/${String(job)}`)).body as unknown as JobView;
        if (isThere(view)) return view;
        await sleep(5);
      }
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await helper.unload();
      await cleanTestHome();
    },
  };
}
