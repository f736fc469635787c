import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import { translate } from "../../lib/i18n/catalogue";
import type { AnswerForm } from "../../lib/lmm/answer-forms";
import { DEFAULT_DOMAIN } from "../../lib/lmm/prompts/prompt-domains";
import {
  answerOf,
  findTemplate,
  inspectTemplate,
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
  readonly answer: AnswerForm;
  /** What is most likely not meant, in the editor's language. */
  readonly hints: readonly string[];
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

function previewPrompt({ body, language }: Call): PromptAnswer {
  const read = (field: string): string => readText(body[field], field)?.trim() ?? "";
  const domain = read("domain") || DEFAULT_DOMAIN;
  const chosen = read("prompt") || domain;
  const { properties, unknown } = inspectTemplate(findTemplate(chosen));
  const msg = createSample(properties);
  const vocabulary = readLabels(read("classes"));
  return {
    prompt: renderPrompt(chosen, { camera: SAMPLE_CAMERA, vocabulary, msg }),
    shipped: findTemplate(domain),
    answer: answerOf(chosen, body.describe === true),
    hints: [...unknown].map((name) => {
      const example = name === "msg" ? "msg.topic" : `msg.${name}`;
      return translate("lmm.prompt-unknown-name", { name, example }, language);
    }),
  };
}

interface Sample {
  [key: string]: Sample | string;
}

/** A message that has every property which a question reads, each with its own name as value. */
function createSample(paths: Iterable<string>): Sample {
  const sample = Object.create(null) as Sample;
  for (const path of [...paths].sort()) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    let place = sample;
    for (const key of keys) {
      const inner = place[key];
      place = typeof inner === "object" ? inner : (place[key] = Object.create(null) as Sample);
    }
    place[last] ??= `(msg.${path})`;
  }
  return sample;
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
