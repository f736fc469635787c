import type { CameraOptions } from "../../../lib/camera/open-camera";
import { TlacError } from "../../../lib/errors";
import { toFingerprint, type TlsTrust } from "../../../lib/net/tls-trust";
import { readChoice, readNumber, type NumberField } from "../settings/read-settings";

/** Which certificates of a camera are trusted. */
export const TRUSTS = ["usual", "caFile", "pin", "none"] as const;

/** The fields of a dialog that say how a camera is asked. */
export interface CameraFields {
  address: string;
  /** Seconds; 0: only when a message comes. */
  interval: NumberField;
  /** Seconds. */
  cameraTimeout: NumberField;
  keepOpen: boolean;
  tls: string;
  caFile: string;
  fingerprint: string;
}

export interface CameraCredentials {
  user?: string;
  password?: string;
}

/** Hexadecimal digits of SHA-256. */
const FINGERPRINT_DIGITS = 64;

/** Throws `BAD_CONFIG`. */
export function readCameraOptions(
  fields: CameraFields,
  { user = "", password = "" }: CameraCredentials,
): CameraOptions {
  const interval = readNumber(fields.interval, "interval");
  return {
    address: fields.address || "",
    login: user ? { user, password } : undefined,
    trust: readTrust(fields),
    timeoutMs: 1_000 * readNumber(fields.cameraTimeout, "cameraTimeout"),
    intervalMs: interval > 0 ? 1_000 * interval : null,
    keepOpen: fields.keepOpen,
  };
}

function readTrust({ tls, caFile, fingerprint }: CameraFields): TlsTrust {
  const kind = readChoice(tls, TRUSTS, "tls", "BAD_CONFIG") ?? "usual";
  if (kind === "caFile") return { kind, file: (caFile || "").trim() };
  if (kind !== "pin") return { kind };
  const digits = toFingerprint(fingerprint || "");
  // An empty one fits no certificate: the refusal tells which one the camera shows.
  const isEmpty = !(fingerprint || "").trim();
  if (isEmpty || digits.length === FINGERPRINT_DIGITS) return { kind, fingerprint: digits };
  throw new TlacError("BAD_CONFIG", "camera.bad-pin", {
    value: (fingerprint || "").slice(0, 100),
    count: digits.length,
  });
}
