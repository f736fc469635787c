import type { NodeMessageInFlow } from "node-red";

import type { AnswerForm } from "../../../lib/lmm/answer-forms";
import { DEFAULT_DOMAIN } from "../../../lib/lmm/prompts/prompt-domains";
import {
  answerOf,
  renderPrompt,
  type PromptVariables,
} from "../../../lib/lmm/prompts/render-prompt";
import { readText } from "./read-settings";

/** The fields of a dialog that say what the LMM is asked. */
export interface PromptSettings {
  /** Name of a shipped question. */
  domain: string;
  /** A template of the user's own; empty: the shipped one. */
  prompt: string;
  /** Has the LMM describe what it sees, and tell synonyms; absent in flows from before 0.2. */
  describe?: boolean;
}

/** The question for one message: `msg.prompt` first, then the dialog. Throws `BAD_CONFIG`. */
export function readPrompt(
  settings: PromptSettings,
  message: NodeMessageInFlow,
  variables: PromptVariables,
): { prompt: string; answer: AnswerForm } {
  const wanted = readText(message.prompt, "msg.prompt");
  const chosen = [wanted, settings.prompt, settings.domain].find((text) => text?.trim());
  const template = chosen ?? DEFAULT_DOMAIN;
  return {
    prompt: renderPrompt(template, { ...variables, msg: message }),
    answer: answerOf(template, settings.describe),
  };
}
