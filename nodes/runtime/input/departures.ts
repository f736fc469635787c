import type { Language } from "../../../lib/i18n/catalogue";
import type { SkipReason } from "../../../lib/queue/bounded-queue";
import type { Result } from "../../../lib/tlac/result";
import type { Departure } from "./handle-input";
import { judged, skipped } from "../status/node-status";
import type { ResolvedImage } from "../scene/resolve-image";

/** Images as they leave in `msg.image`: an array where an array came in. */
export function imagesOf({ frames, batch }: ResolvedImage): Buffer | Buffer[] | undefined {
  return batch ? frames.map(({ jpeg }) => jpeg) : frames[0]?.jpeg;
}

/** Results leave by `class` only if each of them is one: a person looks at anything less. */
export function departJudged(
  results: readonly Result[],
  image: ResolvedImage | undefined,
  language: Language,
): Departure {
  const sure = results.every(({ outcome }) => outcome === "class");
  return {
    door: sure ? "class" : "review",
    set: {
      payload: image?.batch ? results : results[0],
      ...(image ? { image: imagesOf(image) } : {}),
    },
    status: judged(results, language),
  };
}

/** The message as it came, with the reason why it was not judged. */
export function departSkipped(reason: SkipReason, language: Language): Departure {
  return { door: "skipped", set: { skipped: { reason } }, status: skipped(reason, language) };
}
