import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { readPixelSpec } from "../../lib/frame/pixel-spec";

const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];

const CLIP = {
  crop_size: { height: 224, width: 224 },
  do_center_crop: true,
  do_normalize: true,
  do_resize: true,
  image_mean: CLIP_MEAN,
  image_processor_type: "CLIPImageProcessor",
  image_std: CLIP_STD,
  resample: 3,
  size: { shortest_edge: 224 },
};
const SIGLIP = {
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_processor_type: "SiglipImageProcessor",
  image_std: [0.5, 0.5, 0.5],
  resample: 3,
  rescale_factor: 1 / 255,
  size: { height: 256, width: 256 },
};
const CLIP_SPEC = {
  resize: { shortest: 224 },
  crop: { width: 224, height: 224 },
  kernel: "cubic",
  rescale: 1 / 255,
  mean: CLIP_MEAN,
  std: CLIP_STD,
};
const SIGLIP_SPEC = {
  resize: { width: 256, height: 256 },
  kernel: "cubic",
  rescale: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
};

describe("pixel spec", () => {
  const table: Record<string, [unknown, unknown]> = {
    "CLIP's": [CLIP, CLIP_SPEC],
    "CLIP's older form with bare numbers": [
      {
        ...CLIP,
        crop_size: 224,
        size: 224,
        image_processor_type: undefined,
        feature_extractor_type: "CLIPFeatureExtractor",
      },
      CLIP_SPEC,
    ],
    "bare numbers without a type, cropped": [
      { ...CLIP, crop_size: 224, size: 224, image_processor_type: undefined },
      CLIP_SPEC,
    ],
    "SigLIP's": [SIGLIP, SIGLIP_SPEC],
    "SigLIP's with a bare number": [{ ...SIGLIP, size: 256 }, SIGLIP_SPEC],
    "one without resize": [
      { ...CLIP, do_resize: false },
      { ...CLIP_SPEC, resize: undefined },
    ],
    "one with the crop switched off": [
      { ...SIGLIP, crop_size: 100, do_center_crop: false },
      SIGLIP_SPEC,
    ],
    "one without rescale and normalisation": [
      { ...SIGLIP, do_rescale: false, do_normalize: false },
      { ...SIGLIP_SPEC, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    ],
    "EfficientNet's habits": [
      {
        do_center_crop: false,
        image_mean: [0.4, 0.5, 0.6],
        image_processor_type: "EfficientNetImageProcessor",
        image_std: [0.5, 0.5, 0.5],
        include_top: true,
        resample: 0,
        rescale_factor: 1 / 127.5,
        rescale_offset: true,
        size: { height: 260, width: 260 },
      },
      {
        resize: { width: 260, height: 260 },
        kernel: "nearest",
        rescale: 1 / 127.5,
        mean: [1.4, 1.5, 1.6],
        std: [0.25, 0.25, 0.25],
      },
    ],
  };
  for (const [name, [config, expected]] of Object.entries(table)) {
    it(`reads ${name}`, () => {
      const spec = JSON.parse(JSON.stringify(readPixelSpec(config))) as unknown;
      assert.deepEqual(spec, JSON.parse(JSON.stringify(expected)));
    });
  }

  it("knows Pillow's resampling codes", () => {
    const kernels = [0, 1, 2, 3, 4, 5].map(
      (resample) => readPixelSpec({ ...SIGLIP, resample }).kernel,
    );
    assert.deepEqual(kernels, ["nearest", "lanczos3", "linear", "cubic", "linear", "linear"]);
    assert.equal(readPixelSpec({ ...SIGLIP, resample: undefined }).kernel, "cubic");
  });

  const malformed: Record<string, [unknown, string]> = {
    null: [null, "object"],
    "an array": [[], "object"],
    "a text": ["{}", "object"],
    "an empty object": [{}, "size"],
    "a size of zero": [{ ...SIGLIP, size: 0 }, "size"],
    "a giant size": [{ ...SIGLIP, size: 224_000 }, "size"],
    "a longest edge": [{ ...CLIP, size: { shortest_edge: 224, longest_edge: 1333 } }, "size"],
    "pixels of no fixed size": [{ ...SIGLIP, size: { shortest_edge: 256 } }, "crop_size"],
    "a crop without a size": [{ ...CLIP, crop_size: undefined }, "crop_size"],
    "neither resize nor crop": [{ ...SIGLIP, do_resize: false }, "crop_size"],
    "an unknown resampling": [{ ...SIGLIP, resample: 6 }, "resample"],
    "a flag that is none": [{ ...SIGLIP, do_rescale: "yes" }, "do_rescale"],
    "a factor of zero": [{ ...SIGLIP, rescale_factor: 0 }, "rescale_factor"],
    "two means": [{ ...SIGLIP, image_mean: [0.5, 0.5] }, "image_mean"],
    "no deviation": [{ ...SIGLIP, image_std: undefined }, "image_std"],
    "a deviation of zero": [{ ...SIGLIP, image_std: [1, 0, 1] }, "image_std"],
  };
  for (const [name, [config, field]] of Object.entries(malformed)) {
    it(`refuses ${name} with EMBEDDER_UNAVAILABLE`, () => {
      assert.throws(
        () => readPixelSpec(config),
        (error) =>
          error instanceof TlacError &&
          error.code === "EMBEDDER_UNAVAILABLE" &&
          error.message.includes(field) &&
          error.in("ja").includes(field),
      );
    });
  }
});
