import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createContext, runInContext } from "node:vm";

import en from "../../locales/en-US/tlac.json";
import ja from "../../locales/ja/tlac.json";
import { REFUSALS, type Complaint } from "../../nodes/admin/reply";

interface Requests {
  readonly tell: (complaint: Complaint | undefined, status?: number) => string;
}

/** The dialogs' script as the editor runs it, in front of one language's texts. */
function loadRequests(texts: Readonly<Record<string, string>>): Requests {
  const RED = {
    _: (key: string, values: Readonly<Record<string, unknown>> = {}) => {
      const text = texts[key.replace("@tlac/node-red-tlac/tlac:tlac.request.", "")] ?? key;
      return text.replace("__status__", String(values.status));
    },
  };
  const scope = createContext({ RED });
  const file = path.join(__dirname, "../../resources/request.js");
  runInContext(`${readFileSync(file, "utf8")}\nthis.requests = tlacRequest;`, scope);
  return scope.requests as Requests;
}

const refusals = Object.entries(REFUSALS).map(([code, status]) => ({ code, status }));

for (const [language, { tlac }] of Object.entries({ "en-US": en, ja })) {
  describe(`${language}: what a dialog says of a request that failed`, () => {
    const { tell } = loadRequests(tlac.request);

    it("is a sentence of its own for each refusal", () => {
      const said = refusals.map(({ code, status }) => tell({ code }, status));
      assert.equal(new Set(said).size, refusals.length);
      assert.deepEqual(
        said,
        refusals.map(({ code }) => (tlac.request as Record<string, string>)[code]),
      );
    });

    it("tells a person without the right, a server that is away and a foreign page apart", () => {
      const { lost, forbidden, tooLarge, foreign, proxy } = tlac.request;
      assert.deepEqual(
        [0, 401, 403, 413, 200].map((status) => tell(undefined, status)),
        [lost, forbidden, forbidden, tooLarge, foreign],
      );
      for (const status of [502, 503, 504]) {
        assert.equal(tell(undefined, status), proxy.replace("__status__", String(status)));
      }
      assert.match(tell(undefined, 418), /418/);
      assert.match(tell({ code: "constructor" }, 500), /500/);
    });

    it("is the runtime's own sentence where it has one", () => {
      assert.equal(tell({ code: "LMM_BUSY", message: "Wait." }, 502), "Wait.");
    });
  });
}
