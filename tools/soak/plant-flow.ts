/**
 * The flow under torture: three cameras over MQTT, a `tlac` node each, one LMM server of two hosts,
 * one node for the alerts of all.
 */

import { dragNode } from "../../test/helpers/flow-nodes";

/** A node as a flow file has it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

export interface PlantOptions {
  readonly brokerPort: number;
  readonly lmmUrls: readonly string[];
  readonly classes: readonly string[];
  /** Counts up with each deploy of changed nodes, so that there is a change to deploy. */
  readonly revisions: Readonly<Record<string, number>>;
}

/** Each judges in another mode, so that all ways through the engine are under way at once. */
export const CAMERAS = [
  { name: "camera-1", mode: "cascade" },
  { name: "camera-2", mode: "slac" },
  { name: "camera-3", mode: "tlac" },
] as const;

export const SERVER_ID = "server";
export const DOORS = ["class", "review", "skipped"] as const;
export type Door = (typeof DOORS)[number];

export const judgeId = (camera: string): string => `judge-${camera}`;

/** Where a frame comes in; its id travels in the topic through all doors. */
export const frameTopic = (camera: string, id: string): string => `plant/${camera}/${id}`;
export const ALERT_ID = "alert";
/** By frames alone, so that a model of the rules needs no clock. */
export const ALERT_RULES = { raiseFrames: 3, raiseOf: 5, clearFrames: 4 } as const;

/** Complete flow, config nodes included. */
export function createPlantFlow(options: PlantOptions): FlowNode[] {
  const place = { z: "tab", x: 100, y: 100 };
  const revision = (id: string): string => String(options.revisions[id] ?? 0);
  const cameras = CAMERAS.flatMap(({ name, mode }): FlowNode[] => [
    {
      ...place,
      id: `in-${name}`,
      type: "mqtt in",
      topic: frameTopic(name, "+"),
      qos: "0",
      datatype: "buffer",
      broker: "broker",
      inputs: 0,
      wires: [[`name-${name}`]],
    },
    {
      ...place,
      id: `name-${name}`,
      type: "change",
      rules: [
        { t: "set", p: "camera", pt: "msg", to: name, tot: "str" },
        { t: "set", p: "timestamp", pt: "msg", to: "", tot: "date" },
      ],
      wires: [[judgeId(name)]],
    },
    {
      ...dragNode("tlac", judgeId(name)),
      // Each frame is to meet the servers and their faults.
      unchanged: "off",
      ...place,
      name: revision(judgeId(name)),
      vocabulary: "vocabulary",
      server: SERVER_ID,
      mode,
      loadAtDeploy: true,
      wires: DOORS.map((door) => [door, ALERT_ID]),
    },
  ]);
  return [
    { id: "tab", type: "tab", label: "plant" },
    {
      id: "broker",
      type: "mqtt-broker",
      broker: "127.0.0.1",
      port: String(options.brokerPort),
      clientid: "",
      autoConnect: true,
      protocolVersion: "4",
      keepalive: "60",
      cleansession: true,
    },
    {
      ...dragNode("lmm-server", SERVER_ID),
      name: revision(SERVER_ID),
      host: options.lmmUrls.join(", "),
      connectTimeout: 2,
      loadTimeout: 5,
      answerTimeout: 5,
      totalTimeout: 10,
      // Short and impatient, so that each reason to skip a frame happens.
      queueLength: 2,
      maxAge: 3,
      latestOnly: true,
    },
    {
      id: "vocabulary",
      type: "tlac-vocabulary",
      classes: options.classes.join("\n"),
      template: "",
    },
    ...cameras,
    {
      ...place,
      id: "class",
      type: "mqtt out",
      topic: "classes",
      broker: "broker",
      qos: "0",
      retain: "false",
      wires: [],
    },
    {
      ...dragNode("tlac-alert", ALERT_ID),
      ...place,
      ...{ ...ALERT_RULES, level: "none", cooldown: 0, picture: "none" },
      name: revision(ALERT_ID),
      wires: [["told"], ["told"], []],
    },
    {
      ...{ ...place, id: "told", type: "mqtt out", broker: "broker", wires: [] },
      ...{ topic: "", qos: "1", retain: "false" },
    },
    ...["review", "skipped", "caught"].map((id) => ({
      ...place,
      id,
      type: "debug",
      active: false,
      tosidebar: true,
      console: false,
      complete: "true",
      wires: [],
    })),
    {
      ...place,
      id: "catch",
      type: "catch",
      scope: CAMERAS.map(({ name }) => judgeId(name)),
      uncaught: false,
      wires: [["caught", ALERT_ID]],
    },
  ];
}
