import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import * as statuses from "../../src/consent/statuses.js";
import { STANDINGS } from "../../src/participants/roles.js";

const source = (file: string): string => readFileSync(join("contracts/consent", `${file}.sol`), "utf8");

describe("codes and statuses of consent", () => {
  const enums = [
    ["IConsentRegistry", "Denial", statuses.DENIALS],
    ["IConsentRegistry", "DecisionKind", statuses.DECISION_KINDS],
    ["IEmergencyAccess", "BreakGlassReason", statuses.BREAK_GLASS_REASONS],
    ["IRepresentativeRegistry", "RepresentationStatus", statuses.REPRESENTATION_STATUSES],
    ["IRecordRegistry", "RecordStatus", statuses.RECORD_STATUSES],
    ["IRecordRegistry", "RetractionReason", statuses.RETRACTION_REASONS],
    ["IDisclosureLog", "ReceiptStatus", statuses.RECEIPT_STATUSES],
  ] as const;
  for (const [file, name, values] of enums) {
    it(`has ${name} as ${file}.sol does`, () => {
      const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source(file))![1]!;
      expect(body.split(",").map((value) => value.trim())).to.deep.equal(values);
    });
  }

  it("has each standing as a denial at the same place, which the contract converts by number", () => {
    const renamed = STANDINGS.map(
      (standing) => ({ Good: "None", Expired: "AccreditationExpired" })[standing as string] ?? standing,
    );
    expect(statuses.DENIALS.slice(0, STANDINGS.length)).to.deep.equal(renamed);
  });

  it("has the purposes of Purposes.sol, and their mask", () => {
    const inSolidity = [...source("Purposes").matchAll(/uint8 internal constant (\w+) = (\d+);/g)].map(
      ([, name, value]) => [name, Number(value)],
    );
    expect(Object.entries(PURPOSES)).to.deep.equal(inSolidity);
    const known = Object.values(PURPOSES).reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
    expect(BigInt(/KNOWN = (0x[0-9A-F]+);/.exec(source("Purposes"))![1]!)).to.equal(known);
  });

  it("has the categories of Categories.sol, and their mask", () => {
    const inSolidity = [...source("Categories").matchAll(/uint64 internal constant (\w+) = 1 << (\d+);/g)].map(
      ([, name, value]) => [name, Number(value)],
    );
    expect(Object.entries(CATEGORIES)).to.deep.equal(inSolidity);
    const known = Object.values(CATEGORIES).reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
    expect(BigInt(/KNOWN = (0x[0-9A-F]+);/.exec(source("Categories"))![1]!)).to.equal(known);
  });
});
