/**
 * A camera that speaks RTSP (RFC 2326) as far as ffmpeg asks for it: one video of JPEGs in RTP
 * (RFC 2435), interleaved in the one TCP connection. With a login by Basic on request.
 */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

export interface RtspServer {
  readonly url: string;
  /** Methods that were asked for, oldest first. */
  readonly asked: string[];
  readonly openSockets: number;
  close(): Promise<void>;
}

const FRAGMENT = 1_200;
const FRAMES_A_SECOND = 10;
/** Of the clock that times in RTP are told in. */
const TICKS_A_SECOND = 90_000;

/** `jpeg`: baseline, 4:2:0, with the Huffman tables of the standard, sides in steps of 8. */
export async function startRtspServer(
  jpeg: Buffer,
  login?: { user: string; password: string },
): Promise<RtspServer> {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = "";
    let timer: NodeJS.Timeout | undefined;
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearInterval(timer);
      sockets.delete(socket);
    });
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (;;) {
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) return;
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        const [method = ""] = request.split(" ");
        asked.push(method);
        socket.write(answer(request, method, login));
        if (method === "PLAY") timer = play(socket, jpeg);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `rtsp://127.0.0.1:${port}/stream`,
    asked,
    get openSockets() {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(
  request: string,
  method: string,
  login?: { user: string; password: string },
): string {
  const header = (name: string): string =>
    new RegExp(`^${name}: *(.*)$`, "im").exec(request)?.[1]?.trim() ?? "";
  const reply = (status: string, headers: Record<string, string>, body = ""): string => {
    const lines = Object.entries({ CSeq: header("CSeq"), Session: "1", ...headers });
    const length = body ? [`Content-Length: ${body.length}`] : [];
    const head = [`RTSP/1.0 ${status}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
    return `${[...head, ...length].join("\r\n")}\r\n\r\n${body}`;
  };
  const token = login && Buffer.from(`${login.user}:${login.password}`).toString("base64");
  if (token && method !== "OPTIONS" && header("Authorization") !== `Basic ${token}`) {
    return reply("401 Unauthorized", { "WWW-Authenticate": 'Basic realm="camera"' });
  }
  switch (method) {
    case "OPTIONS":
      return reply("200 OK", { Public: "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN" });
    case "DESCRIBE": {
      const sdp = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=camera", "t=0 0", "m=video 0 RTP/AVP 26"];
      const body = `${[...sdp, "a=control:track1"].join("\r\n")}\r\n`;
      return reply("200 OK", { "Content-Type": "application/sdp" }, body);
    }
    case "SETUP":
      return reply("200 OK", { Transport: "RTP/AVP/TCP;unicast;interleaved=0-1" });
    default:
      return reply("200 OK", {});
  }
}

/** Sends the picture again and again. */
function play(socket: Socket, jpeg: Buffer): NodeJS.Timeout {
  const { width, height, tables, scan } = readJpeg(jpeg);
  let sequence = 0;
  let time = 0;
  const send = (): void => {
    time += TICKS_A_SECOND / FRAMES_A_SECOND;
    for (let offset = 0; offset < scan.length; offset += FRAGMENT) {
      const part = scan.subarray(offset, offset + FRAGMENT);
      const isLast = offset + FRAGMENT >= scan.length;
      const rtp = Buffer.alloc(12);
      rtp[0] = 0x80;
      rtp[1] = 26 | (isLast ? 0x80 : 0);
      rtp.writeUInt16BE((sequence += 1) & 0xffff, 2);
      rtp.writeUInt32BE(time >>> 0, 4);
      // Type 1: 4:2:0. Q 255: the tables stand in front of the first fragment.
      const head = Buffer.alloc(8);
      head.writeUIntBE(offset, 1, 3);
      head.set([1, 255, width / 8, height / 8], 4);
      const quantisation = offset > 0 ? [] : [Buffer.from([0, 0, 0, tables.length]), tables];
      const packet = Buffer.concat([rtp, head, ...quantisation, part]);
      const frame = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
      socket.write(Buffer.concat([frame, packet]));
    }
  };
  send();
  return setInterval(send, 1_000 / FRAMES_A_SECOND);
}

interface JpegParts {
  readonly width: number;
  readonly height: number;
  /** Two of 64 bytes, as the file has them. */
  readonly tables: Buffer;
  /** Entropy-coded data. */
  readonly scan: Buffer;
}

function readJpeg(jpeg: Buffer): JpegParts {
  const tables: Buffer[] = [];
  let size = { width: 0, height: 0 };
  for (let at = 2; ;) {
    const marker = jpeg[at + 1]!;
    const length = jpeg.readUInt16BE(at + 2);
    const body = jpeg.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === 0xdb) {
      for (let table = 0; table < body.length; table += 65) {
        tables.push(body.subarray(table + 1, table + 65));
      }
    }
    if (marker === 0xc0) size = { height: body.readUInt16BE(1), width: body.readUInt16BE(3) };
    if (marker === 0xda) {
      return { ...size, tables: Buffer.concat(tables), scan: jpeg.subarray(at, jpeg.length - 2) };
    }
  }
}
