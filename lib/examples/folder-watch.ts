import { watch, type FSWatcher } from "node:fs";
import path from "node:path";

/** What is watched, as a scan of it tells. */
export interface Watched {
  readonly folders: readonly string[];
  readonly signature: string;
}

export interface WatchTimes {
  /** ms between two looks where the system tells nothing, as on most network drives. */
  readonly poll: number;
  /** ms in which nothing may change before a change is told: a picture is copied as a whole. */
  readonly settle: number;
}

const TIMES: WatchTimes = { poll: 5_000, settle: 500 };

/** Looks take at most one fiftieth of the time, however slow the drive. */
const REST_FACTOR = 50;

/** A change is told at the latest after so many looks that each found another one. */
const MOST_SETTLING = 20;

/** Each costs the system a handle; folders beyond that are looked at only. */
const MOST_WATCHERS = 256;

/**
 * Tells what `scan` sees at first, and each time that it has changed and is at rest again. The system's own watchers only
 * say when to look, and may be missing; looking at intervals finds everything in the end. Keeps no
 * process alive and never throws.
 */
export class FolderWatch {
  private readonly watchers: FSWatcher[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** Signature of the scan that was told last. */
  private told: string | undefined;
  private looking = false;
  /** Asked for while looking. */
  private again = false;
  private closed = false;

  constructor(
    private readonly root: string,
    private readonly scan: () => Promise<Watched>,
    private readonly tell: () => void,
    private readonly times: WatchTimes = TIMES,
  ) {
    void this.look();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.unfollow();
  }

  private async look(): Promise<void> {
    this.looking = true;
    clearTimeout(this.timer);
    const started = performance.now();
    try {
      let seen = await this.scan();
      for (let round = 0; this.isNews(seen) && round < MOST_SETTLING; round++) {
        await this.rest();
        const now = await this.scan();
        if (now.signature === seen.signature) break;
        seen = now;
      }
      if (!this.isNews(seen)) return;
      this.told = seen.signature;
      this.follow(seen.folders);
      this.tell();
    } catch {
      // What cannot be read now is looked at again.
    } finally {
      this.looking = false;
      const spent = performance.now() - started;
      const pause = this.again ? this.times.settle : Math.max(this.times.poll, spent * REST_FACTOR);
      this.again = false;
      this.lookIn(pause);
    }
  }

  private isNews({ signature }: Watched): boolean {
    return !this.closed && signature !== this.told;
  }

  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, this.times.settle).unref());
  }

  private lookIn(ms: number): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.look(), ms).unref();
  }

  /**
   * Watches the root and the folders below it that are there. All anew: one that was removed and
   * made again has left its watcher behind, dead and without a word.
   */
  private follow(folders: readonly string[]): void {
    this.unfollow();
    const places = [this.root, ...folders.map((folder) => path.join(this.root, folder))];
    for (const place of places.slice(0, MOST_WATCHERS)) {
      try {
        const watcher = watch(place, { persistent: false });
        watcher.on("change", () => {
          if (this.looking) this.again = true;
          else void this.look();
        });
        watcher.on("error", () => {
          watcher.close();
        });
        this.watchers.push(watcher);
      } catch {
        // Not there, no handles left, a drive without events: it is looked at.
      }
    }
  }

  private unfollow(): void {
    for (const watcher of this.watchers.splice(0)) watcher.close();
  }
}
