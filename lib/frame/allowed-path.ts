import path from "node:path";

/** Names that Windows takes for a device in every folder (learn.microsoft.com, "Naming Files"). */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)/i;

/**
 * Where a path leads that is given absolutely or from a folder, if that lies inside the folder;
 * null where it does not. Judged by its form alone: a path that leads to another computer
 * (`\\server\share`) must not be touched, since touching it already signs on there.
 */
export function resolveInside(
  folder: string,
  file: string,
  flavour: path.PlatformPath = path,
): string | null {
  const root = flavour.resolve(folder);
  const target = flavour.resolve(root, file);
  if (!isInside(root, target, flavour)) return null;
  if (flavour.sep === "\\" && !isPlainOnWindows(flavour.relative(root, target))) return null;
  return target;
}

/** Whether a file lies in a folder, at any depth; both are absolute. */
export function isInside(folder: string, file: string, flavour: path.PlatformPath = path): boolean {
  const relative = flavour.relative(folder, file);
  return (
    relative !== "" &&
    relative !== ".." &&
    !relative.startsWith(`..${flavour.sep}`) &&
    !flavour.isAbsolute(relative)
  );
}

/** No device, and no second stream of a file, which a colon names. */
function isPlainOnWindows(relative: string): boolean {
  const names = relative.split("\\");
  return !names.some((name) => name.includes(":") || WINDOWS_DEVICE.test(name));
}
