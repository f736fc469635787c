import path from "node:path";

import type { NodeAPI } from "node-red";

import { createSharedEnder } from "../../../lib/async/shared-ender";
import type { Embedder } from "../../../lib/clip/embedder";
import { describeLeftOut } from "../../../lib/examples/describe-left-out";
import type { ExampleSet } from "../../../lib/examples/example-set";
import { ExampleStore } from "../../../lib/examples/example-store";
import type { Vocabulary } from "../../../lib/vocabulary/vocabulary";
import { vocabularyFolder } from "../models/cache-folder";
import { runtimeLanguage } from "../status/language";

/** Models and vocabularies whose sets are kept up to date; a flow may send many vocabularies. */
const MOST_SETS = 8;

/** Sentences that were logged once and need not be again. */
const MOST_TOLD = 100;

interface Entry {
  embedder: Embedder;
  readonly vocabulary: Vocabulary;
  /** The newest set that is whole; a reading of what has changed does not hold messages up. */
  set: Promise<ExampleSet>;
  /** Undefined: nothing has changed since. */
  reading: Promise<void> | undefined;
  /** Something has changed since the reading began. */
  outdated: boolean;
}

/** The examples below one root: one store a process, read anew when anything changes there. */
class SharedExamples {
  private readonly entries = new Map<string, Entry>();
  private readonly told = new Set<string>();
  private readonly closing = createSharedEnder();
  private users = 0;

  constructor(
    readonly store: ExampleStore,
    private readonly tell: (set: ExampleSet) => readonly string[],
    private readonly log: (sentence: string) => void,
    private readonly drop: () => void,
  ) {
    store.onChange(() => {
      for (const entry of this.entries.values()) this.refresh(entry);
    });
  }

  use(): void {
    this.users += 1;
  }

  release(): void {
    this.users -= 1;
    if (this.users > 0) return;
    this.closing.abort();
    this.store.close();
    this.drop();
  }

  get(embedder: Embedder, vocabulary: Vocabulary): Promise<ExampleSet> {
    const key = `${embedder.info.digest} ${vocabulary.digest}`;
    const entry = this.entries.get(key) ?? this.begin(embedder, vocabulary);
    // The newest user's model is the one that is sure to be loaded.
    entry.embedder = embedder;
    this.entries.delete(key);
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MOST_SETS && oldest !== undefined) this.entries.delete(oldest);
    return entry.set;
  }

  /** Resolves when all that has changed so far counts. */
  async settle(): Promise<void> {
    for (const { reading } of [...this.entries.values()]) await reading;
  }

  /** The model that used them last; undefined: none did. */
  findEmbedder(): Embedder | undefined {
    return [...this.entries.values()].at(-1)?.embedder;
  }

  private begin(embedder: Embedder, vocabulary: Vocabulary): Entry {
    const set = this.read(embedder, vocabulary);
    const entry: Entry = { embedder, vocabulary, set, reading: undefined, outdated: false };
    set.catch(() => {
      this.forget(entry);
    });
    return entry;
  }

  private refresh(entry: Entry): void {
    entry.outdated = true;
    entry.reading ??= this.catchUp(entry);
  }

  private async catchUp(entry: Entry): Promise<void> {
    try {
      while (entry.outdated) {
        entry.outdated = false;
        await entry.set;
        const set = await this.read(entry.embedder, entry.vocabulary);
        entry.set = Promise.resolve(set);
      }
    } catch {
      // Its model is gone: whoever asks next brings another.
      this.forget(entry);
    } finally {
      entry.reading = undefined;
    }
  }

  private async read(embedder: Embedder, vocabulary: Vocabulary): Promise<ExampleSet> {
    const { signal } = this.closing;
    const set = await this.store.read(embedder, vocabulary, { signal });
    for (const sentence of this.tell(set)) {
      if (this.told.has(sentence)) continue;
      if (this.told.size >= MOST_TOLD) this.told.clear();
      this.told.add(sentence);
      this.log(sentence);
    }
    return set;
  }

  private forget(entry: Entry): void {
    for (const [key, one] of this.entries) if (one === entry) this.entries.delete(key);
  }
}

const shared = new Map<string, SharedExamples>();

/** One store a root, so that whoever changes anything tells whoever listens. */
const stores = new Map<string, ExampleStore>();

function openStore(root: string): ExampleStore {
  const store = stores.get(root) ?? ExampleStore.open(root);
  stores.set(root, store);
  return store;
}

/**
 * Where the examples of a vocabulary are.
 *
 * @param id of the `tlac-vocabulary`, or of the node whose own classes they are
 */
export function examplesFolder(RED: NodeAPI, id: string): string {
  return path.join(vocabularyFolder(RED, id), "examples");
}

/** The store that the nodes use. */
export function findStore(RED: NodeAPI, id: string): ExampleStore {
  return openStore(examplesFolder(RED, id));
}

/** Resolves when a change that was made counts for the next message. */
export async function settleExamples(RED: NodeAPI, id: string): Promise<void> {
  await shared.get(examplesFolder(RED, id))?.settle();
}

/** A model that can compare the examples; undefined where no node has looked at them yet. */
export function findEmbedder(RED: NodeAPI, id: string): Embedder | undefined {
  return shared.get(examplesFolder(RED, id))?.findEmbedder();
}

/** One node's use of the examples of its vocabulary. */
export class ExamplesUse {
  private used: SharedExamples | undefined;

  constructor(
    private readonly RED: NodeAPI,
    private readonly id: string,
  ) {}

  /**
   * The examples as the model sees them now; waits for nothing but the first reading. Throws
   * `EMBEDDER_UNAVAILABLE` and `CLOSED`.
   */
  get(embedder: Embedder, vocabulary: Vocabulary): Promise<ExampleSet> {
    this.used ??= this.acquire();
    return this.used.get(embedder, vocabulary);
  }

  /** Ids of the classes that have pictures, read or not. */
  async findClasses(vocabulary: Vocabulary): Promise<Set<string>> {
    const { classes } = await findStore(this.RED, this.id).list(vocabulary);
    return new Set([...classes].filter(([, files]) => files.length > 0).map(([id]) => id));
  }

  release(): void {
    this.used?.release();
    this.used = undefined;
  }

  private acquire(): SharedExamples {
    const { RED, id } = this;
    const root = examplesFolder(RED, id);
    const language = runtimeLanguage(RED);
    let one = shared.get(root);
    if (!one) {
      one = new SharedExamples(
        openStore(root),
        (set) => describeLeftOut(set, language),
        (sentence) => {
          RED.log.warn(`[examples:${id}] ${sentence}`);
        },
        () => {
          shared.delete(root);
        },
      );
      shared.set(root, one);
    }
    one.use();
    return one;
  }
}
