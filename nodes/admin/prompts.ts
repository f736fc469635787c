import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import { DEFAULT_DOMAIN } from "../../lib/lmm/prompts/prompt-domains";
import {
  answerOf,
  checkTemplate,
  findTemplate,
  renderPrompt,
} from "../../lib/lmm/prompts/render-prompt";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { readText } from "../runtime/settings/read-settings";
import { reply, type Call } from "./reply";

/** `POST /tlac/<type>/prompt`: the question as an LMM would get it, with samples for its places. */
export interface PromptAnswer {
  readonly prompt: string;
  /** The template of the chosen subject, to begin an own one with. */
  readonly shipped: string;
  /** How the LMM is asked to answer. */
  readonly answer: "json" | "text";
}

const SAMPLE_CAMERA = "camera-1";

/** The endpoint behind the preview of a question; it computes and changes nothing. */
export function servePrompt(RED: NodeAPI, type: "tlac" | "lmm-candidates"): void {
  RED.httpAdmin.post(
    `/tlac/${type}/prompt`,
    RED.auth.needsPermission(`${type}.read`),
    reply(previewPrompt),
  );
}

function previewPrompt({ body }: Call): PromptAnswer {
  const read = (field: string): string => readText(body[field], field)?.trim() ?? "";
  const domain = read("domain") || DEFAULT_DOMAIN;
  const chosen = read("prompt") || domain;
  const used = checkTemplate(findTemplate(chosen));
  const msg = Object.fromEntries([...used].map((property) => [property, `(msg.${property})`]));
  const vocabulary = readLabels(read("classes"));
  return {
    prompt: renderPrompt(chosen, { camera: SAMPLE_CAMERA, vocabulary, msg }),
    shipped: findTemplate(domain),
    answer: answerOf(chosen),
  };
}

/** Classes that cannot be read are what another part of the dialog complains about. */
function readLabels(classes: string): string[] {
  try {
    return classes ? parseVocabulary(classes).classes.map(({ label }) => label) : [];
  } catch (thrown) {
    if (thrown instanceof TlacError) return [];
    throw thrown;
  }
}
