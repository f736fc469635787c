import { readFileSync } from "node:fs";
import path from "node:path";

import { defaultCanaryPhotos } from "../../lib/lmm/client/canary";
import { RecogniserBrain } from "../ollama-double/brain-recogniser";

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
