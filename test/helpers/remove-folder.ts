import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** Removes a folder; a write that was under way may still put its file there meanwhile. */
export async function removeFolder(folder: string): Promise<void> {
  for (let left = 20; ; left--) {
    try {
      await rm(folder, { recursive: true, force: true });
      return;
    } catch (thrown) {
      if (left === 0 || (thrown as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw thrown;
      await sleep(50);
    }
  }
}
