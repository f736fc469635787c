import type { Evaluation } from "../../evaluation";
import { html, type Html } from "../html";
import { text } from "../text";

/** Rows and columns that a person can take in, and a sheet of paper. */
const MOST = 30;

/** What pictures show against what they were taken for; each number shows its pictures. */
export function renderConfusion({ figures, classes }: Evaluation): Html {
  const { rows, columns, cells } = figures.confusion;
  const kept = chooseClasses(figures.confusion);
  const shownRows = [...rows.entries()].filter(([, id]) => kept === null || kept.has(id));
  const shownColumns = [...columns.entries()].filter(([, id]) => kept === null || kept.has(id));
  const labels = new Map(classes.map(({ id, label }) => [id, label]));
  const name = (id: string | null, none: Html): Html =>
    id === null ? none : html`${labels.get(id) ?? id}`;
  const totals = rows.map((_, row) =>
    cells.reduce((sum, cell) => sum + (cell.row === row ? cell.count : 0), 0),
  );
  const cellAt = (row: number, column: number): Html => {
    const count = cells.find((cell) => cell.row === row && cell.column === column)?.count ?? 0;
    if (count === 0) return html`<td></td>`;
    const [truth, decided] = [rows[row] ?? null, columns[column] ?? null];
    const kind = decided === null ? "person" : truth === decided ? "right" : "wrong";
    const heat = Math.ceil((4 * count) / Math.max(1, totals[row] ?? 1));
    return html`<td class="${kind} heat${heat}">
      <button type="button" data-show="cell:${row}:${column}">${count}</button>
    </td>`;
  };
  return html`<section>
    <h2>${text("evaluation.title-confusion")}</h2>
    <p class="hint">${text("evaluation.hint-confusion")}</p>
    ${
      kept === null
        ? null
        : html`<p class="hint">
            ${text("evaluation.hint-cut", { shown: shownRows.length, rows: rows.length })}
          </p>`
    }
    <div class="scroll">
      <table class="confusion">
        <tr>
          <th></th>
          ${shownColumns.map(
            ([, id]) =>
              html`<th scope="col"><div>${name(id, text("evaluation.to-person"))}</div></th>`,
          )}
        </tr>
        ${shownRows.map(
          ([row, id]) =>
            html`<tr>
              <th scope="row">${name(id, text("evaluation.stranger"))}</th>
              ${shownColumns.map(([column]) => cellAt(row, column))}
            </tr>`,
        )}
      </table>
    </div>
  </section>`;
}

/** Of a long list the classes that are confused most, with "none" and "a person"; null: all. */
function chooseClasses({
  rows,
  columns,
  cells,
}: Evaluation["figures"]["confusion"]): ReadonlySet<string | null> | null {
  if (rows.length <= MOST && columns.length <= MOST) return null;
  const errors = new Map<string | null, number>();
  for (const { row, column, count } of cells) {
    const [truth, decided] = [rows[row] ?? null, columns[column] ?? null];
    if (decided === null || truth === decided) continue;
    for (const id of [truth, decided]) errors.set(id, (errors.get(id) ?? 0) + count);
  }
  const worst = [...errors].sort(([, a], [, b]) => b - a).slice(0, MOST - 1);
  return new Set([...worst.map(([id]) => id), null]);
}
