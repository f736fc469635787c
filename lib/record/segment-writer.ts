import { randomBytes } from "node:crypto";
import { mkdir, open, writeFile, type FileHandle } from "node:fs/promises";

import { findSegment, linesOf, nameSegment, pictureOf, SEGMENT_MS, type Segment } from "./segments";

interface Opened {
  readonly segment: Segment;
  readonly file: FileHandle;
  /** By a clock that nobody sets. */
  readonly since: number;
  bytes: number;
}

/**
 * Appends to segments of its own, so that no two processes ever write to one file. What it has
 * written is on the disk when its promise resolves.
 */
export class SegmentWriter {
  private readonly token = randomBytes(4).toString("hex");
  private number = 0;
  private opened: Opened | undefined;
  /** The last write failed, perhaps in the middle of a line. */
  private torn = false;

  /** `mostBytes`: size from which on another segment is begun. */
  constructor(
    private readonly root: string,
    private readonly mostBytes: number,
  ) {}

  /** Begins another segment where it is time; call it before pictures and their lines. */
  async prepare(): Promise<void> {
    if (this.opened && this.isFull(this.opened)) await this.close();
    await this.ready();
  }

  /** Keeps a picture beside the lines that follow. Throws what the file system throws. */
  async keepPicture(id: string, jpeg: Uint8Array): Promise<void> {
    const opened = await this.ready();
    await writeFile(pictureOf(opened.segment, id), jpeg, { flush: true });
    opened.bytes += jpeg.length;
  }

  /** Appends whole lines and tells where they are. Throws what the file system throws. */
  async append(lines: string): Promise<Segment> {
    const first = await this.ready();
    if (await this.write(first, lines)) return first.segment;
    // Somebody has removed the folder: the lines went to a file that nobody finds.
    await this.close();
    const second = await this.ready();
    await this.write(second, lines);
    return second.segment;
  }

  /** Ends the segment; the next line begins another one. */
  async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    this.torn = false;
    await opened?.file.close().catch(() => undefined);
  }

  private async write(opened: Opened, lines: string): Promise<boolean> {
    try {
      // Behind half a line, a whole one would be lost with it.
      await opened.file.appendFile(this.torn ? `\n${lines}` : lines);
      await opened.file.datasync();
      this.torn = false;
      opened.bytes += Buffer.byteLength(lines);
      return (await opened.file.stat()).nlink > 0;
    } catch (thrown) {
      this.torn = true;
      throw thrown;
    }
  }

  private async ready(): Promise<Opened> {
    return (this.opened ??= await this.begin());
  }

  private isFull({ segment, since, bytes }: Opened): boolean {
    const age = Math.max(performance.now() - since, Date.now() - segment.start);
    return bytes >= this.mostBytes || age >= SEGMENT_MS;
  }

  private async begin(): Promise<Opened> {
    const name = nameSegment(new Date(), this.token, this.number + 1);
    const segment = findSegment(this.root, name) as Segment;
    await mkdir(segment.folder, { recursive: true });
    const file = await open(linesOf(segment), "a");
    this.number += 1;
    await settleNames(segment.folder, this.root);
    return { segment, file, since: performance.now(), bytes: 0 };
  }
}

/** New names are on the disk only once their folders are. */
async function settleNames(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      const handle = await open(folder, "r");
      await handle.sync().finally(() => handle.close());
    } catch {
      // Windows opens no folders, and needs no such thing.
    }
  }
}
