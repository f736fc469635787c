import { readdirSync } from "node:fs";
import path from "node:path";

/** A photo whose file name says what it shows: `x_the_name.jpg`. */
export interface LabelledPhoto {
  readonly file: string;
  /** `x`: an id such as a WordNet offset (n01484850), or anything without an underscore. */
  readonly key: string;
  readonly label: string;
}

/** The labelled photos of a folder, in the order of their names. */
export function listLabelledPhotos(folder: string): LabelledPhoto[] {
  return readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .sort()
    .flatMap((name) => {
      const match = /^([^_]+)_(.+)\.[a-z]+$/i.exec(name);
      const [, key, label] = match ?? [];
      if (!key || !label) return [];
      return [{ file: path.join(folder, name), key, label: label.replaceAll("_", " ") }];
    });
}
