import assert from "node:assert/strict";

import { drillError } from "../../lib/lmm/client/drill-error";
import { toCallFailure } from "../../lib/lmm/ollama/failure";
import { ServerFailure } from "../../lib/lmm/client/protocol";

const CONTEXT = {
  params: { server: "Ollama", host: "http://plant:11434", model: "llava:7b", numCtx: 4_096 },
  secrets: ["s3cr3t-key"],
};
const wrap = (inner: unknown): string => JSON.stringify({ error: JSON.stringify(inner) });

describe("a server's error", () => {
  it("is dug out of four layers", () => {
    let body: unknown = { error: { code: 500, message: "the core", type: "server_error" } };
    for (let layer = 0; layer < 3; layer += 1) body = { error: JSON.stringify(body) };
    assert.deepEqual(drillError(JSON.stringify(body)), {
      message: "the core",
      type: "server_error",
    });
  });

  it("is found before log lines and in a proxy's page", () => {
    const inner = `${JSON.stringify({ error: { message: "cudaMalloc failed: out of memory" } })}\nlog: {x}`;
    assert.match(drillError(JSON.stringify({ error: inner })).message, /^cudaMalloc failed/);
    assert.equal(
      drillError("<html><head><title>502 Bad Gateway</title></head></html>").message,
      "502 Bad Gateway",
    );
    assert.equal(drillError("").message, "");
  });

  it("is found in time where braces lead nowhere", () => {
    assert.ok(drillError(`{"a":[${"{},".repeat(20_000)}`).message.startsWith('{"a"'));
    // Each of these took seconds as a whole: what is looked at is bounded.
    for (const part of ["<", "<title>", "{", '{"error":', "[{", "\\u0000"]) {
      const body = part.repeat(64_000 / part.length);
      assert.ok(drillError(body).message.length <= 500);
      assert.ok(drillError(JSON.stringify({ error: body })).message.length <= 500);
    }
  });

  it("is found where Python's servers put it", () => {
    assert.equal(drillError('{"detail":"Model not found"}').message, "Model not found");
    const list = { detail: [{ loc: ["body", "model"], msg: "Field required" }] };
    assert.equal(drillError(JSON.stringify(list)).message, "Field required");
  });

  for (const [status, body, code, remedy] of [
    [404, '{"error":"model \'llava:7b\' not found"}', "LMM_MODEL_MISSING", "never"],
    [
      404,
      '{"error":"model \\"x\\" not found, try pulling it first"}',
      "LMM_MODEL_MISSING",
      "never",
    ],
    [404, "404 page not found", "LMM_UNREACHABLE", "never"],
    [405, "405 method not allowed", "LMM_UNREACHABLE", "never"],
    [302, "", "LMM_UNREACHABLE", "never"],
    [
      400,
      wrap({
        error: {
          code: 400,
          message: "request (5123 tokens) exceeds the available context size (4096 tokens)",
          type: "exceed_context_size_error",
          n_prompt_tokens: 5_123,
          n_ctx: 4_096,
        },
      }),
      "BAD_CONFIG",
      "never",
    ],
    [400, '{"error":"the input length exceeds the context length"}', "BAD_CONFIG", "never"],
    [
      400,
      wrap({
        error: {
          message: "Multimodal data provided, but model does not support multimodal requests.",
        },
      }),
      "LMM_NO_VISION",
      "never",
    ],
    [
      500,
      wrap({ error: { message: "image input is not supported - hint: … mmproj" } }),
      "LMM_NO_VISION",
      "never",
    ],
    [400, wrap({ error: { message: "Failed to load image or audio file" } }), "BAD_IMAGE", "never"],
    [500, '{"error":"decode WebP image: riff: short chunk header"}', "BAD_IMAGE", "never"],
    [500, '{"error":"invalid JSON schema in format"}', "BAD_CONFIG", "plain"],
    [
      400,
      wrap({
        error: {
          message:
            "Field 'json_schema': \"json_schema\": JSON schema conversion failed:\nUnrecognized schema: {}",
        },
      }),
      "BAD_CONFIG",
      "plain",
    ],
    [500, '{"error":"option \\"temperature\\" must be of type float32"}', "BAD_CONFIG", "never"],
    [400, '{"error":"time: missing unit in duration \\"10\\""}', "BAD_CONFIG", "never"],
    [
      503,
      '{"error":"server busy, please try again.  maximum pending requests exceeded"}',
      "LMM_BUSY",
      "wait",
    ],
    [429, "", "LMM_BUSY", "wait"],
    [413, "<title>413 Request Entity Too Large</title>", "BAD_CONFIG", "never"],
    [404, "<html><title>404 Not Found</title></html>", "LMM_UNREACHABLE", "never"],
    [404, '{"detail":"Not Found"}', "LMM_UNREACHABLE", "never"],
    [502, "<html>Bad Gateway</html>", "LMM_UNREACHABLE", "wait"],
    [
      500,
      '{"error":"model runner has unexpectedly stopped, this may be due to resource limitations"}',
      "LMM_UNREACHABLE",
      "crash",
    ],
    [
      500,
      '{"error":"llama-server process has terminated: signal: killed"}',
      "LMM_UNREACHABLE",
      "crash",
    ],
    [
      200,
      '{"error":"an error was encountered while running the model: unexpected EOF"}',
      "LMM_UNREACHABLE",
      "crash",
    ],
    [
      500,
      '{"error":"model requires more system memory (9 GiB) than is available (4 GiB)"}',
      "LMM_BUSY",
      "crash",
    ],
    [
      500,
      '{"error":"timed out waiting for llama runner to start - progress 0.00 - "}',
      "LMM_TIMEOUT",
      "crash",
    ],
    [500, '{"error":"prediction aborted, token repeat limit reached"}', "LMM_BAD_ANSWER", "reseed"],
    [500, "", "LMM_UNREACHABLE", "crash"],
    [401, '{"error":"unauthorized","signin_url":"x"}', "LMM_UNREACHABLE", "never"],
    [403, "", "LMM_UNREACHABLE", "never"],
  ] as const) {
    it(`${status} ${body.slice(0, 60)} is ${code}, healed by ${remedy}`, () => {
      const failure = toCallFailure(new ServerFailure(status, body), CONTEXT);
      assert.equal(failure.error.code, code);
      assert.equal(failure.remedy, remedy);
      assert.match(failure.error.message, /plant|llava/);
      assert.doesNotMatch(failure.error.message, /\{\{|undefined/);
      assert.match(failure.error.in("ja"), /[ぁ-ん]/);
    });
  }

  it("says what to do about a missing model", () => {
    const { error } = toCallFailure(
      new ServerFailure(404, '{"error":"model \'llava:7b\' not found"}'),
      CONTEXT,
    );
    assert.equal(
      error.message,
      "Ollama at http://plant:11434 has no model llava:7b. Pull it in the server's dialog or run: ollama pull llava:7b",
    );
  });

  it("tells a proxy's login from a missing API key", () => {
    for (const [challenge, key] of [
      ['Basic realm="plant"', "lmm.wants-password"],
      ['Digest realm="plant", nonce="x"', "lmm.wants-login"],
      ["Negotiate", "lmm.wants-login"],
      ['Bearer realm="x"', "lmm.unauthorised"],
      ["", "lmm.unauthorised"],
    ] as const) {
      const page = "<html><head><title>401 Authorization Required</title></head></html>";
      const { error, remedy } = toCallFailure(new ServerFailure(401, page, challenge), CONTEXT);
      assert.deepEqual([error.code, error.key, remedy], ["LMM_UNREACHABLE", key, "never"]);
      assert.match(error.in("ja"), /[ぁ-ん]/);
    }
  });

  for (const [code, key] of [
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "lmm.certificate-untrusted"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "lmm.certificate-untrusted"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "lmm.certificate-untrusted"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "lmm.certificate-untrusted"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "lmm.certificate-name"],
    ["CERT_HAS_EXPIRED", "lmm.certificate-expired"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "lmm.speaks-no-tls"],
  ] as const) {
    it(`by ${code} is not tried again, and says what to do`, () => {
      const cause = Object.assign(new Error("tls"), { code });
      const { error, remedy } = toCallFailure(new TypeError("fetch failed", { cause }), CONTEXT);
      assert.deepEqual([error.code, error.key, remedy], ["LMM_UNREACHABLE", key, "never"]);
      assert.ok(error.message.includes(code));
      assert.match(error.in("ja"), /[ぁ-ん]/);
    });
  }

  it("repeats no secret that a server sends back", () => {
    const body = '{"error":"unknown key s3cr3t-key"}';
    const { error } = toCallFailure(new ServerFailure(400, body), CONTEXT);
    assert.match(error.message, /unknown key •••/);
  });

  it("is told from a network's by the code that hides in the causes", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const failure = toCallFailure(new TypeError("fetch failed", { cause: refused }), CONTEXT);
    assert.equal(failure.error.code, "LMM_UNREACHABLE");
    assert.equal(failure.remedy, "wait");
    assert.equal(failure.answered, false);
    assert.match(failure.error.message, /ECONNREFUSED/);
  });
});
