import type { FailedPhoto, JudgedPhoto } from "../../lib/evaluation/evaluated-photo";

let number = 0;

function truePhoto(truth: string | null) {
  const name = `photo-${String(number++)}.jpg`;
  const label = truth ?? "stranger";
  return { file: `/photos/${name}`, name, label, words: [label], truth };
}

/** A judged photo; what is left out is that of an undecided one. */
export function judgedPhoto({
  truth,
  decided = null,
  ...rest
}: Partial<JudgedPhoto> & Pick<JudgedPhoto, "truth">): JudgedPhoto {
  return {
    ...truePhoto(truth),
    picture: "",
    outcome: decided === null ? "unknown" : "class",
    decided,
    best: decided,
    confidence: 0.5,
    lmmCalls: 1,
    times: { frame: 1, lmm: 10, embed: 2, match: 1, total: 14 },
    trace: { description: "", candidates: [], ranking: [], reason: "clear", explanation: "" },
    blame: null,
    ...rest,
  };
}

export function failedPhoto({
  truth,
  ...rest
}: Partial<FailedPhoto> & Pick<FailedPhoto, "truth">): FailedPhoto {
  return {
    ...truePhoto(truth),
    outcome: "failed",
    code: "BAD_IMAGE",
    reason: "It is no picture.",
    blame: "unreadable",
    ...rest,
  };
}
