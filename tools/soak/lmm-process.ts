import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export interface LmmProcessOptions {
  readonly seed: number;
  /** 0…1, how many requests meet a fault. */
  readonly faultRate: number;
  readonly cacheDir: string;
}

/** A server that is killed and started again on the same port. */
export class LmmProcess {
  private child: ChildProcess | undefined;
  private starts = 0;
  private port = 0;
  /** Pictures that it was asked about, as far as it lived to tell. */
  pictures = 0;

  constructor(private readonly options: LmmProcessOptions) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves once it listens. Rejects when it ends before. */
  async start(): Promise<void> {
    const { seed, faultRate, cacheDir } = this.options;
    const child = fork(path.join(__dirname, "double-process.ts"), [
      String(this.port),
      // The same faults after each start would hide what other ones do.
      String(seed + this.starts++),
      String(faultRate),
      cacheDir,
    ]);
    this.child = child;
    child.on("message", ({ pictures = 0 }: { pictures?: number }) => {
      this.pictures += pictures;
    });
    const gaveUp = once(child, "exit").then(([code]) => {
      throw new Error(`The server's process ended with ${String(code)} before it listened.`);
    });
    const [{ port }] = (await Promise.race([once(child, "message"), gaveUp])) as [{ port: number }];
    gaveUp.catch(() => undefined);
    this.port = port;
  }

  /** SIGKILL: no request gets an answer, no connection a farewell. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    const running = child?.exitCode === null && child.signalCode === null;
    if (!child || !running) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}
