import { readdirSync } from "node:fs";
import path from "node:path";

/** A photo whose file name says what it shows: `x_the_name.jpg`. */
export interface LabelledPhoto {
  readonly file: string;
  readonly label: string;
}

/** The labelled photos of a folder, in the order of their names. */
export function listLabelledPhotos(folder: string): LabelledPhoto[] {
  return readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .sort()
    .flatMap((name) => {
      const [, label] = /^[^_]+_(.+)\.[a-z]+$/i.exec(name) ?? [];
      return label ? [{ file: path.join(folder, name), label: label.replaceAll("_", " ") }] : [];
    });
}
