import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Aedes } from "aedes";
import sharp from "sharp";
import { WebSocket } from "undici";

import { PASSWORD, startCamera, USER } from "../camera/camera-server";
import { createSeeingBrain } from "../helpers/seeing-brain";
import { startOllamaDouble } from "../ollama-double/server";
import { startEditor, type Editor } from "./browser/helpers/editor";

const EXAMPLES = path.resolve(__dirname, "../../examples");
const photoFile = (name: string): string => path.join(EXAMPLES, "photos", `${name}.jpg`);

type FlowNode = { id: string; type: string; d?: boolean } & Record<string, unknown>;

/** An entry of the debug sidebar: `value` is what a debug node was told to show. */
interface Entry {
  readonly id: string;
  readonly topic: unknown;
  readonly value: unknown;
  /** Set for what no Catch node took. */
  readonly level: number | undefined;
}

/** Follows a Node-RED as its editor does, over the socket of the debug sidebar. */
class Sidebar {
  readonly entries: Entry[] = [];
  /** Texts that nodes had on the canvas since `clear`, oldest first. */
  readonly statuses: { readonly id: string; readonly text: string }[] = [];
  readonly #socket: WebSocket;
  #wake: (() => void)[] = [];

  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace("http", "ws")}comms`);
    this.#socket.addEventListener("message", ({ data }) => {
      for (const packet of JSON.parse(String(data)) as { topic: string; data: unknown }[]) {
        this.#take(packet.topic, packet.data as Record<string, unknown>);
      }
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  async open(): Promise<void> {
    await once(this.#socket, "open");
    this.#socket.send(JSON.stringify({ subscribe: "debug" }));
    this.#socket.send(JSON.stringify({ subscribe: "status/#" }));
  }

  close(): void {
    this.#socket.close();
  }

  clear(): void {
    this.entries.length = 0;
    this.statuses.length = 0;
  }

  /** What a debug node has shown so far. */
  shown(id: string): Entry[] {
    return this.entries.filter((entry) => entry.id === id);
  }

  /** Waits until `count` entries of a debug node are there; fails on any error before. */
  async wait(id: string, count = 1): Promise<Entry[]> {
    await this.until(() => this.shown(id).length >= count, `${count} entries of ${id}`);
    return this.shown(id);
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const end = Date.now() + 60_000;
    while (!holds()) {
      this.assertNoErrors();
      assert.ok(Date.now() < end, `${what}; there is ${JSON.stringify(this.entries)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  assertNoErrors(): void {
    const errors = this.entries.filter(
      ({ id, level }) => level !== undefined || id.endsWith("-error"),
    );
    assert.deepEqual(errors, []);
  }

  #take(topic: string, data: Record<string, unknown>): void {
    if (topic.startsWith("status/")) {
      this.statuses.push({ id: topic.slice("status/".length), text: toText(data.text) });
    }
    if (topic !== "debug") return;
    const { msg, format } = data as { msg: string; format: string };
    const isJson = /^(?:Object|array|error)/i.test(format);
    this.entries.push({
      id: String(data.id),
      topic: data.topic,
      value: isJson ? (JSON.parse(msg) as unknown) : msg,
      level: data.level as number | undefined,
    });
  }
}

const toText = (value: unknown): string => (typeof value === "string" ? value : "");

