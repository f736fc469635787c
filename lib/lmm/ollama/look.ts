import { askCanary, defaultCanaryPhotos, type CanaryAnswer } from "../client/canary";
import { CallFailure } from "../client/failure";
import { readSpoken } from "../client/questions";
import { OwnWords } from "../parrot";
import { DEFAULT_DOMAIN } from "../prompts/prompt-domains";
import { renderPrompt } from "../prompts/render-prompt";
import type { OllamaCalls } from "./calls";
import { chat } from "./chat";
import type { ModelFacts } from "./model-facts";

/** Shows the model photos whose content is known, in prose: sight is judged, not skill in JSON. */
export function lookAtPhotos(
  server: OllamaCalls,
  facts: ModelFacts,
  signal: AbortSignal,
): Promise<CanaryAnswer[]> {
  const photos = server.settings.canaryPhotos ?? defaultCanaryPhotos();
  const prompt = renderPrompt(DEFAULT_DOMAIN);
  const own = new OwnWords(prompt);
  return askCanary(photos, async (image) => {
    try {
      const answered = await chat(server, { prompt, image, attempt: 0 }, facts, signal);
      const text = readSpoken(answered, server.calls.context);
      return own.holds(text) ? null : text;
    } catch (thrown) {
      // Nothing usable is an answer too: that of a model which does not see.
      if (thrown instanceof CallFailure && thrown.error.code === "LMM_BAD_ANSWER") return null;
      throw thrown;
    }
  });
}
