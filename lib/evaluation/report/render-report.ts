import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { findPackageRoot } from "../../basics/package-root";
import { translate, type Language } from "../../i18n/catalogue";
import type { EvaluatedPhoto } from "../evaluated-photo";
import type { Evaluation } from "../evaluation";
import { embedAsset, html } from "./html";
import { readPageScript } from "./page-script";
import { renderBlame } from "./sections/blame";
import { renderConfusion } from "./sections/confusion";
import { renderCurves, renderLatency } from "./sections/curves";
import { renderEstimate } from "./sections/estimate";
import { choosePhotos, renderPhotos, type Thumbnails } from "./sections/photos";
import { renderProposals } from "./sections/proposals";
import { renderSummary } from "./sections/summary";
import { renderClasses, renderContenders, renderNotes } from "./sections/tables";

/** The small picture of a photo as JPEG bytes; null where there is none. */
export type GetThumbnail = (photo: EvaluatedPhoto) => Promise<Uint8Array | null>;

/** Bytes of all pictures together: a page that a person can still send by mail. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The evaluation as one HTML file, in both languages, that loads nothing. Nothing in it can run but
 * its own script: the page says so to the browser (Content-Security-Policy), and every text of a
 * model, file or vocabulary is escaped.
 */
export async function renderReport(
  evaluation: Evaluation,
  language: Language,
  getThumbnail: GetThumbnail,
): Promise<string> {
  const [style, script] = await Promise.all([readStyle(), readPageScript()]);
  const chosen = choosePhotos(evaluation.photos);
  const thumbnails = await readThumbnails(chosen, getThumbnail);
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
    <html lang="${language === "ja" ? "ja" : "en"}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${translate("evaluation.title", { source: evaluation.source }, language)}</title>
        ${embedAsset("style", style)}
      </head>
      <body>
        <main>
          ${renderSummary(evaluation)} ${renderBlame(evaluation)} ${renderProposals(evaluation)}
          ${renderContenders(evaluation)} ${renderConfusion(evaluation)} ${renderCurves(evaluation)}
          ${renderClasses(evaluation)} ${renderLatency(evaluation)} ${renderEstimate(evaluation)}
          ${renderPhotos(evaluation, chosen, thumbnails)} ${renderNotes(evaluation)}
        </main>
        ${embedAsset("script", script)}
      </body>
    </html> `;
  return page.toString();
}

function readStyle(): Promise<string> {
  return readFile(path.join(findPackageRoot(), "resources", "report", "page.css"), "utf8");
}

function hashOf(content: string): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}

/** As many as there is room for, in their order. */
async function readThumbnails(
  photos: readonly EvaluatedPhoto[],
  getThumbnail: GetThumbnail,
): Promise<Thumbnails> {
  const thumbnails = new Map<string, string>();
  let room = MOST_BYTES;
  for (const photo of photos) {
    const bytes = await getThumbnail(photo);
    if (!bytes || bytes.length > room) continue;
    room -= bytes.length;
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    thumbnails.set(photo.name, `data:image/jpeg;base64,${base64}`);
  }
  return thumbnails;
}
