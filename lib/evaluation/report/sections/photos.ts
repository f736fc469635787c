import { gradeOf, isJudged, type EvaluatedPhoto, type JudgedPhoto } from "../../evaluated-photo";
import type { Evaluation } from "../../evaluation";
import { html, type Html } from "../html";
import { percent, phrase, text } from "../text";

/** Pictures of the page as data URLs, by the photo's name. */
export type Thumbnails = ReadonlyMap<string, string>;

const MOST_RANKED = 5;
const MOST_CANDIDATES = 6;

/**
 * The pictures that the page shows, errors first: all that are not right as far as there is room,
 * and of each number of the confusion matrix a few of those that are.
 */
export function choosePhotos(
  photos: readonly EvaluatedPhoto[],
  { most = 1_500, mostPerCell = 8 }: { most?: number; mostPerCell?: number } = {},
): EvaluatedPhoto[] {
  const order = { wrong: 0, failed: 1, person: 2, right: 3 };
  const sorted = [...photos].sort((a, b) => order[gradeOfAny(a)] - order[gradeOfAny(b)]);
  const cells = new Map<string | null, number>();
  const chosen = sorted.filter((photo) => {
    if (gradeOfAny(photo) !== "right") return true;
    const count = cells.get(photo.truth) ?? 0;
    cells.set(photo.truth, count + 1);
    return count < mostPerCell;
  });
  return chosen.slice(0, most);
}

export function gradeOfAny(photo: EvaluatedPhoto): "right" | "wrong" | "person" | "failed" {
  return isJudged(photo) ? gradeOf(photo) : "failed";
}

/** All of them as cards, of which the page's script shows those that a person asks for. */
export function renderPhotos(
  { photos, figures, classes }: Evaluation,
  chosen: readonly EvaluatedPhoto[],
  thumbnails: Thumbnails,
): Html {
  const labels = new Map(classes.map(({ id, label }) => [id, label]));
  const { rows, columns } = figures.confusion;
  const cards = chosen.map((photo) => {
    const grade = gradeOfAny(photo);
    const url = thumbnails.get(photo.name);
    const { truth, blame } = photo;
    const decided = isJudged(photo) ? photo.decided : null;
    const cell = isJudged(photo)
      ? `${String(rows.indexOf(truth))}:${String(columns.indexOf(decided))}`
      : "";
    const keys = [`grade:${grade}`, `cell:${cell}`, `class:${truth ?? ""}`];
    if (blame) keys.push(`blame:${blame}`);
    if (decided !== null && decided !== truth) keys.push(`class:${decided}`);
    return html`<figure data-keys="${JSON.stringify(keys)}" class="photo ${grade}">
      ${url ? html`<img src="${url}" alt="${photo.label}" />` : html`<div class="blank"></div>`}
      <figcaption>
        <p class="labels">
          <b>${photo.label}</b>
          ${isJudged(photo) ? html`→ ${showDecision(photo, labels)}` : null}
        </p>
        ${blame ? html`<p class="chip">${text(`evaluation.blame-${blame}`)}</p>` : null}
        ${isJudged(photo) ? renderTrace(photo) : html`<p>${phrase(photo.reason)}</p>`}
        <p class="file">${photo.name}</p>
      </figcaption>
    </figure>`;
  });
  return html`<section id="photos">
    <h2>${text("evaluation.title-photos")}</h2>
    <p id="filter">
      <span id="shown">${text("evaluation.showing-errors")}</span> <b id="count"></b>
      <button type="button" data-show="all">${text("evaluation.show-all")}</button>
      <button type="button" data-show="errors">${text("evaluation.show-errors")}</button>
    </p>
    ${
      chosen.length < photos.length
        ? html`<p class="hint">
            ${text("evaluation.hint-photos", { shown: chosen.length, photos: photos.length })}
          </p>`
        : null
    }
    <div class="photos">${cards}</div>
  </section>`;
}

function showDecision(photo: JudgedPhoto, labels: ReadonlyMap<string, string>): Html {
  const { decided, best, confidence } = photo;
  const label = (id: string): string => labels.get(id) ?? id;
  if (decided !== null) return html`<b>${label(decided)}</b> ${percent(confidence, 0)}`;
  const guess = best === null ? null : html` (${label(best)}? ${percent(confidence, 0)})`;
  return html`${text("evaluation.to-person")}${guess}`;
}

/** How the decision came about: what the LMM said, and what each witness says of the best classes. */
function renderTrace({ trace }: JudgedPhoto): Html {
  const { candidates, description, ranking, explanation } = trace;
  const said = candidates.slice(0, MOST_CANDIDATES).map(({ name, synonyms, probability }) => {
    const sure = probability === undefined ? "" : ` ${percent(probability, 0)}`;
    const others = synonyms.length > 0 ? ` (${synonyms.slice(0, 4).join(", ")})` : "";
    return html`<li>${name}${sure}${others}</li>`;
  });
  const score = (value: number | undefined): string => value?.toFixed(2) ?? "–";
  return html`<details>
    <summary>${explanation}</summary>
    ${description ? html`<p>“${description}”</p>` : null}
    ${
      said.length > 0
        ? html`<ol>
            ${said}
          </ol>`
        : null
    }
    ${
      ranking.length > 0
        ? html`<table class="trace">
            <tr>
              <th></th>
              <th>${text("evaluation.score")}</th>
              <th>${text("evaluation.witness-words")}</th>
              <th>${text("evaluation.witness-sight")}</th>
              <th>${text("evaluation.witness-examples")}</th>
            </tr>
            ${ranking.slice(0, MOST_RANKED).map(
              ({ label, score: share, words, sight, examples, via }) =>
                html`<tr>
                  <th scope="row">
                    ${label}${
                      via.candidate
                        ? html`<small
                            >${via.candidate}${via.kind === "alias" ? " = " : " ≈ "}${via.alias}</small
                          >`
                        : null
                    }
                  </th>
                  <td>${score(share)}</td>
                  <td>${score(words)}</td>
                  <td>${score(sight)}</td>
                  <td>${score(examples)}</td>
                </tr>`,
            )}
          </table>`
        : null
    }
  </details>`;
}
