import type { NodeAPI, NodeMessageInFlow } from "node-red";

import { TlacError } from "../../../lib/errors";
import { readFrames } from "../../../lib/frame/read-frames";
import type { Language } from "../../../lib/i18n/catalogue";
import type { DecisionRecord, Picture, Recorded, Standing } from "../../../lib/record/record";
import { foldName } from "../../../lib/vocabulary/fold-name";
import type { VocabularyClass } from "../../../lib/vocabulary/vocabulary";
import { nameCamera } from "../input/read-turn";
import { giveAnswer, type Answered, type Feedback } from "../record/give-answer";
import { findRecent } from "../record/recorder";
import { findTyped } from "../record/shared-learners";
import { readDecisions, readRest, type ShownDecision } from "./read-decisions";

/** A class that can be chosen. */
export interface Choice {
  readonly class: string;
  readonly label: string;
}

/** A picture that waits for a person. */
export interface WaitingItem {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly camera: string | null;
  readonly description: string;
  /** What was decided; null: it was left to a person. */
  readonly decided: string | null;
  /** The likeliest classes, best first. */
  readonly choices: readonly Choice[];
}

/** What a page should show now. */
export interface NextItems {
  /** How many wait. */
  readonly count: number;
  /** Those that the page has room for and does not show yet, oldest first. */
  readonly items: readonly WaitingItem[];
  /** Those that the page shows and somebody else has answered. */
  readonly gone: readonly GivenAnswer[];
}

/** An answer as the page lists it. */
export interface GivenAnswer {
  /** Of the decision. */
  readonly id: string;
  /** Null: none of the classes. */
  readonly label: string | null;
  readonly who: string;
  readonly time: string;
}

/** As many as fit a large screen. */
const MOST_ITEMS = 60;
const CHOICES = 3;
const MOST_FOUND = 60;
const MOST_ANSWERS = 12;

/** The decisions that wait before one page. */
export class ReviewQueue {
  constructor(
    private readonly RED: NodeAPI,
    private readonly record: () => DecisionRecord,
    /** Id of the node. */
    private readonly id: string,
  ) {}

  /**
   * Puts the decisions of a message before people, those of `isWanted`. Throws `BAD_MESSAGE`,
   * `BAD_IMAGE`, `BAD_CONFIG` (cannot be written), `CLOSED`.
   */
  async keep(
    message: NodeMessageInFlow,
    isWanted: (shown: ShownDecision) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const rest = readRest(message);
    for (const shown of readDecisions(message).filter(isWanted)) {
      await this.keepDecision(shown, nameCamera(message) ?? null, signal);
      const { id } = shown.result;
      const note = { kind: "review", decision: id, queue: this.id } as const;
      await this.record().note({ ...note, message: rest });
    }
  }

  async count(): Promise<number> {
    return (await this.record().readWaiting(this.id)).length;
  }

  /** `shown`: ids that the page shows; `most`: how many it has room for. */
  async next(shown: readonly string[], most: number): Promise<NextItems> {
    const waiting = await this.record().readWaiting(this.id);
    const ids = new Set(waiting.map(({ decision }) => decision));
    const there = new Set(shown);
    const fresh = waiting.filter(({ decision }) => !there.has(decision));
    const loaded = await this.record().load(fresh.slice(0, Math.min(most, MOST_ITEMS)));
    const away = shown.filter((id) => !ids.has(id));
    return {
      count: waiting.length,
      items: loaded.map((recorded) => this.describe(recorded)),
      gone: await this.describeAnswers(
        (await this.record().readStandings()).filter(({ decision }) => away.includes(decision)),
      ),
    };
  }

  /** The last answers, newest first. */
  async answers(): Promise<GivenAnswer[]> {
    const mine = (await this.record().readStandings())
      .filter(({ queue, answer }) => queue === this.id && answer)
      .sort((a, b) => Date.parse(b.answer?.time ?? "") - Date.parse(a.answer?.time ?? ""));
    return this.describeAnswers(mine.slice(0, MOST_ANSWERS));
  }

  /** The JPEG of a decision of this queue; null where there is none. */
  async picture(id: string): Promise<Buffer | null> {
    const recorded = await this.find(id);
    return recorded ? this.record().readPicture(recorded) : null;
  }

