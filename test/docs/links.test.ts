import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

import { expect } from "chai";

const root = join(__dirname, "../..");

interface Page {
  /** Path from the root. */
  name: string;
  text: string;
}

const pages: Page[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
].map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));

/** The anchors that headings have on GitHub. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
}

/** Relative links: text, file and anchor. */
function linksOf({ name, text }: Page): { label: string; file: string; anchor: string | undefined }[] {
  return [...text.matchAll(/\[((?:[^[\]]|\[[^\]]*\])+)\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
    ([, label, path, anchor]) => ({
      label: label!,
      file: path === "" ? join(root, name) : join(root, dirname(name), path!),
      anchor,
    }),
  );
}

describe("documentation", () => {
  for (const page of pages) {
    it(`${page.name} links only to what is there`, () => {
      const dead = linksOf(page).filter(
        ({ file, anchor }) =>
          !existsSync(file) || (anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).includes(anchor)),
      );
      expect(dead.map(({ file, anchor }) => `${relative(root, file)}#${anchor ?? ""}`)).to.deep.equal([]);
    });

    it(`${page.name} names only npm scripts that are there`, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
        scripts: Record<string, string>;
      };
      const named = [...page.text.matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name!);
      expect(named.filter((name) => !(name in scripts))).to.deep.equal([]);
      const missing = named
        .map((name) => /scripts\/\w+\.ts|\.ci\/run/.exec(scripts[name]!)?.[0])
        .filter((file) => file !== undefined && !existsSync(join(root, file)));
      expect(missing).to.deep.equal([]);
    });
  }

  it("names tests of the threat model by words that are in them", () => {
    const page = pages.find(({ name }) => name === join("docs", "threat-model.md"))!;
    const tests = linksOf(page).filter(({ file }) => /\.test\.ts$|\.t\.sol$/.test(file));
    expect(tests.length).to.be.greaterThan(40);
    const wrong = tests.filter(({ label, file }) => !readFileSync(file, "utf8").includes(label));
    expect(wrong.map(({ label, file }) => `${relative(root, file)}: ${label}`)).to.deep.equal([]);
  });
});
