import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Between two looks at another's download, in milliseconds. */
const LOOK_MS = 250;

/**
 * The part of a file that has come so far, with the entity tag that says of what it is a part.
 * While it grows it has a name of its own, so that processes which share a folder, in containers
 * for example, never write into one file; when it is given up, any of them may go on with it.
 */
export class PartialFile {
  private readonly own: string;

  private constructor(private readonly target: string) {
    this.own = `${target}.${randomUUID()}.part`;
  }

  /**
   * Takes over what an earlier download has left, or begins anew. While another process grows the
   * file, waits for it to end or to stand still for `staleMs`. Null: the file is there, whole.
   */
  static async claim(
    target: string,
    staleMs: number,
    signal: AbortSignal | undefined,
  ): Promise<PartialFile | null> {
    await mkdir(path.dirname(target), { recursive: true });
    const seen = new Map<string, { readonly size: number; readonly since: number }>();
    for (;;) {
      if ((await sizeOf(target)) > 0) return null;
      const part = new PartialFile(target);
      if (await part.takeOver(`${target}.part`)) return part;
      const others = await part.findOthers();
      for (const other of others) {
        const size = await sizeOf(other);
        const known = seen.get(other);
        if (known?.size !== size) seen.set(other, { size, since: performance.now() });
        else if (performance.now() - known.since > staleMs && (await part.takeOver(other))) {
          return part;
        }
      }
      if (others.length === 0) return part;
      await sleep(LOOK_MS, undefined, signal ? { signal } : {});
    }
  }

  get path(): string {
    return this.own;
  }

  get size(): Promise<number> {
    return sizeOf(this.own);
  }

  async readTag(): Promise<string | null> {
    return readFile(tagOf(this.own), "utf8").catch(() => null);
  }

  async writeTag(tag: string | null): Promise<void> {
    if (tag === null) await rm(tagOf(this.own), { force: true });
    else await writeFile(tagOf(this.own), tag);
  }

  /** It is whole: it gets its name. */
  async finish(): Promise<void> {
    await rename(this.own, this.target);
    await rm(tagOf(this.own), { force: true });
  }

  /** Keeps what has come for whoever asks next. Never rejects. */
  async leave(): Promise<void> {
    if ((await this.size) === 0) return this.drop();
    const left = `${this.target}.part`;
    await rename(tagOf(this.own), tagOf(left)).catch(() => rm(tagOf(left), { force: true }));
    await rename(this.own, left).catch(() => undefined);
  }

  /** Throws away what has come. */
  async drop(): Promise<void> {
    await rm(this.own, { force: true });
    await rm(tagOf(this.own), { force: true });
  }

  /** False where another was quicker. */
  private async takeOver(place: string): Promise<boolean> {
    try {
      await rename(place, this.own);
    } catch {
      return false;
    }
    await rename(tagOf(place), tagOf(this.own)).catch(() => undefined);
    return true;
  }

  private async findOthers(): Promise<string[]> {
    const folder = path.dirname(this.target);
    const start = `${path.basename(this.target)}.`;
    const names = await readdir(folder);
    return names
      .filter((name) => name.startsWith(start) && name.endsWith(".part"))
      .map((name) => path.join(folder, name));
  }
}

function tagOf(part: string): string {
  return `${part}.etag`;
}

export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
