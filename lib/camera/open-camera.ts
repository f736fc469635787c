import { TlacError } from "../errors";
import type { Login } from "../net/http-login";
import type { TlsTrust } from "../net/tls-trust";
import { FfmpegCamera } from "./ffmpeg-camera";
import { HttpCamera } from "./http-camera";
import { OpenStream } from "./open-stream";
import type { PictureSource } from "./picture-source";

export interface CameraOptions {
  /** http, https, rtsp or rtsps; user and password may stand in it. */
  readonly address: string;
  readonly login: Login | undefined;
  readonly trust: TlsTrust;
  /** Milliseconds within which a picture must be there. */
  readonly timeoutMs: number;
  /** Milliseconds from one picture to the next; null: when somebody asks. */
  readonly intervalMs: number | null;
  /** Stays connected to a stream between its pictures. */
  readonly keepOpen: boolean;
}

const CLIENTS = {
  "http:": "http",
  "https:": "http",
  "rtsp:": "ffmpeg",
  "rtsps:": "ffmpeg",
} as const;
/** Seconds, where no interval says how often pictures of an open stream are wanted. */
const STREAM_SECONDS = 1;

/** The way to a camera's pictures; nothing is asked yet. Throws `BAD_CONFIG` for an address of no camera. */
export function openCamera(options: CameraOptions): PictureSource {
  const { address, trust, timeoutMs, intervalMs, keepOpen } = options;
  const { url, login } = readAddress(address, options.login);
  const client = CLIENTS[url.protocol as keyof typeof CLIENTS];
  const camera =
    client === "http"
      ? new HttpCamera({ url, login, trust, connectMs: timeoutMs })
      : new FfmpegCamera({
          url,
          login,
          intervalSeconds: intervalMs === null ? STREAM_SECONDS : intervalMs / 1_000,
        });
  if (!keepOpen) return camera;
  return new OpenStream(
    (signal) => camera.stream(signal),
    () => camera.close(),
  );
}

/** Host and port of an address, without its secrets; the address itself where it is none. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : "";
}

function readAddress(
  address: string,
  given: Login | undefined,
): { url: URL; login: Login | undefined } {
  const text = address.trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname || !(url.protocol in CLIENTS)) {
    throw new TlacError("BAD_CONFIG", "camera.bad-address");
  }
  const inside = { user: decode(url.username), password: decode(url.password) };
  url.username = "";
  url.password = "";
  url.hash = "";
  return { url, login: given ?? (inside.user ? inside : undefined) };
}

/** A password that was not encoded is taken as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
