import { TlacError, toError } from "../../../lib/errors";
import type { Frame, Roi } from "../../../lib/frame/frame";
import { readFrames, type FrameOptions } from "../../../lib/frame/read-frames";
import { readList, readNumber, type NumberField } from "../settings/read-settings";

/** The fields of a dialog that say where an image comes from and which part of it counts. */
export interface ImageSettings {
  image: string;
  imageType: string;
  /** Paths and URLs may be read. */
  readFiles: boolean;
  folders: string;
  hosts: string;
  /** Per cent of the upright image; all empty: the whole of it. */
  roiLeft: NumberField;
  roiTop: NumberField;
  roiWidth: NumberField;
  roiHeight: NumberField;
}

/** The frames of one message and what making them took, in ms. */
export interface ResolvedImage {
  readonly frames: readonly Frame[];
  /** The message brought an array, so the answer is one too. */
  readonly batch: boolean;
  readonly frameMs: number;
}

/** What the dialog allows and wants. Throws `BAD_CONFIG` for a region outside the image. */
export function readFrameOptions(settings: ImageSettings): FrameOptions {
  const roi = readRoi(settings);
  const access = settings.readFiles
    ? { folders: readList(settings.folders), hosts: readList(settings.hosts) }
    : { folders: [], hosts: [] };
  return roi ? { access, roi } : { access };
}

/** Reads the image that a property holds. Throws `BAD_IMAGE`, `BAD_MESSAGE` where it is empty. */
export async function resolveImage(
  value: unknown,
  property: string,
  options: FrameOptions,
): Promise<ResolvedImage> {
  if (value === undefined || value === null || value === "") {
    throw new TlacError("BAD_MESSAGE", "nodes.no-image", { property });
  }
  const started = performance.now();
  try {
    const { frames, batch } = await readFrames(value, options);
    return { frames, batch, frameMs: performance.now() - started };
  } catch (thrown) {
    if (thrown instanceof TlacError) throw thrown;
    // An object with a getter that throws, or one that has been revoked.
    const params = { property, reason: toError(thrown).message };
    throw new TlacError("BAD_MESSAGE", "nodes.bad-property", params, { cause: thrown });
  }
}

function readRoi(settings: ImageSettings): Roi | undefined {
  const left = readNumber(settings.roiLeft, "roiLeft");
  const top = readNumber(settings.roiTop, "roiTop");
  const width = readNumber(settings.roiWidth, "roiWidth") ?? 100 - left;
  const height = readNumber(settings.roiHeight, "roiHeight") ?? 100 - top;
  if (left + width > 100 || top + height > 100 || width === 0 || height === 0) {
    const params = { right: left + width, bottom: top + height };
    throw new TlacError("BAD_CONFIG", "nodes.bad-roi", params);
  }
  if (width === 100 && height === 100) return undefined;
  return { left: left / 100, top: top / 100, width: width / 100, height: height / 100 };
}
