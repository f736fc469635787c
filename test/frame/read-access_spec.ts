import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { resolveInside } from "../../lib/frame/allowed-path";
import type { FrameOptions } from "../../lib/frame/read-frames";
import { assertRefused, readOne } from "./assert-frame";
import { paintQuarters } from "./sample-images";

describe("frames: paths", () => {
  let root: string;
  let allowed: string;
  let png: Buffer;
  let options: FrameOptions;
  const at = (...parts: string[]): string => path.join(root, ...parts);

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), "frame-"));
    allowed = at("allowed");
    png = await paintQuarters(8, 6).png().toBuffer();
    options = { access: { folders: [allowed], hosts: [] } };
    await mkdir(at("allowed", "sub"), { recursive: true });
    await mkdir(at("allowed-not"));
    await writeFile(at("allowed", "a.png"), png);
    await writeFile(at("allowed", "sub", "..b.png"), png);
    await writeFile(at("allowed-not", "c.png"), png);
    await writeFile(at("allowed", "notes.txt"), "no picture");
    await symlink(at("allowed-not", "c.png"), at("allowed", "escape.png"));
    await symlink(at("allowed-not"), at("allowed", "folder"));
    await symlink(at("allowed", "a.png"), at("allowed", "inner.png"));
    await symlink(allowed, at("alias"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it("reads nothing unless the node allows it", async () => {
    await assertRefused(at("allowed", "a.png"), "BAD_IMAGE", /reading files is off/);
    await assertRefused("shot.jpg", "BAD_IMAGE", /reading files is off/);
    await assertRefused("C:\\camera\\shot.jpg", "BAD_IMAGE", /reading files is off/);
  });

  it("reads a file inside an allowed folder, by any name that leads there", async () => {
    const { hash } = await readOne(png);
    const names = [
      at("allowed", "a.png"),
      "a.png",
      "./a.png",
      "sub/..b.png",
      at("allowed", "sub", "..", "a.png"),
      at("allowed", "inner.png"),
      pathToFileURL(at("allowed", "a.png")).href,
    ];
    for (const name of names) assert.equal((await readOne(name, options)).hash, hash, name);
    // The allowed folder itself may be a link.
    const alias = { access: { folders: ["/nowhere", at("alias")], hosts: [] } };
    assert.equal((await readOne("a.png", alias)).hash, hash);
  });

  it("lets no path out of the folder: not by .., not by a link, not by a like name", async () => {
    const names = [
      at("allowed-not", "c.png"),
      "../allowed-not/c.png",
      at("allowed", "..", "allowed-not", "c.png"),
      at("allowed", "escape.png"),
      at("allowed", "folder", "c.png"),
      pathToFileURL(at("allowed-not", "c.png")).href,
      // Whether there is such a file is nobody's business.
      at("allowed-not", "missing.png"),
    ];
    for (const name of names) await assertRefused(name, "BAD_IMAGE", /inside an allowed/, options);
  });

  it("reads by the real name of a folder that is allowed by a link", async () => {
    const linked = { access: { folders: [at("alias")], hosts: [] } };
    const { hash } = await readOne(png);
    assert.equal((await readOne(at("allowed", "a.png"), linked)).hash, hash);
  });

  it("says what is wrong with a file that it may read", async () => {
    await assertRefused("missing.png", "BAD_IMAGE", /there is none in the allowed/, options);
    await assertRefused("a\0.png", "BAD_IMAGE", /there is none in the allowed/, options);
    await assertRefused("notes.txt", "BAD_IMAGE", /got text/, options);
    await assertRefused("./sub", "BAD_IMAGE", /not a file/, options);
    await assertRefused("a.png", "BAD_IMAGE", /at most 10 bytes/, { ...options, maxBytes: 10 });
  });
});

