import sharp from "sharp";

/** Pixels of red, green and blue, one after another. */
export interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

export type Random = () => number;

/** What a camera delivers. */
const WIDTH = 1024;
const HEIGHT = 768;

/** What comes between a scene and its picture; each is drawn anew for each frame. */
export interface Recording {
  /** Deviation of the sensor's noise in levels of 255: up to this, at least 1. */
  readonly noise: number;
  /** By how much light may be brighter or darker as a whole, as a share. */
  readonly flicker: number;
  /** The same for bands across the picture, as lamps on alternating current draw them. */
  readonly bands: number;
  /** Pixels by which the camera may be off its place, each way. */
  readonly shake: number;
  /** Lowest and highest quality of the JPEG. */
  readonly quality: readonly [number, number];
  /** 0 noon … 1 evening: darker, warmer, and from one side. */
  readonly evening: number;
}

export const CALM: Recording = {
  noise: 2,
  flicker: 0,
  bands: 0,
  shake: 0,
  quality: [88, 92],
  evening: 0,
};

/** A photo as a camera that stands still sees it. */
export async function readScene(picture: string | Buffer): Promise<Raw> {
  const data = await sharp(picture)
    .resize(WIDTH, HEIGHT, { fit: "fill" })
    .removeAlpha()
    .toColourspace("srgb")
    // Exposed so that bright and dark parts are not clipped when the light changes.
    .linear(0.8, 16)
    .raw()
    .toBuffer();
  return { data, width: WIDTH, height: HEIGHT };
}

