import assert from "node:assert/strict";

import type { AlertChange, AlertEvent } from "../../lib/alert/alert-event";
import { toPayload, toTopic } from "../../lib/alert/alert-message";
import { describeEvent } from "../../lib/alert/describe-event";
import { announceEntity, removeEntity } from "../../lib/alert/discovery";
import { MINUTE, SECOND } from "../helpers/fake-clock";

/** Ten o'clock where the specs run. */
const TEN = new Date(2026, 0, 31, 10, 0, 7).getTime();

const EVENT: AlertEvent = {
  change: "raised",
  isRaised: true,
  camera: "gate",
  class: "forklift",
  label: "forklift",
  level: "critical",
  since: TEN,
  durationMs: 12 * SECOND,
  count: 3,
  confidence: 0.937,
  decision: "d1",
  language: null,
};

describe("alerts: messages", () => {
  it("tell all of an alert as JSON", () => {
    assert.deepEqual(toPayload(EVENT, "en-US"), {
      event: "raised",
      state: "raised",
      kind: "class",
      camera: "gate",
      class: "forklift",
      label: "forklift",
      level: "critical",
      since: new Date(TEN).toISOString(),
      duration: 12,
      count: 3,
      confidence: 0.937,
      decision: "d1",
      text: "gate: forklift, in 3 frame(s) since 10:00:07 (confidence 93 %).",
    });
    assert.equal(toPayload({ ...EVENT, since: 1e20 }, "en-US").since, null);
  });

  it("have a topic of their own for each camera and class, whatever these are called", () => {
    const topics = [
      ["gate", "forklift"],
      ["gate/forklift", "x"],
      ["gate", "forklift/x"],
      ["gate", "forklift%2Fx"],
      ["", "forklift"],
      ["gate", null],
      ["gate/x", null],
      ["門 1", "フォークリフト"],
      ["a+b", "c#d"],
      ["a%2Bb", "c%23d"],
      ["a\0b", "c\nd"],
    ] as const;
    const all = topics.map(([camera, id]) => toTopic({ camera, class: id }, "tlac"));
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(all.slice(0, 2), ["tlac/alert/gate/forklift", "tlac/alert/gate/forklift/x"]);
    assert.equal(all[5], "tlac/camera/gate");
    assert.equal(all[7], "tlac/alert/門 1/フォークリフト");
    for (const topic of all) assert.doesNotMatch(topic, /[+#\p{Cc}]/u);
    assert.equal(toTopic(EVENT, ""), "alert/gate/forklift");
  });

  it("say in one sentence what has become of it, in both languages", () => {
    const say = (more: Partial<AlertEvent>, language: "en-US" | "ja" = "en-US"): string =>
      describeEvent({ ...EVENT, ...more }, language);
    assert.equal(say({ confidence: null }), "gate: forklift, in 3 frame(s) since 10:00:07.");
    assert.equal(
      say({ change: "escalated", durationMs: 15 * MINUTE }),
      "gate: forklift for 15 min now. The level is critical.",
    );
    assert.equal(
      say({ change: "cleared", isRaised: false, durationMs: 26 * 60 * MINUTE }),
      "gate: forklift is over, after 1 d 2 h.",
    );
    assert.equal(say({ change: "state", isRaised: false }), "gate: no alert for forklift.");
    assert.equal(
      say({ class: null, durationMs: 5 * MINUTE, camera: "" }),
      "camera: no picture for 5 min, since 10:00:07. Check the camera and its network.",
    );
    assert.equal(
      say({ label: "フォークリフト", camera: "門" }, "ja"),
      "門: フォークリフトを検出しました（10:00:07 から 3 枚、確信度 93 %）。",
    );
    assert.equal(
      say({ class: null, change: "cleared", durationMs: 90 * MINUTE }, "ja"),
      "gate: 画像が再び届きました（1 時間 30 分途絶）。",
    );
    for (const language of ["en-US", "ja"] as const) {
      for (const id of ["forklift", null]) {
        for (const change of ["raised", "escalated", "cleared", "state"] as AlertChange[]) {
          for (const isRaised of [true, false]) {
            const text = say({ class: id, change, isRaised, since: null }, language);
            assert.match(text, /^gate: .+[.。]$/);
            assert.doesNotMatch(text, /alert\.|undefined|NaN|\{/);
          }
        }
      }
    }
  });
});

describe("alerts: Home Assistant", () => {
  const options = {
    discoveryPrefix: "homeassistant",
    topicPrefix: "tlac",
    language: "ja",
  } as const;

  it("learns of each camera and class as a binary sensor of the camera's device", () => {
    const { topic, payload } = announceEntity({ ...EVENT, camera: "門/1", label: "ねじ" }, options);
    // Node id and object id hold letters, digits, _ and - alone.
    assert.match(topic, /^homeassistant\/binary_sensor\/[\w-]+\/[\w-]+\/config$/);
    const entity = payload as Record<string, unknown> & { device: Record<string, unknown> };
    assert.equal(entity.state_topic, "tlac/alert/門/1/forklift");
    assert.equal(entity.json_attributes_topic, entity.state_topic);
    assert.deepEqual([entity.name, entity.device.name], ["ねじ", "門/1"]);
    assert.match(String(entity.value_template), /value_json\.state == 'raised'/);
    const other = announceEntity({ ...EVENT, camera: "門/1", class: null }, options);
    const twin = other.payload as typeof entity;
    assert.notEqual(twin.unique_id, entity.unique_id);
    assert.notEqual(other.topic, topic);
    assert.deepEqual(twin.device.identifiers, entity.device.identifiers);
    assert.equal(twin.name, "画像なし");
  });

  it("forgets one by an empty message on the same topic", () => {
    const { topic } = announceEntity(EVENT, options);
    assert.deepEqual(removeEntity(EVENT, options), { topic, payload: "" });
  });
});
