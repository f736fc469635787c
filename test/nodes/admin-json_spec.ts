import assert from "node:assert/strict";
import { request } from "node:http";

import type { NodeAPI, NodeInitializer } from "node-red";

import clipModel from "../../nodes/clip-model";
import lmmCandidates from "../../nodes/lmm-candidates";
import lmmServer from "../../nodes/lmm-server";
import tlac from "../../nodes/tlac";
import tlacVocabulary from "../../nodes/tlac-vocabulary";
import { startAdmin, type AdminServer } from "./admin-server";

/** Every way in which a page of another origin can post without asking first. */
const FORMS: readonly (string | undefined)[] = [
  "text/plain",
  "text/plain; charset=application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonp",
  undefined,
];

describe("admin endpoints", () => {
  let admin: AdminServer;
  const posts: string[] = [];

  before(async () => {
    const all: NodeInitializer = (RED) => {
      const post = RED.httpAdmin.post.bind(RED.httpAdmin) as (...args: unknown[]) => unknown;
      const watched = new Proxy(RED.httpAdmin, {
        get: (app, key) => {
          if (key !== "post") return Reflect.get(app, key) as unknown;
          return (path: string, ...handlers: unknown[]) => {
            posts.push(path);
            return post(path, ...handlers);
          };
        },
      });
      const api = Object.assign(Object.create(RED) as NodeAPI, { httpAdmin: watched });
      for (const type of [clipModel, lmmCandidates, lmmServer, tlac, tlacVocabulary]) type(api);
    };
    admin = await startAdmin(all, []);
  });
  after(() => admin.close());

  it("take posts that say they are JSON or bytes, and none that a foreign form can send", async () => {
    assert.ok(posts.length >= 10, posts.join());
    for (const path of posts) {
      const place = path.replace(":id", "none");
      for (const type of FORMS) {
        const { status, text } = await post(place, type, '{"host":"http://example.org"}');
        assert.equal(status, 415, `${place} ${String(type)}`);
        assert.equal(text, '{"code":"NOT_JSON"}');
      }
      const isFile = path.endsWith("/photo");
      const own = isFile ? "application/octet-stream" : "application/json; charset=utf-8";
      const { status } = await post(place, own, "{}");
      assert.notEqual(status, 415, place);
    }
  });

  function post(
    path: string,
    type: string | undefined,
    body: string,
  ): Promise<{ status: number | undefined; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = type === undefined ? {} : { "content-type": type };
      const sent = request(`${admin.url}${path}`, { method: "POST", headers }, (response) => {
        let text = "";
        response.on("data", (part) => (text += String(part)));
        response.on("end", () => {
          resolve({ status: response.statusCode, text });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
});
