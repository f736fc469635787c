import type { NodeAPI } from "node-red";

import { TlacError } from "../../lib/errors";
import { describeLeftOut } from "../../lib/examples/describe-left-out";
import type { ExampleStore } from "../../lib/examples/example-store";
import { readFrames } from "../../lib/frame/read-frames";
import { decodeText } from "../../lib/frame/read-text";
import type { Language } from "../../lib/i18n/catalogue";
import { parseVocabulary } from "../../lib/vocabulary/parse-vocabulary";
import { findStore } from "../runtime/examples/shared-examples";
import { readText } from "../runtime/settings/read-settings";
import { lendModel } from "./lend-model";
import { readVocabularyId } from "./read-vocabulary-id";
import { reply, type Call } from "./reply";

/** `POST /tlac/vocabulary/examples/list`: what lies in the folders, unread. */
export interface ExamplesAnswer {
  /** In the order of the classes that were sent. */
  readonly classes: readonly {
    readonly id: string;
    /** `<folder>/<name>` of each picture. */
    readonly files: readonly string[];
  }[];
  /** What counts for no class, a sentence each. */
  readonly leftOut: readonly string[];
}

/** `POST /tlac/vocabulary/examples/show`: the pictures that were asked for, made small. */
export interface ShownExamples {
  readonly pictures: readonly {
    readonly file: string;
    /** Base64 of a JPEG of at most `MOST_SIDE` pixels; null: see `problem`. */
    readonly jpeg: string | null;
    readonly problem: string | null;
  }[];
}

/** `POST /tlac/vocabulary/examples/add`: what was kept, and what made room for it. */
export interface AddedExample {
  /** Of the class, which must keep it from now on: the folder has its name. */
  readonly id: string;
  readonly file: string;
  readonly removed: string | null;
}

/** Pixels of the longer side of a picture in the dialog. */
const MOST_SIDE = 96;

/** More than Node-RED lets through in one request, unless it was told to. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Pictures that are shown at once: as many as a class usually has. */
const MOST_SHOWN = 64;

/** What the vocabulary's dialog does with the confirmed pictures of its classes. */
export function serveExamples(RED: NodeAPI): void {
  const serve = (
    name: string,
    permission: "read" | "write",
    work: (store: ExampleStore, call: Call) => unknown,
  ): void => {
    RED.httpAdmin.post(
      `/tlac/vocabulary/examples/${name}`,
      RED.auth.needsPermission(`tlac-vocabulary.${permission}`),
      reply((call) => work(findStore(RED, readVocabularyId(call.body)), call)),
    );
  };
  serve("list", "read", (store, { body, language, signal }) =>
    list(store, body.classes, language, signal),
  );
  serve("show", "read", (store, call) => show(store, call));
  serve("add", "write", (store, call) => add(RED, store, call));
  serve("remove", "write", async (store, { body }) => {
    await store.remove(readText(body.file, "file") ?? "");
    return {};
  });
  serve("restore", "write", async (store, { body }) => {
    await store.restore(parseVocabulary(body.classes), readText(body.file, "file") ?? "");
    return {};
  });
}

async function list(
  store: ExampleStore,
  classes: unknown,
  language: Language,
  signal: AbortSignal,
): Promise<ExamplesAnswer> {
  const vocabulary = parseVocabulary(classes);
  const found = await store.list(vocabulary, signal);
  return {
    classes: vocabulary.classes.map(({ id }) => ({
      id,
      files: (found.classes.get(id) ?? []).map(({ file }) => file),
    })),
    leftOut: describeLeftOut(found, language),
  };
}

async function show(store: ExampleStore, { body, language, signal }: Call): Promise<ShownExamples> {
  const files: readonly unknown[] = Array.isArray(body.files) ? body.files : [];
  const pictures: ShownExamples["pictures"][number][] = [];
  for (const name of files.slice(0, MOST_SHOWN)) {
    const file = String(name);
    try {
      const bytes = await store.readFile(file);
      const { frames } = await readFrames(bytes, { maxSide: MOST_SIDE, signal });
      pictures.push({ file, jpeg: frames[0]?.jpeg.toString("base64") ?? null, problem: null });
    } catch (thrown) {
      if (!(thrown instanceof TlacError) || thrown.code === "CLOSED") throw thrown;
      pictures.push({ file, jpeg: null, problem: thrown.in(language) });
    }
  }
  return { pictures };
}

async function add(
  RED: NodeAPI,
  store: ExampleStore,
  { body, signal }: Call,
): Promise<AddedExample> {
  const vocabulary = parseVocabulary(body.classes);
  const entry = vocabulary.classes[Number(body.row)];
  if (!entry) throw new TlacError("BAD_MESSAGE", "examples.no-class", { id: String(body.row) });
  const { id } = entry;
  const bytes = await decodeText(readText(body.image, "image") ?? "", MOST_BYTES);
  if (!bytes) throw new TlacError("BAD_IMAGE", "frame.empty");
  const use = lendModel(RED, body);
  try {
    const { file, removed } = await store.add(vocabulary, id, bytes, {
      getEmbedder: () => use.get(),
      signal,
    });
    return { id, file, removed };
  } finally {
    await use.release();
  }
}
