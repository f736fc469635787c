import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";

import { readProperty, type PropertySource } from "./read-property";

/** The fields of a dialog that say which camera a message is of. */
export interface CameraSettings {
  camera: string;
  cameraType: string;
}

/** The property that names the camera; undefined where the dialog has none. */
export function cameraSource({ camera, cameraType }: CameraSettings): PropertySource | undefined {
  return camera ? { property: camera, type: cameraType } : undefined;
}

/** What decides a message's turn in the queue. */
export interface Turn {
  /** `msg.camera`, else the dialog's property; undefined where neither is set. */
  readonly camera?: string;
  /** `msg.priority`: higher goes first; what is no finite number counts as none. */
  readonly priority?: number;
  /** Number of the message among all that have come; what it took to be read does not change it. */
  readonly arrival: number;
}

let arrivals = 0;

/** The camera of a message at a node that has no setting for it and can do without. */
export function nameCamera(message: NodeMessageInFlow): string | undefined {
  try {
    return toName(message.camera ?? message.topic ?? "");
  } catch {
    // A getter may throw, which is nobody's concern here.
    return undefined;
  }
}

/** Whose turn a message takes and how urgent it is. */
export async function readTurn(
  RED: NodeAPI,
  node: Node,
  settings: CameraSettings,
  message: NodeMessageInFlow,
): Promise<Turn> {
  const arrival = (arrivals += 1);
  const source = cameraSource(settings);
  const camera =
    message.camera ?? (source && (await readProperty(RED, node, source, message)).value) ?? "";
  const name = toName(camera);
  const { priority } = message;
  return {
    arrival,
    ...(name === undefined ? {} : { camera: name }),
    ...(Number.isFinite(priority) ? { priority: priority as number } : {}),
  };
}

function toName(camera: unknown): string | undefined {
  const named = typeof camera === "string" || typeof camera === "number";
  return named && camera !== "" ? String(camera) : undefined;
}
