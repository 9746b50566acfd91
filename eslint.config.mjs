import { builtinModules } from "node:module";

import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  {
    ignores: [
      "artifacts",
      "cache",
      "coverage",
      "dist",
      "forge-out",
      "src/abi/generated",
      "src/bindings",
      "src/deployments/generated.ts",
      "test/package/consumers",
    ],
  },
  js.configs.recommended,
  { files: ["**/*.js"], languageOptions: { sourceType: "commonjs" } },
  {
    files: ["scripts/**/*.mjs"],
    languageOptions: { globals: { Buffer: "readonly", performance: "readonly", process: "readonly" } },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number in a message is what the reader wants to see; what a type guard refused is typed `never` there.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowNever: true }],
      // A constructor that narrows the type of a parameter is not useless.
      "@typescript-eslint/no-useless-constructor": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // Typed data is declared as types of objects throughout.
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      // ethers makes contracts by factories and proxies, which the rule takes for foreign objects.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // `!` where an index is known to exist reads better than a check that cannot fail; `any` stays forbidden.
      "@typescript-eslint/no-non-null-assertion": "off",
      eqeqeq: "error",
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Salts and keys come from WebCrypto." },
      ],
    },
  },
  {
    // The package runs in browsers; only the command line and the loader of files are for Node alone.
    files: ["src/**/*.ts"],
    ignores: ["src/cli/**", "src/deployments/node.ts"],
    rules: {
      "no-restricted-imports": ["error", { paths: builtinModules, patterns: ["node:*", "**/cli/*"] }],
      "no-restricted-globals": ["error", "Buffer", "process", "require", "__dirname", "__filename", "global"],
      "no-console": "error",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // Chai's assertions are expressions: `expect(x).to.be.true`.
      "@typescript-eslint/no-unused-expressions": "off",
      "no-restricted-properties": [
        "error",
        ...["describe", "it", "context"].flatMap((object) =>
          ["only", "skip"].map((property) => ({ object, property, message: "Every test runs, always." })),
        ),
      ],
    },
  },
);
