import { readFileSync } from "node:fs";
import path from "node:path";

import { defaultCanaryPhotos } from "../../lib/lmm/client/canary";
import { JSON_FORMS } from "../../lib/lmm/answer-forms";
import type { Brain } from "../ollama-double/brain";
import { RecogniserBrain } from "../ollama-double/brain-recogniser";
import type { JsonSchema } from "../ollama-double/schema";

/** A brain that answers in the form of names where that is asked for, and not only where it must. */
export function keepForms(brain: Brain): Brain {
  const schema: JsonSchema = JSON_FORMS.names.schema;
  return {
    answer: (request) => {
      const isAsked = `${request.system}\n${request.prompt}`.includes('"names"');
      return brain.answer(isAsked ? { ...request, format: schema } : request);
    },
  };
}

/** A brain that knows the photos of the vision check and takes everything else for a hammer. */
export function createSeeingBrain(): RecogniserBrain {
  const known = defaultCanaryPhotos().map(({ file }) => ({
    bytes: readFileSync(file),
    name: path.basename(file, ".jpg").replaceAll("-", " "),
  }));
  return new RecogniserBrain({
    recognise: (image) => {
      const photo = known.find(({ bytes }) => bytes.equals(image));
      return Promise.resolve([{ name: photo?.name ?? "hammer", synonyms: [], score: 0.9 }]);
    },
  });
}