/** As a newcomer runs them: imported as they are, deployed, pressed. */
describe("the examples", function () {
  this.timeout(120_000);
  let editor: Editor;
  let sidebar: Sidebar;
  let scratch: string;

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), "tlac-examples-"));
    editor = await startEditor({ env: { TMPDIR: scratch } });
    sidebar = new Sidebar(editor.url);
    await sidebar.open();
  });
  after(async () => {
    sidebar.close();
    await editor.stop();
    const left = await readdir(scratch);
    await rm(scratch, { recursive: true, force: true });
    assert.deepEqual(left, []);
  });
  afterEach(() => {
    sidebar.assertNoErrors();
  });

  const post = (place: string, body?: string): Promise<Response> =>
    fetch(new URL(place, editor.url), {
      method: "POST",
      headers: body ? { "content-type": "application/json" } : {},
      ...(body ? { body } : {}),
    });
  /** Imports an example and deploys; `adapt` stands for what its comment asks the user to set. */
  const deploy = async (
    number: string,
    adapt: (nodes: FlowNode[]) => FlowNode[] = (nodes) => nodes,
  ): Promise<void> => {
    const files = await readdir(EXAMPLES);
    const file = files.find((name) => name.startsWith(number))!;
    const nodes = JSON.parse(await readFile(path.join(EXAMPLES, file), "utf8")) as FlowNode[];
    sidebar.clear();
    const response = await post("flows", JSON.stringify(adapt(nodes)));
    assert.equal(response.status, 204, await response.text());
  };
  const press = async (id: string): Promise<void> => {
    const { status } = await whenStarted(() => post(`inject/${id}`));
    assert.equal(status, 200, id);
  };
  const classOf = ({ value }: Entry): unknown => (value as Record<string, unknown>).class;

  it("01 names the class of one image", async () => {
    await deploy("01");
    await sidebar.wait("tlac01-class");
    await press("tlac01-inject");
    const entries = await sidebar.wait("tlac01-class", 2);
    assert.deepEqual(entries.map(classOf), ["espresso", "espresso"]);
    assert.deepEqual(sidebar.shown("tlac01-review"), []);
    const shown = sidebar.statuses.filter(({ id }) => id === "tlac01-tlac").map(({ text }) => text);
    assert.match(shown.at(-1)!, /espresso/);
  });

  it("02 shows the names of the first step and the class of the second", async () => {
    await deploy("02");
    const [names] = await sidebar.wait("tlac02-names");
    assert.match(JSON.stringify(names!.value), /espresso|coffee/i);
    const [match] = await sidebar.wait("tlac02-class");
    assert.equal(classOf(match!), "espresso");
    assert.deepEqual(sidebar.shown("tlac02-review"), []);
  });

  it("03 alerts over MQTT for critical classes only", async () => {
    const broker = await Aedes.createBroker();
    const listener = createServer((socket) => {
      broker.handle(socket);
    }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const port = String((listener.address() as AddressInfo).port);
    const alerts: { topic: string; text: string }[] = [];
    const subscribed = new Promise<void>((resolve) => {
      broker.on("subscribe", () => {
        resolve();
      });
    });
    const alerted = new Promise<void>((resolve) => {
      broker.on("publish", ({ topic, payload }) => {
        if (!topic.startsWith("alerts/")) return;
        alerts.push({ topic, text: payload.toString() });
        resolve();
      });
    });
    try {
      await deploy("03", (nodes) =>
        nodes.map((node) => (node.type === "mqtt-broker" ? { ...node, port } : node)),
      );
      await subscribed;
      for (const [camera, photo] of [
        ["attic", "cat"],
        ["kitchen", "espresso"],
        ["gate", "giant-panda"],
      ] as const) {
        const payload = await readFile(photoFile(photo));
        await new Promise<void>((resolve) => {
          broker.publish(
            {
              cmd: "publish",
              topic: `cameras/${camera}`,
              payload,
              qos: 0,
              dup: false,
              retain: false,
            },
            () => {
              resolve();
            },
          );
        });
      }
      await alerted;
      const [review] = await sidebar.wait("tlac03-review");
      assert.equal(review!.topic, "cameras/attic");
      await sidebar.until(
        () =>
          sidebar.statuses.some(
            ({ id, text }) => id === "tlac03-tlac" && text.includes("espresso"),
          ),
        "a decision on the espresso",
      );
      assert.deepEqual(
        alerts.map(({ topic }) => topic),
        ["alerts/gate"],
      );
      const text = JSON.parse(alerts[0]!.text) as Record<string, unknown>;
      assert.equal(text.class, "giant panda");
      assert.match(String(text.why), /panda/);
    } finally {
      await post("flows", "[]");
      await new Promise<void>((resolve) => {
        broker.close(resolve);
      });
      listener.close();
    }
  });

  it("04 answers an upload with JSON, and what is no image with 422", async () => {
    await deploy("04");
    const upload = async (
      body: Buffer,
    ): Promise<{ status: number; body: Record<string, unknown> }> => {
      const response = await whenStarted(() =>
        fetch(new URL("classify", editor.url), {
          method: "POST",
          headers: { "content-type": "image/jpeg" },
          body: new Uint8Array(body),
        }),
      );
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const known = await upload(await readFile(photoFile("giant-panda")));
    assert.deepEqual([known.status, known.body.class], [200, "giant-panda"]);
    const stranger = await upload(await readFile(photoFile("cat")));
    assert.deepEqual([stranger.status, stranger.body.class], [200, null]);
    const text = await upload(Buffer.from("no image"));
    assert.equal(text.status, 422);
    assert.equal(text.body.code, "BAD_IMAGE");
    assert.match(String(text.body.message), /\S{3}/);
  });

  it("05 classifies each new photo of a folder, and nothing else", async () => {
    const folder = path.join(editor.userDir, "photos");
    await mkdir(folder);
    await deploy("05");
    // The watch takes effect after the deploy: a photo that came before it is not new.
    const place = path.join(folder, "a.jpg");
    const copied = setInterval(() => void copyFile(photoFile("giant-panda"), place), 1_500);
    const [first] = await sidebar.wait("tlac05-class").finally(() => {
      clearInterval(copied);
    });
    assert.equal(classOf(first!), "giant-panda");
    await copyFile(photoFile("cat"), path.join(folder, "notes.txt"));
    await rm(place);
    await copyFile(photoFile("cat"), path.join(folder, "B.JPG"));
    const [stranger] = await sidebar.wait("tlac05-review");
    assert.equal(classOf(stranger!), null);
    assert.equal(sidebar.shown("tlac05-review").length, 1);
    await post("flows", "[]");
  });

  it("06 lets a class through once", async () => {
    await deploy("06");
    for (const [button, count] of [
      ["button1", 1],
      ["button1", 1],
      ["button2", 2],
      ["button2", 2],
      ["button1", 3],
    ] as const) {
      const before = sidebar.statuses.length;
      await press(`tlac06-${button}`);
      await sidebar.wait("tlac06-class", count);
      await sidebar.until(
        () => sidebar.statuses.slice(before).some(({ text }) => /espresso|giant panda/.test(text)),
        "a decision",
      );
    }
    assert.deepEqual(sidebar.shown("tlac06-class").map(classOf), [
      "espresso",
      "giant-panda",
      "espresso",
    ]);
  });

  it("07 stores what is unknown as a JPEG, and says why", async () => {
    await deploy("07");
    const [known] = await sidebar.wait("tlac07-class");
    assert.equal(classOf(known!), "espresso");
    const [why] = await sidebar.wait("tlac07-why");
    assert.match(String(why!.value), /\S+ \S+/);
    const folder = path.join(editor.userDir, "review");
    const files = await waitForJpegs(folder);
    assert.equal(files.length, 1);
    assert.match(files[0]!, /^[\w-]{8,}\.jpg$/);
    const { format, width } = await sharp(await readFile(path.join(folder, files[0]!))).metadata();
    assert.deepEqual([format, width > 100], ["jpeg", true]);
  });

  it("08 serves two cameras with one server", async () => {
    await deploy("08");
    const entries = await sidebar.wait("tlac08-class", 2);
    const found: unknown = Object.fromEntries(
      entries.map((entry) => [entry.topic, classOf(entry)]),
    );
    assert.deepEqual(found, { gate: "espresso", line: "giant-panda" });
    assert.deepEqual(sidebar.shown("tlac08-skipped"), []);
  });

  it("09 compares the modes that need no server; the others stay disabled", async () => {
    await deploy("09");
    const entries = await sidebar.wait("tlac09-compare", 2);
    await press("tlac09-inject");
    await sidebar.wait("tlac09-compare", 4);
    const rows = entries.slice(0, 2).map(({ value }) => value as Record<string, unknown>);
    assert.deepEqual(rows.map(({ mode }) => mode).sort(), ["clip", "slac"]);
    for (const row of rows) {
      assert.equal(row.class, "giant panda", JSON.stringify(row));
      assert.ok(Number(row.confidence) > 0 && Number(row.ms) > 0, JSON.stringify(row));
    }
    assert.deepEqual(
      sidebar.statuses.filter(({ id }) => /^tlac09-(?:tlac|cascade)$/.test(id)),
      [],
    );
  });

  it("09 compares all modes once the two nodes have a server and are enabled", async () => {
    const double = await startOllamaDouble({
      brain: createSeeingBrain(),
      models: [{ name: "llava:7b" }],
    });
    try {
      await deploy("09", (nodes) => {
        const server = { id: "server", type: "lmm-server", kind: "ollama", host: double.url };
        return [
          { ...server, model: "llava:7b" },
          ...nodes.map((node) => (node.d ? { ...node, d: false, server: "server" } : node)),
        ];
      });
      const entries = await sidebar.wait("tlac09-compare", 4);
      const modes = entries.map(({ value }) => (value as Record<string, unknown>).mode);
      assert.deepEqual(modes.sort(), ["cascade", "clip", "slac", "tlac"]);
    } finally {
      await post("flows", "[]");
      await double.close();
    }
  });

  it("10 raises an alert once a thing is there, and clears it once it is gone", async () => {
    await deploy("10");
    for (const [button, state] of [
      ["button2", "tlac10-raised"],
      ["button1", "tlac10-cleared"],
    ] as const) {
      for (const count of [1, 2]) {
        const before = sidebar.statuses.length;
        await press(`tlac10-${button}`);
        await sidebar.until(
          () => sidebar.statuses.slice(before).some(({ id }) => id === "tlac10-alert"),
          `frame ${count}`,
        );
      }
      const [alert] = await sidebar.wait(state);
      assert.match(String(alert!.value), /^gate: giant panda/);
    }
    assert.equal(sidebar.shown("tlac10-raised").length, 1);
    assert.deepEqual(sidebar.shown("tlac10-review"), []);
  });

  it("11 takes snapshots with core nodes, behind the Digests that cameras ask for", async () => {
    for (const algorithm of ["MD5", "SHA-256"]) {
      // The core's parser takes no quotes in a realm.
      const login = { realm: "IP Camera(C1234)", password: "word" };
      const camera = await startCamera({ auth: { algorithm, qop: "auth" }, ...login });
      camera.picture = await readFile(photoFile("giant-panda"));
      try {
        await deploy("11", (nodes) =>
          nodes.map((node) => {
            if (node.type !== "http request") return node;
            const { pathname, search } = new URL(String(node.url));
            const credentials = { user: USER, password: login.password };
            const url = camera.url + pathname + search;
            return { ...node, url, authType: "digest", credentials };
          }),
        );
        for (const key of ["axis", "hikvision", "dahua", "esp32"]) {
          await press(`tlac11-${key}-button`);
        }
        const entries = await sidebar.wait("tlac11-class", 4);
        assert.deepEqual(new Set(entries.map(classOf)), new Set(["giant-panda"]));
        assert.ok(camera.asked.some((line) => line.includes("snapshot.cgi?channel=1 Digest")));
      } finally {
        await post("flows", "[]");
        await camera.close();
      }
    }
  });

  it("12 classifies what Frigate finds, camera by camera", async () => {
    const broker = await startBroker();
    try {
      await deploy("12", (nodes) =>
        nodes.map((node) => (node.type === "mqtt-broker" ? { ...node, port: broker.port } : node)),
      );
      await broker.subscribed;
      await broker.publish("frigate/gate/car/snapshot", await readFile(photoFile("giant-panda")));
      const [found] = await sidebar.wait("tlac12-class");
      assert.equal(classOf(found!), "giant-panda");
    } finally {
      await post("flows", "[]");
      await broker.close();
    }
  });

  it("13 takes pictures of MJPEG streams, and tells how the cameras do", async () => {
    const camera = await startCamera({ auth: {} });
    camera.picture = await readFile(photoFile("giant-panda"));
    camera.answers = ["stream"];
    try {
      await deploy("13", (nodes) =>
        nodes.map((node) => {
          if (node.type !== "tlac-camera" || node.d) return node;
          const credentials = { user: USER, password: PASSWORD };
          return { ...node, address: `${camera.url}/stream`, credentials };
        }),
      );
      for (const key of ["esp32", "axis"]) await press(`tlac13-${key}-button`);
      const entries = await sidebar.wait("tlac13-class", 2);
      assert.deepEqual(entries.map(classOf), ["giant-panda", "giant-panda"]);
      const states = await sidebar.wait("tlac13-state", 2);
      const told = states.map(({ value }) => value as Record<string, unknown>);
      assert.deepEqual(
        told.map(({ camera: name, state }) => `${String(name)} ${String(state)}`).sort(),
        ["Axis ok", "ESP32-CAM ok"],
      );
    } finally {
      await post("flows", "[]");
      await camera.close();
    }
  });
});

