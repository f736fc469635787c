import { TlacError } from "../errors";
import type { PixelSpec } from "./frame";

type Config = Readonly<Record<string, unknown>>;
type Triple = readonly [number, number, number];

/**
 * Pillow's resampling codes, as `resample` has them: nearest, Lanczos, bilinear, bicubic, box,
 * Hamming. The last two have no twin in libvips; the triangle comes closest.
 */
const KERNELS: readonly PixelSpec["kernel"][] = [
  "nearest",
  "lanczos3",
  "linear",
  "cubic",
  "linear",
  "linear",
];

/** Image processors that take a bare number in `size` for the short side, not for a square. */
const SHORTEST_EDGE_TYPES = /CLIP/i;

/**
 * Reads a parsed `preprocessor_config.json` (CLIP, SigLIP, ViT, EfficientNet and their like in the
 * format of Hugging Face's transformers). What it returns always leads to the same size of pixels.
 * Throws `EMBEDDER_UNAVAILABLE` where the file does not say that.
 */
export function readPixelSpec(preprocessorConfig: unknown): PixelSpec {
  if (!isConfig(preprocessorConfig)) throw malformed("{…}", "object", preprocessorConfig);
  const config = preprocessorConfig;
  const crop = readCrop(config);
  const resize = readFlag(config, "do_resize", true)
    ? readResize(config, crop !== undefined)
    : undefined;
  if (!crop && !(resize && "width" in resize)) {
    throw malformed("crop_size", "{ height, width }", config.crop_size);
  }
  return {
    ...(resize ? { resize } : {}),
    ...(crop ? { crop } : {}),
    kernel: readKernel(config),
    ...readNormalisation(config),
  };
}

function readResize(config: Config, cropped: boolean): NonNullable<PixelSpec["resize"]> {
  const { size } = config;
  if (isSide(size)) {
    const type = config.image_processor_type ?? config.feature_extractor_type;
    const shortest = typeof type === "string" ? SHORTEST_EDGE_TYPES.test(type) : cropped;
    return shortest ? { shortest: size } : { width: size, height: size };
  }
  if (isConfig(size) && isSide(size.width) && isSide(size.height)) {
    return { width: size.width, height: size.height };
  }
  if (isConfig(size) && isSide(size.shortest_edge) && size.longest_edge === undefined) {
    return { shortest: size.shortest_edge };
  }
  throw malformed("size", "{ shortest_edge } / { height, width }", size);
}

/** Sides in pixels of what an image tower is given; undefined where they depend on the image. */
export function pixelSize({
  crop,
  resize,
}: PixelSpec): { readonly width: number; readonly height: number } | undefined {
  return crop ?? (resize && "width" in resize ? resize : undefined);
}

function readCrop(config: Config): PixelSpec["crop"] {
  const { crop_size: crop } = config;
  if (!readFlag(config, "do_center_crop", crop !== undefined)) return undefined;
  if (isSide(crop)) return { width: crop, height: crop };
  if (isConfig(crop) && isSide(crop.width) && isSide(crop.height)) {
    return { width: crop.width, height: crop.height };
  }
  throw malformed("crop_size", "{ height, width }", crop);
}

function readKernel(config: Config): PixelSpec["kernel"] {
  // Bicubic is what the image processors of CLIP and SigLIP fall back to.
  const { resample = 3 } = config;
  const kernel = typeof resample === "number" ? KERNELS[resample] : undefined;
  if (kernel) return kernel;
  throw malformed("resample", "0…5", resample);
}

function readNormalisation(config: Config): Pick<PixelSpec, "rescale" | "mean" | "std"> {
  const factor = config.rescale_factor ?? 1 / 255;
  if (typeof factor !== "number" || !(factor > 0)) {
    throw malformed("rescale_factor", "> 0", factor);
  }
  const rescale = readFlag(config, "do_rescale", true) ? factor : 1;
  const normalise = readFlag(config, "do_normalize", true);
  const mean: Triple = normalise ? readTriple(config, "image_mean") : [0, 0, 0];
  const std: Triple = normalise ? readTriple(config, "image_std") : [1, 1, 1];
  if (std.includes(0)) throw malformed("image_std", "[> 0, > 0, > 0]", std);
  // Two habits of EfficientNet's processor: bytes to -1…1, and the deviation divided out twice.
  const offset = config.rescale_offset === true ? 1 : 0;
  const power = config.include_top === true ? 2 : 1;
  return {
    rescale,
    mean: mapTriple(mean, (value) => value + offset),
    std: mapTriple(std, (value) => value ** power),
  };
}

function readTriple(config: Config, field: string): Triple {
  const value = config[field];
  if (Array.isArray(value) && value.length === 3) {
    const [red, green, blue] = value as readonly unknown[];
    if (isFinite(red) && isFinite(green) && isFinite(blue)) return [red, green, blue];
  }
  throw malformed(field, "[number, number, number]", value);
}

function mapTriple([red, green, blue]: Triple, change: (value: number) => number): Triple {
  return [change(red), change(green), change(blue)];
}

function readFlag(config: Config, field: string, fallback: boolean): boolean {
  const value = config[field] ?? fallback;
  if (typeof value === "boolean") return value;
  throw malformed(field, "true / false", value);
}

function isConfig(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFinite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** 4096: no image tower is near, and a slip such as 224000 would cost gigabytes. */
function isSide(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 4096;
}

function malformed(field: string, expected: string, actual: unknown): TlacError {
  return new TlacError("EMBEDDER_UNAVAILABLE", "frame.bad-preprocessor", {
    field,
    expected,
    actual: actual === undefined ? "undefined" : JSON.stringify(actual),
  });
}
