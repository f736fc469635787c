import type { Experiment, Laboratory } from "./laboratory";

/**
 * Ways to judge that can be held against one another. `slac`, `tlac` and `cascade` are the words
 * of the LMM alone, `clip` is the image alone, `witnesses` all that can speak.
 */
export const CONTENDERS = ["clip", "slac", "tlac", "cascade", "witnesses"] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** The same experiment in another way; null where these models cannot do it. */
export function asContender(
  name: ContenderName,
  experiment: Experiment,
  { canAsk, embedder }: Pick<Laboratory, "canAsk" | "embedder">,
): Experiment | null {
  const { examples, ...alone } = experiment;
  if (name === "witnesses") return { ...alone, examples, mode: canAsk ? "cascade" : "slac" };
  if (name === "clip") return embedder.info.hasVision ? { ...alone, mode: "clip" } : null;
  if (name !== "slac" && !canAsk) return null;
  return { ...alone, mode: name, sight: false };
}
