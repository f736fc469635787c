import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const resources = path.join(__dirname, "../../resources");
// The review page stands alone in a browser, where no theme of Node-RED's is.
const files = readdirSync(resources).filter(
  (file) => file.endsWith(".css") && file !== "review-page.css",
);

/** What every theme of Node-RED sets. */
function readThemeVariables(): Set<string> {
  const editor = path.dirname(require.resolve("@node-red/editor-client/package.json"));
  const css = readFileSync(path.join(editor, "public/red/style.min.css"), "utf8");
  return new Set(css.match(/--red-ui-[\w-]+(?=:)/g));
}

describe("styles of the dialogs", () => {
  const known = readThemeVariables();

  for (const file of files) {
    const css = readFileSync(path.join(resources, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");

    it(`${file}: takes its colours from the theme`, () => {
      for (const [name] of css.matchAll(/--red-ui-[\w-]+/g)) assert.ok(known.has(name), name);
      const rules = [...css.matchAll(/([^{}]+)\{([^{}]*)\}/g)];
      for (const [, selector = "", body = ""] of rules) {
        // The marks of a region lie on a photo, whose colours no theme knows.
        if (selector.includes(".tlac-region-")) continue;
        const own = body.replace(/var\(--red-ui-[^()]*\)/g, "");
        assert.doesNotMatch(
          own,
          /#[\da-f]{3,8}\b|\b(?:rgb|hsl)a?\(|\b(?:white|black)(?=[ ;])/i,
          selector,
        );
      }
    });
  }
});
