import { decodePool, MAX_WAITING } from "../../../lib/frame/decode-pool";
import { BoundedQueue, type Job } from "../../../lib/queue/bounded-queue";
import { valueOf } from "../input/skip";
import type { LoadedImage, ResolvedImage } from "./resolve-image";

/** As many may keep their pixels while they wait: three megabytes each. */
const FEW = 8;

/** In front of this computer's own models: the next picture is decoded while one is compared. */
const compare = new BoundedQueue({
  concurrency: 1,
  maxLength: MAX_WAITING,
  maxAgeMs: 0,
  prepareAhead: 1,
});

/** What is to be done with a message's image, in its turn. */
export interface ImageJob<T> extends Pick<Job<T>, "signal" | "priority"> {
  readonly image: LoadedImage;
  /**
   * What an image is worth that needs no turn; undefined where it does. May throw `Skip`. `gone`
   * fires where the line lets go of the image meanwhile.
   */
  readonly early?: (image: ResolvedImage, gone: AbortSignal) => Promise<T | undefined>;
  readonly work: (image: ResolvedImage) => Promise<T>;
}

/** Decodes one picture in its turn. Throws `Skip` where too many wait already. */
export async function decodeInTurn<T>(job: Omit<Job<T>, "lane" | "prepare">): Promise<T> {
  return valueOf(await decodePool.run(job));
}

/** Does work of this computer's own models in its turn. Throws `Skip` where too much waits already. */
export async function takeTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return valueOf(await compare.run({ signal, work }));
}

/** Judges an image by this computer's own models in its turn. Throws `Skip` where too many wait. */
export function compareInTurn<T>(job: ImageJob<T>): Promise<T> {
  return judgeInTurn(compare, job);
}

/**
 * Judges an image in a line's turn; it is decoded while it waits, and lets go of its pixels
 * where it may wait long. An image that leaves the line waits for no decoder any more: the next one
 * is a newer one's. Throws `Skip`.
 */
export async function judgeInTurn<T>(
  line: BoundedQueue,
  { image, early, work, ...job }: ImageJob<T> & Pick<Job<T>, "lane">,
): Promise<T> {
  let resolved: ResolvedImage;
  const outcome = await line.run<T>({
    ...job,
    prepare: async (gone) => {
      resolved = await image.decode(gone);
      const value = await early?.(resolved, gone);
      if (value !== undefined) return { value };
      if (line.length > FEW) for (const frame of resolved.frames) frame.rest();
      return undefined;
    },
    work: () => work(resolved),
  });
  return valueOf(outcome);
}
