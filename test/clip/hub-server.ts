import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one request for a file. */
export type Fault =
  | { readonly kind: "status"; readonly status: number }
  /** Sends so many bytes of what was asked for, then cuts the connection. */
  | { readonly kind: "cut"; readonly after: number }
  /** Sends so many bytes, then nothing, with the connection open. */
  | { readonly kind: "stall"; readonly after: number }
  | { readonly kind: "wrong-bytes" }
  /** Answers a range with the whole file. */
  | { readonly kind: "no-ranges" }
  /** Sends on to a new name of the repository first, with a relative address. */
  | { readonly kind: "renamed" }
  | { readonly kind: "loop" }
  /** A page to sign in at, as a captive portal sends it. */
  | { readonly kind: "page" };

export interface SeenRequest {
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

/**
 * Serves files as the model hub does: `/owner/name/resolve/revision/file`; small files at once with
 * git's hash as entity tag, large ones by way of a storage address, with their SHA-256 in the
 * redirect only.
 */
export class HubServer {
  readonly requests: SeenRequest[] = [];
  /** What every branch points at. */
  commit = "0123456789abcdef0123456789abcdef01234567";
  private readonly faults = new Map<string, Fault[]>();

  private constructor(
    private readonly server: Server,
    private readonly files: Map<string, Buffer>,
  ) {}

  static async start(files: ReadonlyMap<string, Buffer>): Promise<HubServer> {
    const server = createServer();
    const hub = new HubServer(server, new Map(files));
    server.on("request", (request, response) => {
      hub.handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** The next requests for `file` fail so, in this order. */
  fail(file: string, ...faults: Fault[]): void {
    this.faults.set(file, faults);
  }

  /** A new version of a file. */
  replace(file: string, content: Buffer): void {
    this.files.set(file, content);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", this.url);
    const { range = null, authorization = null } = request.headers;
    this.requests.push({ path: pathname, range, authorization });
    const [, file] = /^\/(?:[^/]+\/[^/]+\/resolve\/[^/]+|storage)\/(.+)$/.exec(pathname) ?? [];
    const content = file === undefined ? undefined : this.files.get(file);
    if (file === undefined || !content) {
      response.writeHead(404).end("Entry not found");
      return;
    }
    response.setHeader("x-repo-commit", this.commit);
    const isLarge = file.endsWith(".onnx");
    const stored = pathname.startsWith("/storage/");
    const fault = isLarge && !stored ? this.peek(file) : this.take(file);
    if (fault?.kind === "status") {
      response.writeHead(fault.status).end();
    } else if (fault?.kind === "page") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>");
    } else if (fault?.kind === "loop") {
      response.writeHead(302, { location: pathname }).end();
    } else if (fault?.kind === "renamed" && !pathname.startsWith("/moved/")) {
      response.writeHead(307, { location: pathname.replace(/^\/[^/]+\//, "/moved/") }).end();
    } else if (isLarge && !stored) {
      response
        .writeHead(302, {
          location: `${this.url}/storage/${file}`,
          "x-linked-etag": `"${createHash("sha256").update(content).digest("hex")}"`,
          "x-linked-size": content.length,
        })
        .end();
    } else {
      send(request, response, content, isLarge ? '"of-the-storage"' : gitTag(content), fault);
    }
  }

  /** A large file's fault strikes at the storage, except where the hub itself is what fails. */
  private peek(file: string): Fault | undefined {
    const [next] = this.faults.get(file) ?? [];
    return next?.kind === "status" || next?.kind === "loop" ? this.take(file) : next;
  }

  private take(file: string): Fault | undefined {
    const faults = this.faults.get(file);
    const next = faults?.[0];
    if (next?.kind !== "loop") faults?.shift();
    return next;
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  etag: string,
  fault: Fault | undefined,
): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const start = fault?.kind === "no-ranges" || from === undefined ? 0 : Number(from);
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${String(content.length)}` }).end();
    return;
  }
  const body = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    "content-length": body.length,
    ...(start > 0 ? { "content-range": contentRange(start, content.length) } : {}),
  });
  if (fault?.kind === "cut" || fault?.kind === "stall") {
    response.write(body.subarray(0, fault.after), () => {
      // A moment for the bytes to leave: a destroyed socket drops what it still holds.
      if (fault.kind === "cut") setTimeout(() => response.destroy(), 50);
    });
    return;
  }
  response.end(fault?.kind === "wrong-bytes" ? Buffer.from(body).fill(0) : body);
}

function contentRange(start: number, size: number): string {
  return `bytes ${String(start)}-${String(size - 1)}/${String(size)}`;
}

function gitTag(content: Buffer): string {
  const header = `blob ${String(content.length)}\0`;
  return `"${createHash("sha1").update(header).update(content).digest("hex")}"`;
}
