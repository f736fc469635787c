import assert from "node:assert/strict";

import sharp from "sharp";

import type { TlacError } from "../../lib/errors";
import { ERROR_CODES, TlacError as TlacErrorClass, type ErrorCode } from "../../lib/errors";
import type { Frame } from "../../lib/frame/frame";
import { readFrames, type FrameOptions } from "../../lib/frame/read-frames";

/** The only Frame of an input that is no batch. */
export async function readOne(input: unknown, options?: FrameOptions): Promise<Frame> {
  const { frames, batch } = await readFrames(input, options);
  assert.equal(batch, false);
  assert.equal(frames.length, 1);
  return frames[0]!;
}

/** The colour at a place given in fractions, as the Frame's JPEG shows it. */
export async function colourAt(frame: Frame, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(frame.jpeg).raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 3);
  const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 3;
  return [...data.subarray(at, at + 3)];
}

/** JPEG and colour conversions may shift a colour a little. */
export function assertColour(actual: number[], expected: readonly number[], tolerance = 12): void {
  const near = actual.every((value, at) => Math.abs(value - expected[at]!) <= tolerance);
  assert.ok(near, `expected about ${expected.join()}, got ${actual.join()}`);
}

/** Fails unless the input is refused with this code and a sentence that matches, in both languages. */
export async function assertRefused(
  input: unknown,
  code: ErrorCode,
  sentence: RegExp,
  options?: FrameOptions,
): Promise<TlacError> {
  assert.ok(ERROR_CODES.includes(code));
  const thrown: unknown = await readFrames(input, options).then(
    () => assert.fail("was not refused"),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof TlacErrorClass, String(thrown));
  assert.equal(thrown.code, code, thrown.message);
  assert.match(thrown.message, sentence);
  assert.match(thrown.in("ja"), /[ぁ-んァ-ン]/);
  assert.doesNotMatch(thrown.message + thrown.in("ja"), /\{\{|undefined/);
  return thrown;
}
