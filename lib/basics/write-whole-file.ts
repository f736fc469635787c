import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Writes a file so that a reader sees the old one or the new one, never half of it. The temporary
 * file is hidden, because people and programs look at the folder, and its name random: processes
 * in containers that share a folder have the same ids.
 */
export async function writeWholeFile(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, file);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
  await sweep(file).catch(() => undefined);
}

/** No write takes as long: what is older was left by a process that ended in the middle of one. */
const STALE_MS = 3_600_000;

async function sweep(file: string): Promise<void> {
  const folder = path.dirname(file);
  const start = `.${path.basename(file)}.`;
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start) || !name.endsWith(".tmp")) continue;
    const place = path.join(folder, name);
    const { mtimeMs } = await stat(place);
    if (Date.now() - mtimeMs > STALE_MS) await rm(place, { force: true });
  }
}