  /** Classes whose names hold the text, those first that begin with it. Throws `BAD_MESSAGE`. */
  async search(id: string, text: string): Promise<Choice[]> {
    const recorded = await this.get(id);
    const wanted = foldName(text.slice(0, 100));
    const found = this.classesOf(recorded).flatMap(({ id: name, label, aliases }) => {
      const places = [label, name, ...aliases].map((one) => foldName(one).indexOf(wanted));
      const best = places.filter((place) => place >= 0).sort((a, b) => a - b)[0];
      return best === undefined ? [] : [{ class: name, label, best }];
    });
    found.sort((a, b) => Math.sign(a.best) - Math.sign(b.best));
    return found.slice(0, MOST_FOUND).map(({ class: name, label }) => ({ class: name, label }));
  }

  /**
   * Takes an answer, and tells what leaves the node. Throws `BAD_MESSAGE` where the decision is none
   * of this queue's, and as `giveAnswer` does.
   */
  async answer(
    feedback: Feedback,
    languages: { readonly message: Language; readonly page: Language },
    signal: AbortSignal,
  ): Promise<{ message: object; payload: Answered; explanation: string }> {
    const recorded = await this.get(feedback.id);
    const { payload, explain } = await giveAnswer(this.RED, this.record(), feedback, {
      language: languages.message,
      signal,
    });
    const image = await this.record().readPicture(recorded);
    const rest = recorded.standing?.message ?? {};
    const topic = payload.camera === null ? {} : { topic: payload.camera };
    return {
      message: { ...topic, ...rest, payload, ...(image ? { image } : {}) },
      payload,
      explanation: explain(languages.page),
    };
  }

  /** What was said of a decision, where somebody said anything. */
  async findAnswer(id: string): Promise<GivenAnswer | undefined> {
    const recorded = await this.find(id);
    const { standing } = recorded ?? {};
    return standing?.answer ? (await this.describeAnswers([standing]))[0] : undefined;
  }

  private async find(id: string): Promise<Recorded | undefined> {
    const recorded = await this.record().find(id);
    return recorded?.standing?.queue === this.id ? recorded : undefined;
  }

  private async get(id: string): Promise<Recorded> {
    const recorded = await this.find(id);
    if (recorded) return recorded;
    throw new TlacError("BAD_MESSAGE", "record.no-decision", { id: id.slice(0, 100) });
  }

  private classesOf({ entry }: Pick<Recorded, "entry">): readonly VocabularyClass[] {
    try {
      return findTyped(this.RED, entry.vocabulary.id)?.vocabulary.classes ?? [];
    } catch {
      // A vocabulary that cannot be read has been told at deploy.
      return [];
    }
  }

  private async keepDecision(
    { result, image }: ShownDecision,
    camera: string | null,
    signal: AbortSignal,
  ): Promise<void> {
    const record = this.record();
    const { id } = result;
    const known = await record.find(id);
    const hasPicture = known ? (await record.readPicture(known)) !== null : false;
    const picture = image && !hasPicture ? await toPicture(image, signal) : undefined;
    if (known) {
      if (picture) await record.keepPicture(id, picture);
      return;
    }
    // A decision that this process does not know came from another one: nobody knows its classes.
    const decision = findRecent(id) ?? {
      time: new Date().toISOString(),
      node: "",
      camera,
      vocabulary: { id: "", digest: "" },
      answers: [],
      result,
    };
    if (await record.append(decision, picture)) return;
    const { problem } = record.state;
    throw problem ?? new TlacError("BAD_MESSAGE", "review.no-decision");
  }

  private describe({ entry }: Recorded): WaitingItem {
    const { id, time, camera, result } = entry;
    const choices = result.ranking.slice(0, CHOICES);
    return {
      id,
      time,
      camera,
      description: result.description || (result.candidates[0]?.name ?? ""),
      decided: result.label,
      choices: choices.map(({ class: name, label }) => ({ class: name, label })),
    };
  }

  private async describeAnswers(standings: readonly Standing[]): Promise<GivenAnswer[]> {
    const loaded = await this.record().load(standings);
    return loaded.flatMap(({ entry, standing }) => {
      const answer = standing?.answer;
      if (!answer) return [];
      const { correct, who, time } = answer;
      const ranked = entry.result.ranking.find((one) => one.class === correct)?.label;
      const typed = this.classesOf({ entry }).find(({ id }) => id === correct)?.label;
      return [{ id: entry.id, label: ranked ?? typed ?? correct ?? null, who, time }];
    });
  }
}

async function toPicture(image: Uint8Array, signal: AbortSignal): Promise<Picture | undefined> {
  return (await readFrames(image, { signal })).frames[0];
}
