/** A real Mosquitto, as plants run it, and a client of it. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect as connectSocket } from "node:net";
import { userInfo } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Debian puts it where only administrators have their PATH. */
const PLACES = [process.env.MOSQUITTO ?? "", "/usr/sbin/mosquitto", "/usr/bin/mosquitto"];

export interface Mosquitto {
  readonly port: number;
  /** Ends it as a service manager does; what is retained is on the disk then. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface Received {
  readonly topic: string;
  readonly text: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** The client that Node-RED's own nodes use, as far as specs need it. */
interface Client {
  publishAsync(topic: string, payload: Buffer, options: { qos: number }): Promise<unknown>;
  subscribeAsync(topic: string, options: { qos: number }): Promise<unknown>;
  endAsync(): Promise<unknown>;
  on(
    event: "message",
    listener: (
      topic: string,
      payload: Buffer,
      packet: { readonly qos: number; readonly retain: boolean },
    ) => void,
  ): void;
}

const mqtt = createRequire(require.resolve("@node-red/nodes/package.json"))("mqtt") as {
  connectAsync(url: string, options: object): Promise<Client>;
};

/** Skips a suite, with the reason, where there is none. */
export function requireMosquitto(context: Mocha.Context): void {
  if (findMosquitto() !== undefined) return;
  process.stderr.write("    skipped: there is no mosquitto\n");
  context.skip();
}

function findMosquitto(): string | undefined {
  return PLACES.find((place) => place && existsSync(place));
}

/** Starts one on a port of this computer; its data lie in `folder`. Throws where there is none. */
export async function startMosquitto(folder: string, port: number): Promise<Mosquitto> {
  const program = findMosquitto();
  if (program === undefined) {
    throw new Error(`Expected mosquitto in ${PLACES.filter(Boolean).join(", ")}: install it.`);
  }
  const config = path.join(folder, "mosquitto.conf");
  const lines = [
    `listener ${port} 127.0.0.1`,
    "allow_anonymous true",
    "persistence true",
    `persistence_location ${folder}/`,
  ];
  // Started by an administrator, it would change to a user who may not write here.
  const { username } = userInfo();
  await writeFile(config, `${[...lines, `user ${username}`].join("\n")}\n`);
  let child: ChildProcess | undefined;
  const broker: Mosquitto = {
    port,
    start: async () => {
      child = spawn(program, ["-c", config], { stdio: "ignore" });
      while (!(await listens(port))) {
        if (child.exitCode !== null) throw new Error("mosquitto did not start");
        await sleep(20);
      }
    },
    stop: async () => {
      const ending = child;
      child = undefined;
      if (ending?.exitCode !== null) return;
      const ended = new Promise((resolve) => ending.once("exit", resolve));
      ending.kill();
      await ended;
    },
  };
  await broker.start();
  return broker;
}

/** A client that keeps all that it hears, and finds its way back to the broker. */
export class MqttProbe {
  readonly heard: Received[] = [];
  private wakes: (() => void)[] = [];

  private constructor(private readonly client: Client) {
    client.on("message", (topic, payload, { qos, retain }) => {
      this.heard.push({ topic, text: payload.toString(), qos, retain });
      for (const wake of this.wakes.splice(0)) wake();
    });
  }

  static async connect(port: number, topic: string): Promise<MqttProbe> {
    const url = `mqtt://127.0.0.1:${port}`;
    const client = await mqtt.connectAsync(url, { reconnectPeriod: 100, clean: true });
    const probe = new MqttProbe(client);
    await client.subscribeAsync(topic, { qos: 1 });
    return probe;
  }

  /** Resolves once the broker has it. */
  async publish(topic: string, payload: Buffer): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1 });
  }

  on(topic: string): Received[] {
    return this.heard.filter((message) => message.topic === topic);
  }

  /** Waits for a message on a topic that holds a text, from the `from`th message on. */
  async until(topic: string, text: string, from = 0): Promise<Received> {
    const end = Date.now() + 30_000;
    for (;;) {
      const found = this.heard
        .slice(from)
        .find((message) => message.topic === topic && message.text.includes(text));
      if (found) return found;
      if (Date.now() > end) {
        throw new Error(
          `no “${text}” on ${topic}; there is ${JSON.stringify(this.heard.slice(from))}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.wakes.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async close(): Promise<void> {
    await this.client.endAsync();
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
