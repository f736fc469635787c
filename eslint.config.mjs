import { readdirSync, readFileSync } from "node:fs";

import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import html from "eslint-plugin-html";
import globals from "globals";
import tseslint from "typescript-eslint";

/** What each script in `resources` hands to the others: one global of its name. */
const editorGlobals = Object.fromEntries(
  readdirSync(new URL("resources", import.meta.url))
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(new URL(`resources/${file}`, import.meta.url), "utf8"))
    .flatMap((script) => /^var (tlac\w+) = /m.exec(script)?.[1] ?? [])
    .map((name) => [name, "readonly"]),
);

export default tseslint.config(
  {
    ignores: ["dist/", "node_modules/", ".node-red/", "models/", "locales/", "types/", "**/.venv/"],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `!` is forbidden, so a checked-by-construction index is written as a type assertion.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // An engine never writes to the console of the process it runs in.
      "no-console": "error",
    },
  },
  {
    files: ["bin/**", "bench/**", "tools/**", "test/**/cli.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.ts", "bench/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  {
    files: ["nodes/*.html", "resources/**/*.js"],
    plugins: { html },
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, ...globals.jquery, ...editorGlobals, RED: "readonly" },
    },
  },
  {
    files: ["resources/**/*.js"],
    rules: {
      "prefer-const": "error",
      "prefer-arrow-callback": "error",
      "prefer-template": "error",
      "object-shorthand": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      // Each dialog's HTML loads its scripts anew, which only a global `var` survives.
      "no-redeclare": ["error", { builtinGlobals: false }],
      "no-restricted-syntax": ["error", ":function VariableDeclaration[kind='var']"],
      "no-unused-vars": ["error", { varsIgnorePattern: "^tlac", argsIgnorePattern: "^_" }],
    },
  },
  prettier,
);
