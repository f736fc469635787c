import type { NodeMessage } from "node-red";

import type { AlertEvent } from "../../../lib/alert/alert-event";
import type { Dispatch } from "../../../lib/alert/alert-desk";
import { toPayload, toTopic, type AlertPayload } from "../../../lib/alert/alert-message";
import { announceEntity, removeEntity, type DiscoveryOptions } from "../../../lib/alert/discovery";
import { readFrames } from "../../../lib/frame/read-frames";
import type { Language } from "../../../lib/i18n/catalogue";
import { copyOut } from "../input/copy-out";

/** How the picture of an alert leaves. */
export const PICTURES = ["image", "thumbnail", "none"] as const;

export interface PostOptions {
  /** Of all topics. */
  readonly topicPrefix: string;
  /** Where Home Assistant listens; empty: it is not told. */
  readonly discoveryPrefix: string;
  readonly picture: (typeof PICTURES)[number];
  /** Where no frame has told the vocabulary's. */
  readonly language: Language;
  /** By the node's outputs. */
  readonly send: (ports: (NodeMessage | NodeMessage[] | null)[]) => void;
  readonly onError: (thrown: unknown) => void;
}

/** Pixels of the longer side: some 15 kB as JPEG. */
const THUMBNAIL_SIDE = 320;
const OUTPUTS = { raised: 0, escalated: 0, cleared: 1, state: undefined } as const;

interface Letter {
  readonly event: AlertEvent;
  readonly payload: AlertPayload;
  readonly image: Buffer | undefined;
}

/** Writes the messages of alerts: raised by output 1, cleared by output 2, all states by output 3. */
export class AlertPost {
  /** What Home Assistant calls each entity, by its state's topic. */
  private readonly entities = new Map<string, string>();

  constructor(private readonly options: PostOptions) {}

  /** Makes messages ready; what it gives back sends them at once. Never rejects. */
  async prepare(dispatches: readonly Dispatch[]): Promise<() => void> {
    const letters = await Promise.all(dispatches.map((dispatch) => this.write(dispatch)));
    return () => {
      for (const letter of letters) {
        const entity = this.announce(letter.event);
        if (entity) this.options.send([null, null, entity]);
        const output = OUTPUTS[letter.event.change];
        const told =
          output === undefined
            ? [null, null]
            : [0, 1].map((port) => (port === output ? this.toMessage(letter, false) : null));
        this.options.send([...told, this.toMessage(letter, true)]);
      }
    };
  }

  /** Lets Home Assistant forget what is no longer told of. */
  remove(events: readonly AlertEvent[]): void {
    if (!this.options.discoveryPrefix) return;
    for (const event of events) {
      this.entities.delete(toTopic(event, this.options.topicPrefix));
      const { topic, payload } = removeEntity(event, this.discovery);
      this.options.send([null, null, { topic, payload, retain: true }]);
    }
  }

  private async write({ event, picture }: Dispatch): Promise<Letter> {
    const { picture: form, language, onError } = this.options;
    const payload = toPayload(event, language);
    if (!picture || form === "none") return { event, payload, image: undefined };
    if (form === "image") return { event, payload, image: picture };
    try {
      const [frame] = (await readFrames(picture, { maxSide: THUMBNAIL_SIDE })).frames;
      const thumbnail = frame && `data:image/jpeg;base64,${frame.jpeg.toString("base64")}`;
      return { event, payload: { ...payload, ...(thumbnail && { thumbnail }) }, image: undefined };
    } catch (thrown) {
      // An alert without its picture is one all the same.
      onError(thrown);
      return { event, payload, image: undefined };
    }
  }

  private toMessage({ event, payload, image }: Letter, retain: boolean): NodeMessage {
    const { camera } = event;
    const topic = toTopic(event, this.options.topicPrefix);
    return copyOut({
      topic,
      payload,
      camera,
      ...(image ? { image } : {}),
      ...(retain ? { retain } : {}),
    });
  }

  private announce(event: AlertEvent): NodeMessage | undefined {
    if (!this.options.discoveryPrefix) return undefined;
    const key = toTopic(event, this.options.topicPrefix);
    // What is told once more may be for one who was not there.
    if (event.change !== "state" && this.entities.get(key) === event.label) return undefined;
    this.entities.set(key, event.label);
    return { ...announceEntity(event, this.discovery), retain: true };
  }

  private get discovery(): DiscoveryOptions {
    return this.options;
  }
}
