import { withDeadline } from "../async/waits";
import type { Clock } from "../basics/clock";
import { TlacError, toError } from "../errors";
import { sniffType } from "../frame/formats/sniff-type";
import type { PictureSource } from "./picture-source";

/** How a camera does. `failing`: it is tried again soon; `down`: it has failed several times. */
export type Health = "starting" | "ok" | "failing" | "down";

/** What has become of a camera; told when its health changes, never each time. */
export interface CameraState {
  readonly health: Health;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** In a row. */
  readonly failures: number;
  /** Why the last picture could not be taken; null: it could. */
  readonly error: Error | null;
}

export interface WatchOptions {
  readonly source: PictureSource;
  /** Milliseconds from one picture to the next; null: only when somebody asks. */
  readonly intervalMs: number | null;
  /** Milliseconds within which a picture must be there. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random?: () => number;
  /** A picture that came in its interval, and when it was taken in milliseconds since 1970. */
  readonly onPicture: (picture: Buffer, time: number) => void;
  readonly onState: (state: CameraState) => void;
}

/** So many failures in a row make a camera that is down of one that has hiccups. */
const DOWN_AFTER = 3;
/** A camera that is down is left alone for at most so long. */
const MOST_PAUSE_MS = 60_000;
const LEAST_PAUSE_MS = 1_000;
/** Cameras that were started together do not stay so: each wait is longer or shorter by up to that. */
const JITTER = 0.1;

/**
 * Takes pictures of one camera: each interval, when asked, one at a time. A camera that fails is
 * tried again after pauses that double, and its health is told once.
 */
export class CameraWatch {
  private readonly ender = new AbortController();
  private cancelNext: (() => void) | undefined;
  private underWay: Promise<Buffer> | undefined;
  private state: CameraState;

  constructor(private readonly options: WatchOptions) {
    const since = options.clock.now();
    this.state = { health: "starting", since, failures: 0, error: null };
  }

  get current(): CameraState {
    return this.state;
  }

  /** Begins with the intervals. The first picture comes at once, or in the first tenth of one. */
  start(): void {
    const { intervalMs } = this.options;
    if (intervalMs !== null) this.next(intervalMs * JITTER * this.roll());
  }

  /** One picture. Who asks while one is under way gets that one. Throws `TlacError`. */
  take(): Promise<Buffer> {
    this.underWay ??= this.attempt().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  async close(): Promise<void> {
    this.cancelNext?.();
    this.ender.abort(new TlacError("CLOSED", "camera.closed"));
    await this.options.source.close();
  }

  private async attempt(): Promise<Buffer> {
    const { source, timeoutMs: ms } = this.options;
    const late = (): Error => {
      return new TlacError("CAMERA_UNREACHABLE", "camera.timeout", { seconds: ms / 1_000 });
    };
    try {
      const deadline = { ms, late, signals: [this.ender.signal] };
      const picture = checkPicture(await withDeadline(deadline, (signal) => source.take(signal)));
      this.note(0, null);
      return picture;
    } catch (thrown) {
      if (!this.ender.signal.aborted) this.note(this.state.failures + 1, toError(thrown));
      throw thrown;
    }
  }

  private note(failures: number, error: Error | null): void {
    const health = failures === 0 ? "ok" : failures < DOWN_AFTER ? "failing" : "down";
    const isNew = health !== this.state.health;
    const since = isNew ? this.options.clock.now() : this.state.since;
    this.state = { health, since, failures, error };
    if (isNew) this.options.onState(this.state);
  }

  private next(ms: number): void {
    this.cancelNext?.();
    this.cancelNext = this.options.clock.after(ms, () => void this.turn());
  }

  private async turn(): Promise<void> {
    const { clock, intervalMs, onPicture } = this.options;
    const begun = clock.now();
    try {
      onPicture(await this.take(), clock.now());
    } catch {
      // Its health tells of it.
    }
    if (this.ender.signal.aborted || intervalMs === null) return;
    const { failures } = this.state;
    const wait = failures === 0 ? intervalMs : pauseAfter(failures, intervalMs);
    const jittered = wait * (1 + JITTER * (2 * this.roll() - 1));
    this.next(Math.max(0, begun + jittered - clock.now()));
  }

  private roll(): number {
    return (this.options.random ?? Math.random)();
  }
}

function pauseAfter(failures: number, intervalMs: number): number {
  const first = Math.max(intervalMs, LEAST_PAUSE_MS);
  return Math.min(first * 2 ** (failures - 1), Math.max(MOST_PAUSE_MS, intervalMs));
}

/** A camera that wants a password in a page, or is busy, sends a page. */
function checkPicture(picture: Buffer): Buffer {
  const type = sniffType(picture);
  if (type && type.hint === undefined) return picture;
  throw new TlacError("CAMERA_UNREACHABLE", "camera.not-a-picture", {
    type: type?.name ?? { key: "camera.something" },
    size: picture.length,
  });
}
