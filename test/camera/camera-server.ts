/**
 * A camera as plants have them, on a real socket: snapshots and MJPEG behind Basic or Digest. It
 * checks a login by RFC 7616 with code of its own, so that nothing signs what it checks itself.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import path from "node:path";

export const USER = "operator";
export const PASSWORD = 'se"cret: ключ';

export type Auth = "none" | "basic" | "bearer" | Digest;

export interface Digest {
  readonly algorithm?: string;
  /** Null: as before RFC 2617. */
  readonly qop?: string | null;
  /** Requests that a nonce serves for. */
  readonly uses?: number;
  /** Whether a nonce that is used up is called stale. */
  readonly saysStale?: boolean;
  readonly userhash?: boolean;
}

export interface CameraOptions {
  readonly auth?: Auth | readonly Auth[];
  readonly tls?: boolean;
  readonly realm?: string;
  readonly password?: string;
}

export interface CameraServer {
  readonly host: string;
  readonly url: string;
  /** What was asked for, oldest first: method, path and kind of login. */
  readonly asked: string[];
  /** How the next pictures are answered; the last of these from then on. */
  answers: (
    "picture" | "hang" | "drop" | "page" | "busy" | "stream" | "slow-stream" | "cut-stream"
  )[];
  picture: Buffer;
  readonly openSockets: number;
  close(): Promise<void>;
}

const FIXTURES = path.join(__dirname, "..", "fixtures", "tls");
const HASHES: Record<string, string> = {
  MD5: "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
};

/** A small picture that is a JPEG by its first and last bytes. */
export function jpegOf(text: string): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    Buffer.from(text),
    Buffer.from([0xff, 0xd9]),
  ]);
}

