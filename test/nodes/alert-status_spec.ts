import assert from "node:assert/strict";

import type { AlertEvent } from "../../lib/alert/alert-event";
import { alertStatus } from "../../nodes/runtime/alert/alert-status";
import { MAX_TEXT } from "../../nodes/runtime/status/tally";
import { START } from "../helpers/fake-clock";

const EVENT: AlertEvent = {
  change: "state",
  isRaised: true,
  camera: "gate",
  class: "forklift",
  label: "forklift",
  level: "warning",
  since: START,
  durationMs: 0,
  count: 3,
  confidence: null,
  decision: null,
  language: null,
};
const COUNTS = { in: 0, failed: 0, raised: 0, cameras: 0 };

describe("the status of tlac-alert", () => {
  it("has at most 20 characters, whatever is raised", () => {
    const names = [
      "",
      "gate",
      "門 1",
      "cameras/hall 3/line 17/left",
      "六角穴付きボルト（頭部に傷）",
    ];
    for (const language of ["en-US", "ja"] as const) {
      for (const cameras of [0, 1, 999, 1_000]) {
        const { text = "" } = alertStatus([], { ...COUNTS, cameras }, language);
        assert.ok(text && text.length <= MAX_TEXT, text);
      }
      for (const label of names) {
        for (const camera of names) {
          for (const many of [1, 2, 1_000]) {
            for (const id of ["id", null]) {
              const event = { ...EVENT, label, camera, class: id };
              const raised = Array.from({ length: many }, () => event);
              const { text = "" } = alertStatus(raised, COUNTS, language);
              assert.ok(text.length <= MAX_TEXT, text);
            }
          }
        }
      }
    }
  });

  it("shows the loudest, of these the newest, in the colour of its level", () => {
    const info = { ...EVENT, label: "box", level: "info", since: START + 9 } as const;
    const older = { ...EVENT, label: "smoke", level: "critical" } as const;
    const newer = { ...older, label: "fire", since: START + 1 };
    const { fill, text } = alertStatus([EVENT, info, older, newer], COUNTS, "en-US");
    assert.deepEqual([fill, text], ["red", "4: fire gate"]);
    assert.equal(alertStatus([EVENT], COUNTS, "en-US").fill, "yellow");
    assert.equal(alertStatus([info], COUNTS, "en-US").fill, "blue");
    assert.equal(alertStatus([], { ...COUNTS, cameras: 2 }, "en-US").fill, "green");
    const silent = { ...EVENT, class: null, label: "" };
    assert.equal(alertStatus([silent], COUNTS, "ja").text, "画像なし gate");
  });
});
