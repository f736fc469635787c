import sharp from "sharp";

/** Forms of pictures whose decoders hold more than a strip of them. */
export const FORMS = ["AVIF", "progressive JPEG", "interlaced PNG", "lossless WebP"] as const;
export type Form = (typeof FORMS)[number];

/**
 * Longest side at which a square of that form is just still allowed: 300 MB over what
 * `lib/frame/decode-budget.ts` counts for a pixel, less a little.
 */
export const WORST_SIDES: Readonly<Record<Form, number>> = {
  AVIF: 3_950,
  "progressive JPEG": 9_600,
  "interlaced PNG": 8_900,
  "lossless WebP": 7_700,
};

/** A square of that side with something in it. */
export async function createWorstPicture(form: Form, side: number): Promise<Buffer> {
  const small = await sharp({
    create: { width: 64, height: 64, channels: 3, background: "#808080", noise: NOISE },
  })
    .png()
    .toBuffer();
  const large = sharp(small).resize(side, side, { kernel: "linear" });
  switch (form) {
    case "AVIF":
      return large.avif({ effort: 0, quality: 30 }).toBuffer();
    case "progressive JPEG":
      return large.jpeg({ progressive: true }).toBuffer();
    case "interlaced PNG":
      return large.png({ progressive: true, compressionLevel: 1 }).toBuffer();
    case "lossless WebP":
      return large.webp({ lossless: true, effort: 0 }).toBuffer();
  }
}

const NOISE = { type: "gaussian", mean: 128, sigma: 40 } as const;
