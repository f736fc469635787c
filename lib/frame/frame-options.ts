import { TlacError } from "../errors";
import { decodeFirst } from "./decode-pool";
import type { Roi } from "./frame";

/** Where a path or URL may lead. Both empty: nothing is read. */
export interface ReadAccess {
  /** Folders whose files, at any depth, may be read. */
  readonly folders: readonly string[];
  /** `name` (default ports) or `name:port` of servers that may be asked by http or https. */
  readonly hosts: readonly string[];
}

/** How input becomes a Frame; every value has a default. */
export interface FrameOptions {
  readonly roi?: Roi;
  /** Longest side of the bounded image, px (1024). */
  readonly maxSide?: number;
  /** Most pixels that an input may declare in its header (500 million); memory is judged beside that. */
  readonly maxPixels?: number;
  /** Most bytes of an encoded input (256 MiB). */
  readonly maxBytes?: number;
  /** 1…100 (90). */
  readonly jpegQuality?: number;
  /** Most seconds that decoding may take, its turn once there (20). */
  readonly maxSeconds?: number;
  /** Milliseconds for a URL, redirects and body included (15,000). */
  readonly fetchTimeoutMs?: number;
  readonly access?: ReadAccess;
  /**
   * Waits until a picture may be decoded (before all that messages bring). Reading it from a disk or
   * server is not part of it, nor is decoding it anew.
   */
  readonly inTurn?: InTurn;
  readonly signal?: AbortSignal;
}

/** Does the work when its turn comes, unless the signal fires before: `CLOSED`. */
export type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/** `FrameOptions` with every default filled in. */
export interface FrameRules {
  readonly roi: Roi | undefined;
  readonly maxSide: number;
  readonly maxPixels: number;
  readonly maxBytes: number;
  readonly jpegQuality: number;
  readonly maxSeconds: number;
  readonly fetchTimeoutMs: number;
  readonly access: ReadAccess;
  readonly inTurn: InTurn;
  readonly signal: AbortSignal | undefined;
}

const ACCESS_NONE: ReadAccess = { folders: [], hosts: [] };

/** Sums such as 0.7 + 0.3 may exceed 1 by a rounding error. */
const ROUNDING = 1e-9;

/** Fills in the defaults; throws `BAD_CONFIG` for a value that cannot be meant. */
export function readFrameOptions(options: FrameOptions): FrameRules {
  return {
    roi: options.roi && checkRoi(options.roi),
    maxSide: checkWhole("maxSide", options.maxSide ?? 1024, 65_535),
    maxPixels: checkWhole("maxPixels", options.maxPixels ?? 500e6, Number.MAX_SAFE_INTEGER),
    maxBytes: checkWhole("maxBytes", options.maxBytes ?? 256 * 1024 ** 2, Number.MAX_SAFE_INTEGER),
    jpegQuality: checkWhole("jpegQuality", options.jpegQuality ?? 90, 100),
    maxSeconds: checkPositive("maxSeconds", options.maxSeconds ?? 20, 3600),
    fetchTimeoutMs: checkWhole("fetchTimeoutMs", options.fetchTimeoutMs ?? 15_000, 2 ** 31 - 1),
    access: options.access ?? ACCESS_NONE,
    inTurn: options.inTurn ?? decodeFirst,
    signal: options.signal,
  };
}

function checkWhole(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new TlacError("BAD_CONFIG", "frame.bad-option", { name, max, value: String(value) });
}

function checkPositive(name: string, value: number, max: number): number {
  if (value > 0 && value <= max) return value;
  throw new TlacError("BAD_CONFIG", "frame.bad-option", { name, max, value: String(value) });
}

function checkRoi(roi: Roi): Roi {
  const { left, top, width, height } = roi;
  const inside = (start: number, length: number): boolean =>
    start >= 0 && length > 0 && start + length <= 1 + ROUNDING;
  if (inside(left, width) && inside(top, height)) return roi;
  throw new TlacError("BAD_CONFIG", "frame.bad-roi", { roi: JSON.stringify(roi) });
}
