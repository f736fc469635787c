import { spawn, type ChildProcess } from "node:child_process";

import { TlacError } from "../errors";
import { redact } from "../net/redact";
import type { Login } from "../net/http-login";
import { readPictureParts } from "./picture-parts";
import type { PictureSource } from "./picture-source";

export interface FfmpegCameraOptions {
  /** rtsp or rtsps, without user and password. */
  readonly url: URL;
  readonly login: Login | undefined;
  /** Seconds from one picture of a stream to the next. */
  readonly intervalSeconds: number;
}

/** Of what ffmpeg writes about a failure, the end tells why. */
const MAX_COMPLAINT = 2_000;
const MAX_SHOWN = 200;
/** Marks the parts in what ffmpeg writes. */
const BOUNDARY = "tlac";

/**
 * A camera that speaks RTSP, through an installed ffmpeg: the pictures come as a multipart stream
 * over its output. The process ends with the taking, however that ends.
 */
export class FfmpegCamera implements PictureSource {
  private readonly running = new Set<ChildProcess>();

  constructor(private readonly options: FfmpegCameraOptions) {}

  /** One picture, decoded from a key frame: others would show what the stream has changed alone. */
  async take(signal: AbortSignal): Promise<Buffer> {
    const single = ["-skip_frame", "nokey"];
    for await (const picture of this.run(single, ["-frames:v", "1"], signal)) return picture;
    throw this.failure("camera.no-picture");
  }

  /** A picture each interval, as long as the signal lets it. */
  stream(signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const rate = String(1 / this.options.intervalSeconds);
    return this.run([], ["-vf", `fps=${rate}`], signal);
  }

  close(): Promise<void> {
    for (const child of this.running) child.kill("SIGKILL");
    return Promise.resolve();
  }

  private async *run(
    input: readonly string[],
    output: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Buffer, void> {
    signal.throwIfAborted();
    const child = spawn("ffmpeg", this.writeArguments(input, output), {
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    this.running.add(child);
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString("utf8")).slice(-MAX_COMPLAINT);
    });
    const ended = new Promise<Error | undefined>((resolve) => {
      child.once("error", resolve);
      child.once("close", () => {
        resolve(undefined);
      });
    });
    const kill = (): void => void child.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    try {
      yield* readPictureParts(child.stdout);
      signal.throwIfAborted();
      throw this.explain(await ended, complaint);
    } finally {
      signal.removeEventListener("abort", kill);
      this.running.delete(child);
      kill();
      child.stdout.destroy();
    }
  }

  private writeArguments(input: readonly string[], output: readonly string[]): string[] {
    const quiet = ["-nostdin", "-hide_banner", "-loglevel", "error"];
    const source = ["-rtsp_transport", "tcp", "-i", this.address];
    const jpeg = ["-an", "-c:v", "mjpeg", "-q:v", "3"];
    const parts = ["-f", "mpjpeg", "-boundary_tag", BOUNDARY, "pipe:1"];
    return [...quiet, ...input, ...source, ...output, ...jpeg, ...parts];
  }

  /** ffmpeg takes a login in the address alone. */
  private get address(): string {
    const { url, login } = this.options;
    if (!login) return url.href;
    const whole = new URL(url);
    whole.username = encodeURIComponent(login.user);
    whole.password = encodeURIComponent(login.password);
    return whole.href;
  }

  private explain(error: Error | undefined, complaint: string): TlacError {
    if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
      // Not with its cause, which holds the arguments, and in these the password.
      return new TlacError("BAD_CONFIG", "camera.no-ffmpeg");
    }
    const { login } = this.options;
    const secrets = login ? [login.password, encodeURIComponent(login.password)] : [];
    const lines = redact(complaint, secrets).trim().split("\n");
    const said = (lines.at(-1) ?? "").trim().slice(-MAX_SHOWN);
    const detail = said || (error?.message ?? "");
    if (/\b401\b|unauthori[sz]ed/i.test(complaint)) {
      return this.failure(login ? "camera.wrong-login" : "camera.needs-login", { form: "RTSP" });
    }
    return detail
      ? this.failure("camera.unreachable", { detail })
      : this.failure("camera.no-picture");
  }

  private failure(
    key: "camera.no-picture" | "camera.unreachable" | "camera.wrong-login" | "camera.needs-login",
    params: Readonly<Record<string, string>> = {},
  ): TlacError {
    const { host } = this.options.url;
    return new TlacError("CAMERA_UNREACHABLE", key, { host, ...params });
  }
}
