import { OwnWords } from "../parrot";
import { DEFAULT_DOMAIN } from "../prompts/prompt-domains";
import { renderPrompt } from "../prompts/render-prompt";
import { askCanary, defaultCanaryPhotos, type CanaryAnswer } from "./canary";
import type { Engine } from "./engine";
import { CallFailure } from "./failure";
import { readSpoken } from "./questions";
import type { ServerFacts } from "./readiness";

/** Shows the model photos whose content is known, in prose: sight is judged, not skill in JSON. */
export function lookAtPhotos(
  engine: Engine,
  facts: ServerFacts,
  signal: AbortSignal,
): Promise<CanaryAnswer[]> {
  const photos = engine.settings.canaryPhotos ?? defaultCanaryPhotos();
  const prompt = renderPrompt(DEFAULT_DOMAIN);
  const own = new OwnWords(prompt);
  return askCanary(photos, async (image) => {
    try {
      const answered = await engine.chat({ prompt, image, attempt: 0 }, facts, signal);
      const text = readSpoken(answered, engine.context);
      return own.holds(text) ? null : text;
    } catch (thrown) {
      // Nothing usable is an answer too: that of a model which does not see.
      if (thrown instanceof CallFailure && thrown.error.code === "LMM_BAD_ANSWER") return null;
      throw thrown;
    }
  });
}
