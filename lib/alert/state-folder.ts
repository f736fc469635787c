import { randomUUID } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";

import { isRecord } from "../basics/is-record";
import { writeWholeFile } from "../basics/write-whole-file";
import { toFolderName } from "../examples/class-folders";
import { parseCameraState, type CameraState } from "./camera-state";

/** Where the states of a node's cameras outlive it. */
export interface StateStore {
  /** All states; what cannot be read is left out and told to `onBad`. */
  load(onBad: (file: string) => void): Promise<CameraState[]>;
  /** What another process has written of a camera since; undefined: nothing. */
  refresh(camera: string): Promise<CameraState | undefined>;
  save(state: CameraState): Promise<void>;
  forget(camera: string): Promise<void>;
}

const ENDING = ".json";
/** A thousand classes with their last frames have far less. */
const MAX_BYTES = 4_000_000;

/**
 * A file for each camera, each written whole. Processes that share the folder and split the cameras
 * never touch each other's files; where a camera moves from one to the other, its state follows.
 */
export class StateFolder implements StateStore {
  /** Says in each file who wrote it. */
  private readonly writer = randomUUID();
  /** Of each file as it was when it was last looked at. */
  private readonly marks = new Map<string, string>();

  constructor(private readonly folder: string) {}

  async load(onBad: (file: string) => void): Promise<CameraState[]> {
    const names = await readdir(this.folder).catch((thrown: unknown) => {
      if (isMissing(thrown)) return [];
      throw thrown;
    });
    const states: CameraState[] = [];
    for (const name of names) {
      if (!name.endsWith(ENDING) || name.startsWith(".")) continue;
      const file = path.join(this.folder, name);
      const mark = await markOf(file);
      const content = await readContent(file);
      if (!content) onBad(file);
      else if (this.fileOf(content.state.camera) === file) {
        this.marks.set(file, mark);
        states.push(content.state);
      }
    }
    return states;
  }

  async refresh(camera: string): Promise<CameraState | undefined> {
    const file = this.fileOf(camera);
    const mark = await markOf(file);
    if (mark === (this.marks.get(file) ?? "")) return undefined;
    this.marks.set(file, mark);
    const content = await readContent(file);
    return content && content.writer !== this.writer ? content.state : undefined;
  }

  async save(state: CameraState): Promise<void> {
    const file = this.fileOf(state.camera);
    await writeWholeFile(file, `${JSON.stringify({ writer: this.writer, state })}\n`);
  }

  async forget(camera: string): Promise<void> {
    await rm(this.fileOf(camera), { force: true });
  }

  private fileOf(camera: string): string {
    return path.join(this.folder, `${toFolderName(camera)}${ENDING}`);
  }
}

/** Changes with each write of a file; empty where there is none. */
async function markOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(file);
    return [ino, size, mtimeMs].join(" ");
  } catch {
    return "";
  }
}

async function readContent(
  file: string,
): Promise<{ writer: unknown; state: CameraState } | undefined> {
  try {
    if ((await stat(file)).size > MAX_BYTES) return undefined;
    const content: unknown = JSON.parse(await readFile(file, "utf8"));
    const state = isRecord(content) ? parseCameraState(content.state) : undefined;
    return isRecord(content) && state ? { writer: content.writer, state } : undefined;
  } catch {
    return undefined;
  }
}

function isMissing(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException).code === "ENOENT";
}
