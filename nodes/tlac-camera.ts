import type { Node, NodeAPI, NodeDef, NodeMessage, NodeStatus } from "node-red";

import { within } from "../lib/async/waits";
import { SYSTEM_CLOCK } from "../lib/basics/clock";
import { CameraWatch, type CameraState } from "../lib/camera/camera-watch";
import { hostOf, openCamera } from "../lib/camera/open-camera";
import { toError } from "../lib/errors";
import { translate, type Language } from "../lib/i18n/catalogue";
import {
  readCameraOptions,
  type CameraCredentials,
  type CameraFields,
} from "./runtime/camera/read-camera-options";
import { handleEach } from "./runtime/input/handle-each";
import { setFields } from "./runtime/input/set-fields";
import { checkEnvironment } from "./runtime/settings/check-environment";
import { describeError, runtimeLanguage } from "./runtime/status/language";
import { failed } from "./runtime/status/node-status";

interface CameraDef extends NodeDef, CameraFields {
  /** What the camera is called in `msg.topic` and `msg.camera`; empty: as the node, or its host. */
  cameraName: string;
}

/** `msg.payload` of output 2: a public API. */
interface CameraStatePayload {
  readonly camera: string;
  /** `failing`: it is tried again soon; `down`: it has failed several times. */
  readonly state: Exclude<CameraState["health"], "starting">;
  /** ISO 8601. */
  readonly since: string;
  readonly failures: number;
  /** Code of the last failure, as a Catch node gets it; null: there is none. */
  readonly code: string | null;
  /** One sentence. */
  readonly text: string;
}

/** Under the 15 s that Node-RED grants a closing node. */
const CLOSE_MS = 4_000;

export default function (RED: NodeAPI): void {
  function CameraNode(this: Node<CameraCredentials>, def: CameraDef): void {
    RED.nodes.createNode(this, def);
    const language = runtimeLanguage(RED);
    const camera = def.cameraName || def.name || hostOf(def.address || "");
    const counts = { in: 0, out: 0, failed: 0 };
    let isClosed = false;
    /** Of a message that somebody sent, where the camera itself goes on. */
    let watch: CameraWatch | undefined;
    let wrong: Error | undefined;

    const show = (): void => {
      if (isClosed) return;
      const shown = wrong ? failed(wrong, language) : cameraStatus(watch, def, language);
      this.status({ ...shown, ...{ counts: { ...counts } } });
    };
    const tell = (state: CameraState): void => {
      show();
      const payload = toPayload(camera, state, language);
      const message = { topic: camera, camera, payload } as NodeMessage;
      this.send([null, message]);
      // Once, however long it stays so: a Catch node hears of it as of any failure.
      if (state.health === "down") this.error(payload.text, { topic: camera, camera });
    };

    try {
      checkEnvironment("tlac-camera", def, { ...this.credentials });
      const options = readCameraOptions(def, this.credentials);
      watch = new CameraWatch({
        source: openCamera(options),
        intervalMs: options.intervalMs,
        timeoutMs: options.timeoutMs,
        clock: SYSTEM_CLOCK,
        onPicture: (payload, timestamp) => {
          counts.out += 1;
          this.send([{ topic: camera, camera, timestamp, payload }, null]);
        },
        onState: tell,
      });
    } catch (thrown) {
      wrong = toError(thrown);
      this.error(describeError(wrong, language));
    }

    handleEach(
      this,
      language,
      async (message, send) => {
        counts.in += 1;
        if (!watch) throw wrong ?? new Error("no camera");
        const payload = Buffer.from(await watch.take());
        const { topic = camera } = message;
        setFields(message, { topic, camera, timestamp: Date.now(), payload });
        counts.out += 1;
        send([message, null]);
      },
      (error) => {
        if (error) counts.failed += 1;
        show();
      },
    );
    // In a later turn: a Status node that tells of it may not be there yet.
    setImmediate(() => {
      show();
      if (!isClosed) watch?.start();
    });
    this.on("close", (_removed: boolean, closed: () => void) => {
      isClosed = true;
      this.status({});
      void within(CLOSE_MS, watch?.close() ?? Promise.resolve()).finally(closed);
    });
  }
  RED.nodes.registerType<Node<CameraCredentials>, CameraDef, object, CameraCredentials>(
    "tlac-camera",
    CameraNode,
    { credentials: { user: { type: "text" }, password: { type: "password" } } },
  );
}

function cameraStatus(
  watch: CameraWatch | undefined,
  { interval }: CameraDef,
  language: Language,
): NodeStatus {
  const { health = "starting", error = null } = watch?.current ?? {};
  switch (health) {
    case "starting": {
      const isIdle = Number(interval) === 0 && String(interval).trim() !== "";
      const key = isIdle ? "camera.status-idle" : "camera.status-starting";
      return { fill: "grey", shape: isIdle ? "dot" : "ring", text: translate(key, {}, language) };
    }
    case "ok":
      return { fill: "green", shape: "dot", text: translate("camera.status-ok", {}, language) };
    case "failing": {
      const text = translate("camera.status-failing", {}, language);
      return { fill: "yellow", shape: "ring", text };
    }
    case "down":
      return failed(error ?? new Error(), language);
  }
}

function toPayload(camera: string, state: CameraState, language: Language): CameraStatePayload {
  const { health, since, failures, error } = state;
  const known = health === "starting" ? "ok" : health;
  const reason = error ? describeError(error, language) : "";
  const params = { camera, count: failures, reason };
  return {
    camera,
    state: known,
    since: new Date(since).toISOString(),
    failures,
    code: (error as { code?: string } | null)?.code ?? null,
    text: translate(`camera.state-${known}`, params, language).trim(),
  };
}
