/**
 * FHIR R4 examples of HL7, claims of CMS and synthetic patients of Synthea, committed and verified one by one. Defined only where
 * the shared data is beside the repository.
 */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { concat, keccak256, toBeHex } from "ethers";

import { splitResource } from "../../src/consent/bundle.js";
import { parseResource } from "../../src/consent/fhirResource.js";
import type { ManifestHeader, ManifestRecord } from "../../src/consent/recordManifest.js";
import { canonicalBytes, canonicalize, canonicalJson } from "../../src/utils/canonical.js";
import { commitmentTag } from "../../src/utils/commitment.js";
import { parseJson } from "../../src/utils/json.js";
import { careproof } from "../support/terminal";

const data = process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data");
const fhir = join(data, "fhir");
const FOLDERS = ["r4-examples", "cms-bfd", "synthea"];
const PATIENT = "0x00000000000000000000000000000000000000A1";

const jsonFiles = (folder: string): string[] =>
  readdirSync(join(fhir, folder))
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(fhir, folder, name));

if (existsSync(fhir)) {
  describe("records of real FHIR data", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "careproof-"))));
    after(() => {
      rmSync(folder, { recursive: true });
    });

    for (const source of FOLDERS) {
      it(`commits every resource of ${source}, and each proves itself and no other`, async () => {
        const manifest = join(folder, `${source}.ndjson`);
        const input = join(fhir, source);
        const committed = await careproof(["records", "commit", input, "--out", manifest, "--patient", PATIENT]);
        expect(committed).to.include({ code: 0, stderr: "" });
        const [header, ...records] = readFileSync(manifest, "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown) as [ManifestHeader, ...ManifestRecord[]];
        const resources = jsonFiles(source).flatMap((path) =>
          splitResource(parseResource(readFileSync(path, "utf8"))).map(({ resource }) => resource),
        );
        expect(records.length).to.equal(resources.length);
        for (const [i, resource] of resources.entries()) {
          const { salt, commitment, leaf, proof } = records[i]!;
          // The formula spelled out with ethers: 32-byte words of tag, form 1, salt and the content's hash.
          const content = keccak256(canonicalBytes(resource));
          expect(keccak256(concat([commitmentTag("record"), toBeHex(1, 32), salt, content]))).to.equal(commitment);
          expect(SimpleMerkleTree.verify(header.root, leaf, [...proof])).to.equal(true);
        }
      });
    }

    it("verifies examples through the command line, and refuses them with one digit changed", async () => {
      const manifest = join(folder, "examples.ndjson");
      await careproof(["records", "commit", join(fhir, "r4-examples"), "--out", manifest, "--patient", PATIENT]);
      const decimal = join(fhir, "r4-examples", "Observation-decimal.json");
      expect(await careproof(["records", "verify", manifest, decimal])).to.include({ code: 0 });
      const text = readFileSync(decimal, "utf8");
      const changed = text.replace('"value": 1.00', '"value": 1.0');
      expect(changed).to.not.equal(text);
      const path = join(folder, "changed.json");
      writeFileSync(path, changed);
      const refused = await careproof(["records", "verify", manifest, path]);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.include("Observation/decimal differs from what was committed");
    });

    it("keeps every digit of Observation-decimal.json", () => {
      const text = readFileSync(join(fhir, "r4-examples", "Observation-decimal.json"), "utf8");
      const digits = (json: string): string[] =>
        [...json.matchAll(/"value":\s*(-?[\d.eE+-]+)/g)].map((match) => match[1]!);
      const written = digits(text);
      expect(written).to.include.members(["1.00", "1E-22", "-1.000000000000000000E+245"]);
      // The elements are in one array, whose order the canonical form keeps.
      expect(digits(new TextDecoder().decode(canonicalize(text)))).to.deep.equal(written);
    });

    it("keeps every valid number of FHIR's primitive types as written", () => {
      const { types } = JSON.parse(readFileSync(join(fhir, "r4-primitives.json"), "utf8")) as {
        types: Record<string, { valid: string[] }>;
      };
      const numbers = Object.values(types).flatMap(({ valid }) => valid.filter((text) => /^-?\d/.test(text)));
      expect(numbers).to.include.members(["-3.7", "1", "1.0", "0"]);
      for (const text of numbers) expect(canonicalJson(parseJson(text))).to.equal(text);
    });
  });
}