export async function startCamera(options: CameraOptions = {}): Promise<CameraServer> {
  const gate = new Gate(
    [options.auth ?? "none"].flat<readonly (Auth | readonly Auth[])[]>(),
    options,
  );
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = "", url = "", headers } = request;
    const kind = headers.authorization?.split(" ")[0] ?? "-";
    asked.push(`${method} ${url} ${kind}`);
    const refusal = gate.check(request);
    if (refusal) response.writeHead(401, { "www-authenticate": refusal }).end("login");
    else if (url.startsWith("/moved")) response.writeHead(302, { location: "/shot.jpg" }).end();
    else if (url.startsWith("/away"))
      response.writeHead(302, { location: "http://127.0.0.2/shot.jpg" }).end();
    else if (url.startsWith("/circle")) response.writeHead(302, { location: "/circle" }).end();
    else answer(response);
  };
  const answer = (response: ServerResponse): void => {
    const [next = "picture"] = camera.answers;
    if (camera.answers.length > 1) camera.answers.shift();
    ANSWERS[next](response, camera.picture);
  };
  const server: Server = options.tls
    ? createTlsServer(
        {
          key: readFileSync(path.join(FIXTURES, "server.key.pem")),
          cert: readFileSync(path.join(FIXTURES, "server.pem")),
        },
        serve,
      )
    : createServer(serve);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const camera: CameraServer = {
    host: `127.0.0.1:${port}`,
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`,
    asked,
    answers: ["picture"],
    picture: jpegOf("picture"),
    get openSockets() {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return camera;
}

const ANSWERS: Record<
  CameraServer["answers"][number],
  (response: ServerResponse, picture: Buffer) => void
> = {
  picture: (response, picture) => {
    response.writeHead(200, { "content-type": "image/jpeg" }).end(picture);
  },
  hang: () => undefined,
  drop: (response) => response.socket?.destroy(),
  page: (response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>Please log in</html>");
  },
  busy: (response) => {
    response.writeHead(503).end("busy");
  },
  /** Without lengths, as many cameras do, and as fast as it is read. */
  stream: (response, picture) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    let count = 0;
    const feed = (): void => {
      while (!response.destroyed && count < 100_000) {
        count += 1;
        const head = `--frame\r\nContent-Type: image/jpeg\r\nX-Count: ${count}\r\n\r\n`;
        if (!response.write(Buffer.concat([Buffer.from(head), picture, Buffer.from("\r\n")])))
          break;
      }
    };
    response.on("drain", feed);
    feed();
  },
  /** With lengths: one picture, and then nothing for ever. */
  "slow-stream": (response, picture) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    response.write(`--frame\r\nContent-Length: ${picture.length}\r\n\r\n`);
    response.write(picture);
  },
  "cut-stream": (response, picture) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    response.write(`--frame\r\nContent-Length: ${picture.length}\r\n\r\n`);
    response.end(picture);
  },
};

/** Lets in who is allowed to. */
class Gate {
  /** Uses of each nonce. */
  private readonly nonces = new Map<string, number>();

  private readonly realm: string;
  private readonly password: string;

  constructor(
    private readonly forms: readonly Auth[],
    { realm = 'IP Camera("C1")', password = PASSWORD }: CameraOptions,
  ) {
    this.realm = realm;
    this.password = password;
  }

  /** The challenge that a request is refused with; undefined: it may pass. */
  check({
    headers: { authorization = "" },
    method = "",
    url = "",
  }: IncomingMessage): string | undefined {
    if (this.forms.includes("none")) return undefined;
    const basic = `Basic ${Buffer.from(`${USER}:${this.password}`).toString("base64")}`;
    if (this.forms.includes("basic") && authorization === basic) return undefined;
    let isStale = false;
    for (const form of this.forms) {
      if (typeof form !== "object" || !authorization.startsWith("Digest ")) continue;
      const verdict = this.checkDigest(form, authorization.slice(7), method, url);
      if (verdict === "fine") return undefined;
      isStale ||= verdict === "stale" && form.saysStale !== false;
    }
    const nonce = randomBytes(12).toString("base64");
    this.nonces.set(nonce, 0);
    return this.forms.map((form) => this.challenge(form, nonce, isStale)).join(", ");
  }

  private challenge(form: Auth, nonce: string, isStale: boolean): string {
    if (typeof form === "string") return `${form === "basic" ? "Basic" : "Bearer"} realm="cam, 1"`;
    return [
      `Digest realm="${this.realm.replace(/["\\]/g, "\\$&")}"`,
      ...(form.qop === null ? [] : [`qop="${form.qop ?? "auth,auth-int"}"`]),
      `nonce="${nonce}"`,
      ...(form.algorithm ? [`algorithm=${form.algorithm}`] : []),
      ...(form.userhash ? ["userhash=true"] : []),
      `opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
      ...(isStale ? ["stale=TRUE"] : []),
    ].join(", ");
  }

  private checkDigest(form: Digest, header: string, method: string, url: string): string {
    const given = Object.fromEntries(
      [...header.matchAll(/(\w+)=(?:"((?:\\.|[^"\\])*)"|([^\s,]+))/g)].map(
        ([, name, quoted, plain]) => [
          name,
          quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1"),
        ],
      ),
    ) as Record<string, string>;
    const algorithm = form.algorithm ?? "MD5";
    const base = algorithm.replace(/-sess$/i, "");
    const hash = (text: string): string =>
      createHash(HASHES[base.toUpperCase()]!).update(text, "utf8").digest("hex");
    const { realm, password } = this;
    const user = form.userhash ? hash(`${USER}:${realm}`) : USER;
    if (given.username !== user || given.realm !== realm || given.uri !== url) return "wrong";
    if ((form.algorithm ?? undefined) !== given.algorithm) return "wrong";
    const count = (this.nonces.get(given.nonce ?? "") ?? Infinity) + 1;
    if (count > (form.uses ?? Number.MAX_VALUE)) return "stale";
    let secret = hash(`${USER}:${realm}:${password}`);
    if (base !== algorithm) secret = hash(`${secret}:${given.nonce}:${given.cnonce}`);
    const asked = hash(`${method}:${url}`);
    const middle =
      form.qop === null ? given.nonce : [given.nonce, given.nc, given.cnonce, "auth"].join(":");
    if (given.response !== hash(`${secret}:${middle}:${asked}`)) return "wrong";
    const isCounted =
      form.qop === null || (given.qop === "auth" && parseInt(given.nc ?? "", 16) === count);
    if (!isCounted) return "replayed";
    this.nonces.set(given.nonce!, count);
    return "fine";
  }
}
