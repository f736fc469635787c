import { TlacError, toError } from "../../../lib/errors";
import type { Frame, Roi } from "../../../lib/frame/frame";
import { loadImages, type FrameOptions, type InTurn } from "../../../lib/frame/read-frames";
import { Skip } from "../input/skip";
import { readList, readNumber, type NumberField } from "../settings/read-settings";
import { decodeInTurn } from "./image-line";

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

/** An image that has been read from wherever it was, and waits to be decoded. */
export interface LoadedImage {
  /** In its turn. Throws `BAD_IMAGE`, `CLOSED` by the signal, `Skip` where too many wait already. */
  decode(signal: AbortSignal): Promise<ResolvedImage>;
}

/** The frames of one message and what making them took, in ms, without waiting for a turn. */
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

/**
 * Reads the image that a property holds, from a disk or camera where it says so. Throws
 * `BAD_IMAGE`, `BAD_MESSAGE` where it is empty or cannot be read.
 */
export async function loadImage(
  value: unknown,
  property: string,
  options: FrameOptions & { readonly signal: AbortSignal },
  turn: { readonly priority?: number } = {},
): Promise<LoadedImage> {
  if (value === undefined || value === null || value === "") {
    throw new TlacError("BAD_MESSAGE", "nodes.no-image", { property });
  }
  let spent = 0;
  const time = async <T>(work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    try {
      return await work();
    } finally {
      spent += performance.now() - started;
    }
  };
  const inTurn: InTurn = (work, signal) =>
    decodeInTurn({ ...turn, ...(signal && { signal }), work: () => time(work) });
  return guard(property, async () => {
    const { batch, decode } = await time(() => loadImages(value, { ...options, inTurn }));
    return {
      decode: (signal) =>
        guard(property, async () => ({ frames: await decode(signal), batch, frameMs: spent })),
    };
  });
}

/** An object may have getters that throw, or have been revoked. */
async function guard<T>(property: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof TlacError || thrown instanceof Skip) throw thrown;
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
