import { readFileSync } from "node:fs";

import { expect } from "chai";
import { ethers } from "hardhat";

import {
  coversDataUses,
  DATA_USE_LABELS,
  DATA_USE_PERMISSIONS,
  DATA_USES,
  dataUsesToMask,
  duoCode,
  isDataUseMask,
  maskToDataUses,
  type DataUse,
} from "../../src/trials/dataUses.js";
import { refusal } from "../support/refusal";

const NAMES = Object.keys(DATA_USES) as DataUse[];

/** Permitted uses, uses asked for, and whether the first cover the second: by the definitions of DUO. */
const COVERED: [DataUse[], DataUse[], boolean][] = [
  [["NRES"], ["NRES"], true],
  [["NRES"], ["GRU", "HMB", "DS", "POA", "CC"], true],
  [["GRU"], ["NRES"], false],
  [["GRU"], ["HMB"], true],
  [["GRU"], ["POA"], true],
  [["GRU"], ["CC"], false],
  [["HMB"], ["GRU"], false],
  [["HMB"], ["DS"], true],
  [["HMB"], ["POA"], false],
  [["DS"], ["DS"], true],
  [["DS"], ["HMB"], false],
  [["POA"], ["POA"], true],
  [["POA"], ["DS"], false],
  [["CC"], ["CC"], true],
  [["CC"], ["DS"], false],
  [["DS", "CC"], ["CC"], true],
  // Training of models is a use of its own.
  [["NRES"], ["AI_TRAINING"], false],
  [["NRES"], ["NRES", "AI_TRAINING"], false],
  [["AI_TRAINING"], ["AI_TRAINING"], true],
  [["AI_TRAINING"], ["DS"], false],
  // A restriction binds who uses the data; one may restrict oneself further.
  [["GRU", "NPU"], ["GRU"], false],
  [["GRU", "NPU"], ["GRU", "NPU"], true],
  [["GRU", "NPU", "IRB"], ["DS", "IRB"], false],
  [["GRU"], ["GRU", "NPU"], true],
  [["NRES", "IRB"], ["NRES"], false],
  [["GRU", "NPOA"], ["POA", "NPOA"], false],
  [["GRU", "NPOA"], ["GRU", "NPOA"], true],
  [["GRU", "NPOA"], ["HMB", "NPOA"], true],
  // For nothing.
  [["NRES"], [], false],
  [["NRES", "NPU"], ["NPU"], false],
];

describe("data uses", () => {
  it("have the numbers of DUO's codes as their bits", () => {
    expect(duoCode("NRES")).to.equal("DUO:0000004");
    expect(duoCode("GRU")).to.equal("DUO:0000042");
    expect(duoCode("NCU")).to.equal("DUO:0000046");
    expect(duoCode("AI_TRAINING")).to.equal(undefined);
    expect(dataUsesToMask(["GRU", "NPU"])).to.equal(0x2400_0000_0000n);
    expect(dataUsesToMask(["AI_TRAINING"])).to.equal(1n << 63n);
  });

  it("go to masks and back", async () => {
    expect(maskToDataUses(dataUsesToMask(NAMES))).to.have.members(NAMES);
    expect(maskToDataUses(0n)).to.deep.equal([]);
    expect(await refusal(() => maskToDataUses(1n))).to.deep.equal({ code: "CODE_UNKNOWN", path: undefined });
    expect(await refusal(() => dataUsesToMask(["XYZ" as DataUse]))).to.deep.equal({
      code: "CODE_UNKNOWN",
      path: undefined,
    });
  });

  it("have a label each, no two the same", () => {
    expect(Object.keys(DATA_USE_LABELS)).to.have.members(NAMES);
    expect(new Set(Object.values(DATA_USE_LABELS)).size).to.equal(NAMES.length);
  });

  it("are those that DataUses.sol knows, permissions and modifiers", async () => {
    const source = readFileSync("contracts/trials/DataUses.sol", "utf8");
    const masks = Object.fromEntries(
      [...source.matchAll(/constant (PERMISSIONS|MODIFIERS) = (0x[\dA-F_]+);/g)].map(([, name, hex]) => [
        name!,
        BigInt(hex!.replaceAll("_", "")),
      ]),
    );
    const isPermission = (name: DataUse): boolean => DATA_USE_PERMISSIONS.includes(name);
    expect(masks.PERMISSIONS).to.equal(dataUsesToMask(DATA_USE_PERMISSIONS));
    expect(masks.MODIFIERS).to.equal(dataUsesToMask(NAMES.filter((name) => !isPermission(name))));
    const caller = await ethers.deployContract("DataUsesCaller");
    for (let bit = 0n; bit < 64n; ++bit) {
      const known = NAMES.find((name) => BigInt(DATA_USES[name]) === bit);
      const asked = (1n << bit) | dataUsesToMask(["DS"]);
      expect(await caller.getFunction("isWellFormed")(asked), String(bit)).to.equal(known !== undefined);
      expect(isDataUseMask(asked), String(bit)).to.equal(known !== undefined);
      const alone = known !== undefined && isPermission(known);
      expect(await caller.getFunction("isWellFormed")(1n << bit), String(bit)).to.equal(alone);
      expect(isDataUseMask(1n << bit), String(bit)).to.equal(alone);
    }
  });

  it("cover one another as DUO defines them, in the contract and in the package", async () => {
    const caller = await ethers.deployContract("DataUsesCaller");
    for (const [permitted, asked, covers] of COVERED) {
      const masks = [dataUsesToMask(permitted), dataUsesToMask(asked)] as const;
      const what = `${permitted.join()} for ${asked.join()}`;
      expect(coversDataUses(...masks), what).to.equal(covers);
      expect(await caller.getFunction("covers")(...masks), what).to.equal(covers);
    }
    expect([isDataUseMask(0n), isDataUseMask(-1n), isDataUseMask(1n << 64n), isDataUseMask(64)]).to.not.include(true);
    expect(await caller.getFunction("covers")(dataUsesToMask(["NRES"]), dataUsesToMask(["DS"]) | 1n)).to.equal(false);
  });

  it("with any restriction bind every use", async () => {
    const caller = await ethers.deployContract("DataUsesCaller");
    for (const restriction of NAMES.filter((name) => !DATA_USE_PERMISSIONS.includes(name))) {
      const permitted = dataUsesToMask(["NRES", restriction]);
      for (const [asked, covers] of [
        [dataUsesToMask(["HMB"]), false],
        [dataUsesToMask(["HMB", restriction]), true],
      ] as const) {
        expect(coversDataUses(permitted, asked), restriction).to.equal(covers);
        expect(await caller.getFunction("covers")(permitted, asked), restriction).to.equal(covers);
      }
    }
  });
});