describe("frames: paths by their form", () => {
  const inside: [string, string, string][] = [
    ["D:\\cam", "shot.jpg", "D:\\cam\\shot.jpg"],
    ["D:\\cam", "d:\\CAM\\sub\\shot.jpg", "d:\\CAM\\sub\\shot.jpg"],
    ["D:\\cam", "D:/cam/shot.jpg", "D:\\cam\\shot.jpg"],
    ["\\\\nas\\cam", "\\\\nas\\cam\\shot.jpg", "\\\\nas\\cam\\shot.jpg"],
    ["D:\\cam", "console.jpg", "D:\\cam\\console.jpg"],
  ];
  for (const [folder, file, target] of inside) {
    it(`Windows: ${file} lies in ${folder}`, () => {
      assert.equal(resolveInside(folder, file, path.win32), target);
    });
  }

  const outside: [string, string][] = [
    ["D:\\cam", "\\\\attacker\\share\\shot.jpg"],
    ["D:\\cam", "//attacker/share/shot.jpg"],
    ["D:\\cam", "\\\\?\\UNC\\attacker\\share\\shot.jpg"],
    ["D:\\cam", "\\\\.\\PhysicalDrive0"],
    ["\\\\nas\\cam", "\\\\nas\\other\\shot.jpg"],
    ["\\\\nas\\cam", "\\\\attacker\\cam\\shot.jpg"],
    ["D:\\cam", "..\\cam-not\\shot.jpg"],
    ["D:\\cam", "D:\\cam-not\\shot.jpg"],
    ["D:\\cam", "C:shot.jpg"],
    ["D:\\cam", "\\shot.jpg"],
    ["D:\\cam", "nul"],
    ["D:\\cam", "sub\\COM1.jpg"],
    ["D:\\cam", "shot.jpg:hidden"],
  ];
  for (const [folder, file] of outside) {
    it(`Windows: ${file} does not lie in ${folder}`, () => {
      assert.equal(resolveInside(folder, file, path.win32), null);
    });
  }
});

