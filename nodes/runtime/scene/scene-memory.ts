import type { Frame } from "../../../lib/frame/frame";
import type { Phrase } from "../../../lib/i18n/catalogue";
import type { Lmm, LmmIdentity } from "../../../lib/lmm/lmm";
import { FrameGate } from "../../../lib/tlac/frame-gate";
import { repeatResult, type Result } from "../../../lib/tlac/result";
import { readChoice, readNumber, type NumberField } from "../settings/read-settings";
import type { ResolvedImage } from "./resolve-image";

/** The fields of a dialog that say what happens to a scene that has not changed. */
export interface SceneSettings {
  /** Empty or `off`: every frame is judged. `reuse`: the last result leaves again. `skip`: door 3. */
  unchanged: string;
  /** Seconds. */
  unchangedFor: NumberField;
}

/**
 * What a person should know whose flow, as those of version 0.1, says how many bits of a hash may
 * differ: nobody has to any more.
 */
export function noteOldScenes(
  settings: SceneSettings & { readonly unchangedDistance?: unknown },
): Phrase | undefined {
  const { unchanged, unchangedDistance } = settings;
  const isOn = unchanged === "reuse" || unchanged === "skip";
  const isSet = !["", undefined, null].includes(unchangedDistance as string);
  return isOn && isSet ? { key: "nodes.old-distance" } : undefined;
}

/** Whose scene, and what else must be the same for its last result to hold. */
export interface Scene {
  readonly camera: string;
  readonly context: string;
  /** Whose model may be another one by now. */
  readonly lmm: Pick<Lmm, "identity"> | null;
}

export type Unchanged = "off" | "reuse" | "skip";

/** What a camera saw last, for a node whose dialog wants to know. */
export class SceneMemory {
  private readonly gate: FrameGate;

  private constructor(
    readonly unchanged: Unchanged,
    ttlMs: number,
  ) {
    this.gate = new FrameGate(ttlMs);
  }

  /** Throws `BAD_CONFIG`. */
  static create(settings: SceneSettings): SceneMemory {
    const { unchanged, unchangedFor } = settings;
    const mode = readChoice(
      unchanged,
      ["off", "reuse", "skip"] as const,
      "unchanged",
      "BAD_CONFIG",
    );
    return new SceneMemory(mode ?? "off", readNumber(unchangedFor, "unchangedFor") * 1_000);
  }

  /** The camera's last result, under a new id, if its scene and the settings are unchanged. */
  async recall({ camera, context, lmm }: Scene, image: ResolvedImage): Promise<Result | undefined> {
    const frame = this.singleOf(image);
    // Also where there is nothing to compare with yet: a frame that rests first would be decoded
    // anew to be remembered.
    if (!frame || !(await isComparable(frame))) return undefined;
    const last = await this.gate.recall(camera, context, frame);
    return last && isSameModel(last.models.lmm, lmm?.identity) ? repeatResult(last) : undefined;
  }

  /** What cannot be remembered is judged anew the next time. */
  async remember(
    { camera, context }: Scene,
    image: ResolvedImage,
    results: readonly Result[],
  ): Promise<void> {
    const frame = this.singleOf(image);
    const [result] = results;
    // Where a question failed, the next image may be asked about better.
    if (!frame || !result || result.lmmFailure || !(await isComparable(frame))) return;
    await this.gate.remember(camera, context, frame, result);
  }

  /** A batch is not what one camera sees now. */
  private singleOf({ frames, batch }: ResolvedImage): Frame | undefined {
    return batch || this.unchanged === "off" ? undefined : frames[0];
  }
}

function isComparable(frame: Frame): Promise<boolean> {
  return frame.sceneGrid().then(
    () => true,
    () => false,
  );
}

/** Of models of which one is not known, the same is assumed: a server that is away changes nothing. */
function isSameModel(last: LmmIdentity | null, now: LmmIdentity | undefined): boolean {
  return !last || !now || (last.name === now.name && last.digest === now.digest);
}