/** Node-RED answers a deploy before the flows run: until then it finds nothing. */
async function whenStarted(ask: () => Promise<Response>): Promise<Response> {
  let response = await ask();
  for (let turn = 0; response.status === 404 && turn < 100; turn += 1) {
    await sleep(50);
    response = await ask();
  }
  return response;
}

/** The files of a folder once the first of them is written to its end (FF D9 closes a JPEG). */
async function waitForJpegs(folder: string): Promise<string[]> {
  for (let turn = 0; turn < 100; turn += 1) {
    const files = await readdir(folder).catch(() => []);
    const [first] = files;
    const bytes = first === undefined ? Buffer.alloc(0) : await readFile(path.join(folder, first));
    if (bytes.subarray(-2).toString("hex") === "ffd9") return files;
    await sleep(50);
  }
  return [];
}

/** A broker in memory, on a socket of its own. */
async function startBroker(): Promise<{
  readonly port: string;
  readonly subscribed: Promise<unknown>;
  publish(topic: string, payload: Buffer): Promise<void>;
  close(): Promise<void>;
}> {
  const broker = await Aedes.createBroker();
  const listener = createServer((socket) => {
    broker.handle(socket);
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    port: String((listener.address() as AddressInfo).port),
    subscribed: once(broker, "subscribe"),
    publish: (topic, payload) =>
      new Promise((resolve) => {
        broker.publish(
          { cmd: "publish", topic, payload, qos: 0, dup: false, retain: false },
          () => {
            resolve();
          },
        );
      }),
    close: async () => {
      await new Promise<void>((resolve) => {
        broker.close(resolve);
      });
      listener.close();
    },
  };
}
