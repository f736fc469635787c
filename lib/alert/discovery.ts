import { createHash } from "node:crypto";

import { translate, type Language } from "../i18n/catalogue";
import type { AlertEvent } from "./alert-event";
import { toTopic } from "./alert-message";

/** A message that makes Home Assistant know an entity, or forget it. */
export interface DiscoveryMessage {
  readonly topic: string;
  /** Empty: the entity is gone. */
  readonly payload: object | "";
}

export interface DiscoveryOptions {
  /** Where Home Assistant listens, usually `homeassistant`. */
  readonly discoveryPrefix: string;
  /** Of the alerts' own topics. */
  readonly topicPrefix: string;
  readonly language: Language;
}

const HOME = "https://github.com/tlac/node-red-tlac";

/**
 * A binary sensor per camera and class, the cameras as devices. Form:
 * https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
 */
export function announceEntity(
  event: Pick<AlertEvent, "camera" | "class" | "label" | "language">,
  options: DiscoveryOptions,
): DiscoveryMessage {
  const { topicPrefix } = options;
  const language = event.language ?? options.language;
  const state = toTopic(event, topicPrefix);
  const camera = event.camera || translate("alert.camera", {}, language);
  return {
    topic: entityTopic(event, options),
    payload: {
      name: event.class === null ? translate("alert.no-picture", {}, language) : event.label,
      unique_id: `tlac_${hash(state)}`,
      state_topic: state,
      value_template: "{{ 'ON' if value_json.state == 'raised' else 'OFF' }}",
      json_attributes_topic: state,
      // The thumbnail is too long for the database of states.
      json_attributes_template:
        "{{ dict(value_json.items() | rejectattr(0, 'eq', 'thumbnail')) | tojson }}",
      device_class: "problem",
      device: {
        identifiers: [`tlac_${hash(`${topicPrefix}/${event.camera}`)}`],
        name: camera,
        manufacturer: "TLAC",
        model: "tlac-alert",
      },
      origin: { name: "@tlac/node-red-tlac", support_url: HOME },
    },
  };
}

/** The same entity's end. */
export function removeEntity(
  subject: Pick<AlertEvent, "camera" | "class">,
  options: DiscoveryOptions,
): DiscoveryMessage {
  return { topic: entityTopic(subject, options), payload: "" };
}

function entityTopic(
  subject: Pick<AlertEvent, "camera" | "class">,
  { discoveryPrefix, topicPrefix }: DiscoveryOptions,
): string {
  const id = hash(toTopic(subject, topicPrefix));
  return `${discoveryPrefix}/binary_sensor/tlac/${id}/config`;
}

/** Ids there have letters, digits, `_` and `-` alone; cameras and classes have any. */
function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
