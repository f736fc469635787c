import assert from "node:assert/strict";

import { TlacError } from "../../lib/errors";
import { resolveHost } from "../../lib/lmm/ollama/host";

describe("an Ollama server's address", () => {
  for (const [given, expected] of [
    ["", "http://127.0.0.1:11434"],
    ["example.com", "http://example.com:11434"],
    ["example.com:1234", "http://example.com:1234"],
    [":1234", "http://127.0.0.1:1234"],
    ["http://example.com", "http://example.com:80"],
    ["https://example.com", "https://example.com:443"],
    ["https://example.com/ollama/", "https://example.com:443/ollama"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["0.0.0.0:99", "http://127.0.0.1:99"],
    ["::", "http://[::1]:11434"],
    ["[::]:99", "http://[::1]:99"],
    ["::1", "http://[::1]:11434"],
    [' "example.com" ', "http://example.com:11434"],
    ["example.com:66000", "http://example.com:11434"],
    ["example.com:x", "http://example.com:11434"],
  ] as const) {
    it(`reads ${JSON.stringify(given)} as ${expected}`, () => {
      assert.equal(resolveHost(given, {}).url, expected);
    });
  }

  it("takes OLLAMA_HOST where nothing is given", () => {
    assert.equal(resolveHost("", { OLLAMA_HOST: "0.0.0.0:5" }).url, "http://127.0.0.1:5");
    assert.equal(resolveHost("a:1", { OLLAMA_HOST: "b:2" }).url, "http://a:1");
  });

  it("keeps user and password out of the address", () => {
    const { url, authorization } = resolveHost("https://me:s%40fe@example.com", {});
    assert.equal(url, "https://example.com:443");
    assert.equal(authorization, `Basic ${Buffer.from("me:s@fe").toString("base64")}`);
  });

  for (const password of [
    "pa/ss",
    "pa#ss",
    "pa?ss",
    "p@ss",
    "p@s/s",
    "1/ss",
    "pa:ss",
    "80/x",
    "%zz/",
  ]) {
    it(`takes ${password} for a password, and shows no part of it`, () => {
      for (const host of [
        `http://me:${password}@plant:8080/ollama`,
        `me:${password}@plant:8080/ollama`,
      ]) {
        const { url, authorization } = resolveHost(host, {});
        assert.equal(url, "http://plant:8080/ollama");
        const sent = Buffer.from(authorization?.slice(6) ?? "", "base64").toString();
        assert.equal(sent, `me:${password}`);
      }
      assert.throws(
        () => resolveHost(`ftp://me:${password}@plant`, {}),
        (error) => error instanceof TlacError && !error.message.includes(password),
      );
      assert.throws(
        () => resolveHost(`http://me:${password}@a b`, {}),
        (error) => error instanceof TlacError && !error.message.includes(password),
      );
    });
  }

  for (const given of ["ftp://example.com", "http://exa mple", "ftp://me:secret@example.com"]) {
    it(`refuses ${given}, without the password in its sentence`, () => {
      assert.throws(
        () => resolveHost(given, {}),
        (error) =>
          error instanceof TlacError &&
          error.code === "BAD_CONFIG" &&
          !error.message.includes("secret"),
      );
    });
  }
});
