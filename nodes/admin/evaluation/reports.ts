import { randomUUID } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";

import { writeWholeFile } from "../../../lib/basics/write-whole-file";
import { Refusal } from "../reply";

/** A report takes up to 20 MB. */
const MOST_REPORTS = 10;

/** The forms of a report: the page, what spreadsheets read, and what was proposed. */
export const FORMS = ["html", "csv", "proposals"] as const;
export type Form = (typeof FORMS)[number];

const ID = /^[0-9a-f-]{36}$/;

/** The newest reports of evaluations, in a folder. */
export class Reports {
  constructor(private readonly folder: string) {}

  /** Resolves with what the report is asked for by. */
  async save(forms: Readonly<Record<Form, string>>): Promise<string> {
    const id = randomUUID();
    for (const form of FORMS) await writeWholeFile(this.place(id, form), forms[form]);
    await this.sweep();
    return id;
  }

  /** Throws a `Refusal` where there is none, or none any more. */
  async read(id: unknown, form: unknown): Promise<string> {
    const known = FORMS.find((one) => one === form);
    if (!known || typeof id !== "string" || !ID.test(id)) throw new Refusal("NOT_FOUND");
    return readFile(this.place(id, known), "utf8").catch(() => {
      throw new Refusal("NOT_FOUND");
    });
  }

  private place(id: string, form: Form): string {
    return path.join(this.folder, `${id}.${form}`);
  }

  private async sweep(): Promise<void> {
    const pages = (await readdir(this.folder)).filter((name) => name.endsWith(".html"));
    const dated = await Promise.all(
      pages.map(async (name) => {
        const stats = await stat(path.join(this.folder, name)).catch(() => null);
        return { id: path.parse(name).name, time: stats?.mtimeMs ?? 0 };
      }),
    );
    dated.sort((a, b) => b.time - a.time);
    for (const { id } of dated.slice(MOST_REPORTS)) {
      await Promise.all(FORMS.map((form) => rm(this.place(id, form), { force: true })));
    }
  }
}
