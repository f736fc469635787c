import { randomUUID } from "node:crypto";
import path from "node:path";

import type { NodeAPI } from "node-red";

import { TlacError } from "../../../lib/errors";
import { readLabels } from "../../../lib/evaluation/labels/read-labels";
import { cacheFolder } from "../../runtime/models/cache-folder";
import { readText } from "../../runtime/settings/read-settings";
import { Jobs, serveJobs } from "../jobs";
import { readVocabularyId } from "../read-vocabulary-id";
import { reply } from "../reply";
import { readTestSettings } from "../test-settings";
import {
  changeClasses,
  findChange,
  forgetExamples,
  teachExamples,
  type ChangedClasses,
  type TaughtExamples,
} from "./apply-proposal";
import { EvaluationJob } from "./evaluation-job";
import { Reports } from "./reports";
import { readOwnRecord } from "./own-record";
import { readServerPhotos } from "./server-photos";
import { Uploads } from "./uploads";

const PLACE = "tlac/evaluation";

/** Characters of a folder's name in the report. */
const MOST_NAME = 200;

/** `GET /tlac/tlac/evaluation/reports/:id`: one form of a report (`?form=`). */
export interface ReportAnswer {
  readonly text: string;
}

/** `POST /tlac/tlac/evaluation/uploads`: where the photos of a dialog go, one by one. */
export interface UploadAnswer {
  readonly upload: string;
}

/**
 * Below `/tlac/tlac/evaluation`: labelled photos through the engine, with the settings as they stand
 * in the dialogs. One evaluation at a time. It needs the permission to write, because whoever sends
 * the settings chooses the server and the folders.
 */
export function serveEvaluation(RED: NodeAPI): void {
  const jobs = new Jobs({ maxRunning: 1 });
  const write = RED.auth.needsPermission("tlac.write");
  const place = (name: string): string => path.join(cacheFolder(RED), "evaluation", name);
  const openReports = (): Reports => new Reports(place("reports"));
  const uploads = new Uploads(() => place("uploads"));

  RED.httpAdmin.post(
    `/tlac/${PLACE}`,
    write,
    reply(({ body, language }) => {
      const settings = readTestSettings(body, cacheFolder(RED));
      const folder = readText(body.folder, "folder")?.trim();
      const upload = readText(body.upload, "upload");
      const source = readText(body.name, "name")?.slice(0, MOST_NAME) ?? "";
      const isConfirmed = body.confirmed === true;
      if (!folder && !upload && !isConfirmed)
        throw new TlacError("BAD_MESSAGE", "evaluation.no-folder");
      const job = jobs.start(randomUUID(), async (signal, report) => {
        const evaluation = new EvaluationJob(RED, openReports(), language, signal, report);
        if (isConfirmed) {
          const set = await readOwnRecord(RED, settings, signal);
          return evaluation.run(settings, source, set);
        }
        if (!upload) {
          const set = await readServerPhotos(folder ?? "", settings.folders, signal);
          return evaluation.run(settings, folder ?? "", set);
        }
        return uploads.use(upload, async (root) => {
          const set = await readLabels(root, { signal, onlyFolders: true });
          await evaluation.run(settings, source, set);
        });
      });
      return { job };
    }),
  );

  RED.httpAdmin.get(
    `/tlac/${PLACE}/reports/:id`,
    write,
    reply(async ({ params, query }): Promise<ReportAnswer> => ({
      text: await openReports().read(params.id, query.form),
    })),
  );

  RED.httpAdmin.post(
    `/tlac/${PLACE}/apply`,
    write,
    reply(async ({ body }): Promise<ChangedClasses> => {
      const change = await findChange(openReports(), body.report, body.proposal);
      return changeClasses(readText(body.classes, "classes") ?? "", change);
    }),
  );
  const teach = RED.auth.needsPermission("tlac-vocabulary.write");
  RED.httpAdmin.post(
    `/tlac/${PLACE}/teach`,
    teach,
    reply(async ({ body, signal }): Promise<TaughtExamples> => {
      const settings = readTestSettings(body, cacheFolder(RED));
      const change = await findChange(openReports(), body.report, body.proposal);
      return teachExamples(RED, readVocabularyId(body), settings, change, signal);
    }),
  );
  RED.httpAdmin.post(
    `/tlac/${PLACE}/forget`,
    teach,
    reply(async ({ body }) => {
      const { vocabulary } = readTestSettings(body, cacheFolder(RED));
      const taught = { added: readFiles(body.added), removed: readFiles(body.removed) };
      await forgetExamples(RED, readVocabularyId(body), vocabulary, taught);
      return {};
    }),
  );

  RED.httpAdmin.post(
    `/tlac/${PLACE}/uploads`,
    write,
    reply(async ({ body }): Promise<UploadAnswer> => ({
      upload: await uploads.begin(Number(body.files), Number(body.bytes)),
    })),
  );
  RED.httpAdmin.post(
    `/tlac/${PLACE}/uploads/:id/photo`,
    write,
    reply(async ({ params, query, stream }) => {
      await uploads.add(String(params.id), readText(query.name, "name") ?? "", stream);
      return {};
    }, "bytes"),
  );
  RED.httpAdmin.post(
    `/tlac/${PLACE}/uploads/:id/drop`,
    write,
    reply(async ({ params }) => {
      await uploads.drop(String(params.id));
      return {};
    }),
  );

  serveJobs(RED, "tlac", jobs, PLACE);
}

function readFiles(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((file) => typeof file === "string") : [];
}
