import path from "node:path";

import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from "node-red";

import { AlertDesk, type Picture } from "../lib/alert/alert-desk";
import { readSightings } from "../lib/alert/sighting";
import { StateFolder } from "../lib/alert/state-folder";
import { within } from "../lib/async/waits";
import { SYSTEM_CLOCK } from "../lib/basics/clock";
import { TlacError, toError } from "../lib/errors";
import { toFolderName } from "../lib/examples/class-folders";
import { translate, type Language } from "../lib/i18n/catalogue";
import { AlertPost, PICTURES } from "./runtime/alert/alert-post";
import { alertStatus } from "./runtime/alert/alert-status";
import { readAlertRules, type AlertSettings } from "./runtime/alert/read-alert-rules";
import { readFrameTime } from "./runtime/alert/read-frame-time";
import { handleEach } from "./runtime/input/handle-each";
import { checkProperty, type PropertySource } from "./runtime/input/read-property";
import { cameraSource, readTurn, type CameraSettings } from "./runtime/input/read-turn";
import { cacheFolder } from "./runtime/models/cache-folder";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { readChoice } from "./runtime/settings/read-settings";
import { describeError, runtimeLanguage } from "./runtime/status/language";
import { failed } from "./runtime/status/node-status";

interface AlertDef extends NodeDef, CameraSettings, AlertSettings {
  /** When a frame was taken; empty: when it comes. */
  time: string;
  timeType: string;
  topicPrefix: string;
  /** Where Home Assistant listens; empty: it is not told. */
  discovery: string;
  picture: string;
}

/** Under the 15 s that Node-RED grants a closing node. */
const CLOSE_MS = 8_000;
/** Node-RED tells when all nodes are there; one that imitates it may not. */
const START_MS = 2_000;

export default function (RED: NodeAPI): void {
  function AlertNode(this: Node, def: AlertDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const opened = attempt(() =>
      openDesk(RED, this, def, language, () => {
        show();
      }),
    );
    const counts = { in: 0, failed: 0 };
    let failure = "error" in opened ? opened.error : undefined;
    let isClosed = false;

    const show = (): void => {
      if (isClosed) return;
      const { raised, cameras } = "error" in opened ? { raised: [], cameras: 0 } : opened.desk;
      const shown = alertStatus(raised, { ...counts, raised: raised.length, cameras }, language);
      this.status(failure ? { ...shown, ...failed(failure, language) } : shown);
    };

    handleEach(
      this,
      language,
      async (message) => {
        counts.in += 1;
        if ("error" in opened) throw opened.error;
        await opened.take(message);
      },
      (error) => {
        if (error) counts.failed += 1;
        failure = error;
        show();
      },
    );

    // In a later turn: a Status node that tells of it may not be there yet.
    setImmediate(show);
    if ("error" in opened) {
      this.error(describeError(opened.error, language));
      return;
    }
    const { desk } = opened;
    void within(START_MS, flowsStarted(RED))
      .then(() => desk.announce())
      .then(show)
      .catch((thrown: unknown) => {
        this.debug(toError(thrown).message);
      });
    this.on("close", (_removed: boolean, closed: () => void) => {
      isClosed = true;
      this.status({});
      void within(CLOSE_MS, desk.close()).finally(closed);
    });
  }
  RED.nodes.registerType("tlac-alert", AlertNode);
}

interface OpenDesk {
  readonly desk: AlertDesk;
  /** Throws what is wrong with the message, and `CLOSED`. */
  take(message: NodeMessageInFlow): Promise<void>;
}

/** Throws `BAD_CONFIG`. */
function openDesk(
  RED: NodeAPI,
  node: Node,
  def: AlertDef,
  language: Language,
  onChange: () => void,
): OpenDesk {
  checkEnvironment("tlac-alert", def);
  const rules = readAlertRules(def);
  const time: PropertySource | undefined = def.time
    ? { property: def.time, type: def.timeType }
    : undefined;
  for (const source of [time, cameraSource(def)]) if (source) checkProperty(RED, source);
  const onError = (thrown: unknown): void => {
    node.warn(describeError(thrown, language));
  };
  const post = new AlertPost({
    topicPrefix: readTopic(def.topicPrefix, "topicPrefix"),
    discoveryPrefix: readTopic(def.discovery, "discovery"),
    picture: readChoice(def.picture, PICTURES, "picture", "BAD_CONFIG") ?? "image",
    language,
    send: (ports) => {
      node.send(ports);
    },
    onError,
  });
  const folder = path.join(cacheFolder(RED), "alerts", toFolderName(node.id));
  const desk = new AlertDesk({
    rules,
    store: new StateFolder(folder),
    clock: SYSTEM_CLOCK,
    prepare: async (dispatches) => {
      const send = await post.prepare(dispatches);
      return () => {
        send();
        onChange();
      };
    },
    onTrouble: (kind, detail) => {
      const params = { file: detail, reason: detail };
      node.warn(translate(`alert.${kind}`, params, language));
    },
    onError,
  });
  return {
    desk,
    take: async (message) => {
      const { camera = "" } = await readTurn(RED, node, def, message);
      const { reset, announce } = message as { reset?: unknown; announce?: unknown };
      if (announce === true) await desk.announce();
      if (typeof reset === "string") post.remove(await desk.reset(reset));
      else if (reset === true) await desk.reset();
      if (announce === true || reset === true || typeof reset === "string") return;
      const taken = await readFrameTime(RED, node, time, message, Date.now());
      const { payload, skipped, error, image } = message as Partial<Record<string, unknown>>;
      const sightings = readSightings({ payload, skipped, error }, rules, taken);
      await desk.take(camera, sightings, [image].flat().map(toPicture));
    },
  };
}

function toPicture(image: unknown): Picture {
  return Buffer.isBuffer(image) ? image : undefined;
}

/** A part of topics, without a slash at its ends. Throws `BAD_CONFIG`. */
function readTopic(text: string, field: "topicPrefix" | "discovery"): string {
  const topic = (text || "").trim().replace(/^\/+|\/+$/g, "");
  if (!/[+#\p{Cc}]/u.test(topic)) return topic;
  throw new TlacError("BAD_CONFIG", "alert.bad-topic", {
    field: { key: `nodes.field-${field}` },
    value: topic,
  });
}

function flowsStarted(RED: NodeAPI): Promise<void> {
  return new Promise((resolve) => {
    RED.events.once("flows:started", () => {
      resolve();
    });
  });
}

function attempt<T extends object>(work: () => T): T | { readonly error: Error } {
  try {
    return work();
  } catch (thrown) {
    return { error: toError(thrown) };
  }
}