describe("frames: URLs", () => {
  let server: Server;
  let other: Server;
  let png: Buffer;
  let jpeg: Buffer;
  let origin: string;
  let options: FrameOptions;
  const asked: string[] = [];

  const host = (of: Server): string => `127.0.0.1:${(of.address() as AddressInfo).port}`;

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    "/a.png": (_, response) => response.end(png),
    "/endless": (_, response) => {
      // Until the reader hangs up.
      const feed = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", feed);
      feed();
    },
    "/declared": (_, response) => {
      response.writeHead(200, { "content-length": 10 ** 9 });
      response.write("x");
    },
    "/stream": (_, response) => {
      sendStream(response, `Content-Length: ${png.length}\r\n`);
    },
    "/stream-without-lengths": (_, response) => {
      sendStream(response, "");
    },
    "/stream-without-type": (_, response) => {
      sendStream(response, "", "application/octet-stream");
    },
    "/stream-of-jpegs": (_, response) => {
      response.writeHead(200, { "content-type": "image/jpeg" });
      const feed = (): void => {
        while (!response.destroyed && response.write(jpeg));
      };
      response.on("drain", feed);
      feed();
    },
    "/stream-of-nothing": (_, response) => {
      response.writeHead(200, { "content-type": "multipart/x-mixed-replace" });
      const feed = (): void => {
        while (!response.destroyed && response.write("\r\n".repeat(9000)));
      };
      response.on("drain", feed);
      feed();
    },
    "/login": (_, response) => {
      response.writeHead(200, { "content-type": "image/png" });
      response.end("<!doctype html><title>Login</title>");
    },
    "/empty": (_, response) => response.end(),
    "/silent": () => undefined,
    "/cut": (_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write(png.subarray(0, 40), () => response.destroy());
    },
    "/moved": (_, response) => {
      redirect(response, "/a.png");
    },
    "/loop": (_, response) => {
      redirect(response, "/loop");
    },
    "/elsewhere": (_, response) => {
      redirect(response, `http://${host(other)}/a.png`);
    },
    "/to-file": (_, response) => {
      redirect(response, "file:///etc/hostname");
    },
    "/digest": (_, response) => {
      response.writeHead(401, { "www-authenticate": 'Digest realm="cam", nonce="1"' }).end();
    },
    "/video": (_, response) => {
      response.writeHead(200, { "content-type": "video/mp4" });
      response.write("x");
    },
    "/private": (request, response) => {
      const basic = `Basic ${Buffer.from("eye:p@ss").toString("base64")}`;
      if (request.headers.authorization === basic) response.end(png);
      else response.writeHead(401).end();
    },
  };

  /** One picture after the other, until the reader hangs up. */
  function sendStream(
    response: ServerResponse,
    headers: string,
    type = "multipart/x-mixed-replace; boundary=--cam",
  ): void {
    response.writeHead(200, { "content-type": type });
    const head = Buffer.from(`--cam\r\nContent-Type: image/png\r\n${headers}\r\n`);
    const feed = (): void => {
      // In pieces, as a network cuts them.
      const part = Buffer.concat([head, png, Buffer.from("\r\n")]);
      while (
        !response.destroyed &&
        response.write(part.subarray(0, 50)) &&
        response.write(part.subarray(50))
      );
    };
    response.on("drain", feed);
    feed();
  }

  function redirect(response: ServerResponse, location: string): void {
    response.writeHead(302, { location }).end();
  }

  async function listen(): Promise<Server> {
    const created = createServer((request, response) => {
      asked.push(`${request.headers.host ?? ""}${request.url ?? ""}`);
      const route = routes[(request.url ?? "").split("?")[0]!];
      if (route) route(request, response);
      else response.writeHead(404).end("not here");
    });
    await new Promise<void>((resolve) => created.listen(0, "127.0.0.1", resolve));
    return created;
  }

  before(async () => {
    png = await paintQuarters(8, 6).png().toBuffer();
    jpeg = await paintQuarters(8, 6).jpeg().toBuffer();
    [server, other] = await Promise.all([listen(), listen()]);
    origin = `http://${host(server)}`;
    options = { access: { folders: [], hosts: ["camera-1", host(server)] } };
  });
  beforeEach(() => (asked.length = 0));
  after(async () => {
    for (const each of [server, other]) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
  });

  it("reads an image from an allowed host, also over a redirect and with a password", async () => {
    const { hash } = await readOne(png);
    assert.equal((await readOne(`${origin}/a.png?t=1`, options)).hash, hash);
    assert.equal((await readOne(`${origin}/moved`, options)).hash, hash);
    const secret = `http://eye:p%40ss@${host(server)}/private`;
    assert.equal((await readOne(secret, options)).hash, hash);
  });

  it("takes one picture of a camera's endless stream", async () => {
    const { hash } = await readOne(png);
    assert.equal((await readOne(`${origin}/stream`, options)).hash, hash);
    assert.equal((await readOne(`${origin}/stream-without-lengths`, options)).hash, hash);
    assert.equal((await readOne(`${origin}/stream-without-type`, options)).hash, hash);
    const first = await readOne(jpeg);
    assert.equal((await readOne(`${origin}/stream-of-jpegs`, options)).hash, first.hash);
    await assertRefused(`${origin}/stream-of-nothing`, "BAD_IMAGE", /unknown type|text/, options);
  });

  it("asks no server that the node does not allow", async () => {
    await assertRefused(`${origin}/a.png`, "BAD_IMAGE", /reading URLs is off/);
    await assertRefused(
      `http://${host(other)}/a.png`,
      "BAD_IMAGE",
      /allowed host \(camera-1/,
      options,
    );
    const samePort = `http://localhost:${(server.address() as AddressInfo).port}/a.png`;
    await assertRefused(samePort, "BAD_IMAGE", /allowed host/, options);
    // A name without a port stands for the default ports only.
    const nameOnly = { access: { folders: [], hosts: ["127.0.0.1"] } };
    await assertRefused(`${origin}/a.png`, "BAD_IMAGE", /allowed host/, nameOnly);
    assert.deepEqual(asked, []);
  });

  it("says what a camera is that gives no single image, and what to do", async () => {
    await assertRefused(`${origin}/digest`, "BAD_IMAGE", /Digest.*Basic/, options);
    await assertRefused(`${origin}/private`, "BAD_IMAGE", /user:password@host/, options);
    await assertRefused(
      `${origin}/video`,
      "BAD_IMAGE",
      /live stream \(video\/mp4\).*snapshot/,
      options,
    );
  });

  it("asks a camera that only speaks RTSP for another URL", async () => {
    await assertRefused("rtsp://camera-1/live", "BAD_IMAGE", /live stream \(RTSP\)/, options);
  });

  it("shows no part of a password that takes a URL apart", async () => {
    for (const password of ["zq9/zq8", "zq9#zq8", "zq9?zq8", "80/zq8", "80#zq8", "1?zq8"]) {
      const url = `http://eye:${password}@camera-1/jpg`;
      const { message } = await assertRefused(url, "BAD_IMAGE", /./, options);
      assert.doesNotMatch(message, /zq[89]|:80|:1\b/, message);
    }
  });

  it("follows no redirect off the allowed hosts or off http", async () => {
    await assertRefused(`${origin}/elsewhere`, "BAD_IMAGE", /allowed host/, options);
    assert.deepEqual(asked, [`${host(server)}/elsewhere`]);
    await assertRefused(`${origin}/to-file`, "BAD_IMAGE", /http or https/, options);
    await assertRefused(`${origin}/loop`, "BAD_IMAGE", /at most 5 redirects/, options);
  });

  it("says what came instead of an image", async () => {
    await assertRefused(`${origin}/missing`, "BAD_IMAGE", /answered 404/, options);
    await assertRefused(`${origin}/login`, "BAD_IMAGE", /got HTML/, options);
    await assertRefused(`${origin}/empty`, "BAD_IMAGE", /empty/, options);
    await assertRefused(`${origin}/cut`, "BAD_IMAGE", /could not fetch it/, options);
    await assertRefused("http://", "BAD_IMAGE", /http or https URL/, options);
  });

  it("says that nothing listens", async () => {
    const gone = await listen();
    const name = host(gone);
    await new Promise((resolve) => gone.close(resolve));
    const access = { folders: [], hosts: [name] };
    await assertRefused(`http://${name}/a.png`, "BAD_IMAGE", /ECONNREFUSED/, { access });
    const tls = `https://${host(server)}/a.png`;
    await assertRefused(tls, "BAD_IMAGE", /does not speak TLS\. Write http/, options);
  });

  it("stops at the limit of bytes, whether the server declares the length or not", async () => {
    const small = { ...options, maxBytes: 100_000 };
    await assertRefused(`${origin}/endless`, "BAD_IMAGE", /at most 100000 bytes/, small);
    await assertRefused(`${origin}/declared`, "BAD_IMAGE", /at most 100000 bytes/, small);
  });

  it("gives up on a silent server at the deadline, and at once when its caller closes", async () => {
    const hurried = { ...options, fetchTimeoutMs: 30 };
    await assertRefused(`${origin}/silent`, "BAD_IMAGE", /within 30 ms/, hurried);
    const caller = new AbortController();
    const refused = assertRefused(`${origin}/silent`, "CLOSED", /closed/, {
      ...options,
      signal: caller.signal,
    });
    caller.abort();
    await refused;
  });

  it("keeps passwords and queries out of its sentences", async () => {
    const secret = `http://eye:wrong@${host(server)}/private?token=abc`;
    const error = await assertRefused(secret, "BAD_IMAGE", /wants user and password/, options);
    assert.doesNotMatch(error.message, /wrong|eye|abc/);
  });
});
