import { realpath } from "node:fs/promises";
import path from "node:path";

import { isInside, resolveInside } from "./allowed-path";

/** Where a path leads, or why it must not be followed. */
export type Allowed =
  { readonly real: string } | { readonly real: null; readonly reason: "missing" | "outside" };

/**
 * The real path in the first allowed folder that has it, after all links are followed. A relative
 * path counts from the allowed folders. The disk is asked about paths inside a folder only, by the
 * folder's own name or by where its links lead: outside it is told the same whether there is
 * something or not.
 *
 * @param itself whether an allowed folder may be meant, too, and not only what lies in it
 */
export async function findAllowed(
  given: string,
  folders: readonly string[],
  { itself = false }: { readonly itself?: boolean } = {},
): Promise<Allowed> {
  let missing = false;
  for (const folder of folders) {
    const root = path.resolve(folder);
    const realRoot = await realpath(root).catch(() => null);
    if (itself && path.resolve(root, given) === root) {
      if (realRoot) return { real: realRoot };
      missing = true;
      continue;
    }
    const target = resolveInside(folder, given) ?? (realRoot && resolveInside(realRoot, given));
    if (!target) continue;
    const real = realRoot && (await realpath(target).catch(() => null));
    if (!real) missing = true;
    else if (isInside(realRoot, real)) return { real };
  }
  return { real: null, reason: missing ? "missing" : "outside" };
}