/** What cameras in plants look at: plain surfaces with hard edges. */
export function drawPlantScenes(): Promise<Raw[]> {
  const holes = Array.from(
    { length: 12 },
    (_, at) =>
      `<circle cx="${String(220 + (at % 4) * 190)}" cy="${String(200 + Math.floor(at / 4) * 180)}" r="34" fill="#15181c"/>`,
  );
  const lines = Array.from(
    { length: 14 },
    (_, at) =>
      `<rect x="240" y="${String(190 + at * 28)}" width="${String(260 + ((at * 97) % 280))}" height="9" fill="#202020"/>`,
  );
  const scenes = [
    `<rect width="1024" height="768" fill="#70757a"/><rect x="110" y="90" width="800" height="590" rx="24" fill="#b4b8bc"/>${holes.join("")}`,
    `<rect width="1024" height="768" fill="#23282c"/><rect x="0" y="230" width="1024" height="310" fill="#3b4147"/><circle cx="500" cy="384" r="130" fill="#c8a040"/><circle cx="500" cy="384" r="60" fill="#3b4147"/>`,
    `<rect width="1024" height="768" fill="#8c7656"/><rect x="190" y="130" width="640" height="500" fill="#ece9e2"/>${lines.join("")}`,
    `<defs><linearGradient id="g"><stop offset="0" stop-color="#8fa3ad"/><stop offset="1" stop-color="#5d6c75"/></linearGradient></defs><rect width="1024" height="768" fill="url(#g)"/>`,
  ];
  return Promise.all(
    scenes.map((body) =>
      readScene(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="768">${body}</svg>`,
        ),
      ),
    ),
  );
}

/** What is laid over a scene, each at a place of its own. */
export interface Defect {
  readonly name: string;
  /** Share of the picture's area in all. */
  readonly area: number;
  /** How many spots share it. */
  readonly spots?: number;
  /** Long side over short side. */
  readonly shape?: number;
  /** It is a band with sharp edges from side to side, or from top to bottom, and no spot. */
  readonly across?: "width" | "height";
  /** Levels by which red, green and blue change. */
  readonly levels: readonly [number, number, number];
}

export function damage(scene: Raw, defect: Defect, random: Random): Raw {
  const copy: Raw = { ...scene, data: Buffer.from(scene.data) };
  const { spots = 1, across } = defect;
  if (across) {
    paintBand(copy, across, defect, random);
    return copy;
  }
  for (let spot = 0; spot < spots; spot++) paintSpot(copy, defect, defect.area / spots, random);
  return copy;
}

/** A scene in so many times its light, as far as the sensor goes. */
export function light(scene: Raw, gain: number): Raw {
  return { ...scene, data: Buffer.from(scene.data.map((level) => clamp(gain * level))) };
}

/** A scene that a lens blurs by this deviation in pixels. */
export async function blur({ data, width, height }: Raw, deviation: number): Promise<Raw> {
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).blur(deviation);
  return { data: await picture.raw().toBuffer(), width, height };
}

/** A band of that share of the picture, anywhere in it. */
function paintBand(
  { data, width, height }: Raw,
  across: "width" | "height",
  { area, levels }: Defect,
  random: Random,
): void {
  const first = random() * (1 - area);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = across === "width" ? y / height : x / width;
      if (place < first || place >= first + area) continue;
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        data[at] = clamp((data[at] as number) + (levels[channel] as number));
      }
    }
  }
}

/** An ellipse of that area whose edge is soft. */
function paintSpot(
  { data, width, height }: Raw,
  { shape = 1.4, levels }: Defect,
  area: number,
  random: Random,
): void {
  // An ellipse of radii a and b covers πab.
  const product = (area * width * height) / Math.PI;
  const long = Math.min(Math.sqrt(product * shape), 0.49 * height);
  const short = product / long;
  const [cx, cy] = [long + random() * (width - 2 * long), long + random() * (height - 2 * long)];
  const angle = random() * Math.PI;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = Math.max(0, Math.floor(cy - long)); y < Math.min(height, cy + long); y++) {
    for (let x = Math.max(0, Math.floor(cx - long)); x < Math.min(width, cx + long); x++) {
      const [dx, dy] = [x - cx, y - cy];
      const radius = Math.hypot((dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short);
      if (radius >= 1) continue;
      const depth = Math.min(1, 4 * (1 - radius));
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        data[at] = clamp((data[at] as number) + (levels[channel] as number) * depth);
      }
    }
  }
}

/** One frame of the scene as the camera sends it: a JPEG. */
export async function record(
  { data, width, height }: Raw,
  recording: Recording,
  random: Random,
): Promise<Buffer> {
  const { noise, flicker, bands, shake, quality, evening } = recording;
  const around = (most: number): number => most * (2 * random() - 1);
  const gain = (1 + around(flicker)) * (1 - 0.25 * evening);
  const warmth = [1 + 0.08 * evening, 1, 1 - 0.08 * evening] as const;
  const deviation = 1 + (noise - 1) * random();
  const band = bands * random();
  const [phase, waves] = [2 * Math.PI * random(), 0.5 + 2 * random()];
  const [shiftX, shiftY] = [Math.round(around(shake)), Math.round(around(shake))];
  const out = Buffer.alloc(data.length);
  let state = Math.floor(random() * 2 ** 32);
  for (let y = 0; y < height; y++) {
    const lit = gain * (1 + band * Math.sin(phase + (2 * Math.PI * waves * y) / height));
    const row = Math.min(height - 1, Math.max(0, y + shiftY)) * width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.min(width - 1, Math.max(0, x + shiftX))) * 3;
      const to = (y * width + x) * 3;
      const side = lit * (1 + 0.12 * evening * ((2 * x) / width - 1));
      for (let channel = 0; channel < 3; channel++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        // Two uniform numbers make a triangle with a deviation of 0.41.
        const jitter = ((state >>> 24) + ((state >>> 12) & 255) - 255) / 255 / 0.41;
        const level = side * (warmth[channel] as number) * (data[from + channel] as number);
        out[to + channel] = clamp(level + deviation * jitter);
      }
    }
  }
  const [lowest, highest] = quality;
  return sharp(out, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: lowest + Math.floor((highest - lowest + 1) * random()) })
    .toBuffer();
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
