import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import {
  datasetId,
  derivedWorkId,
  DERIVED_KINDS,
  LONGEST_LICENCE_DAYS,
  MAX_SHARES,
  type DatasetTerms,
  type DerivedKind,
} from "../../src/trials/dataLicence.js";
import { deployDataLicences } from "../support/dataLicences";
import { refusal } from "../support/refusal";

const ALICE = "0x00000000000000000000000000000000000000A1";
const BOB = "0x00000000000000000000000000000000000000b2";

const TERMS: DatasetTerms = {
  trialId: `0x${"ab".repeat(32)}`,
  provider: ALICE,
  root: `0x${"cd".repeat(32)}`,
  committee: BOB,
  permittedUses: 0x8000_2000_0020_0040n,
  longest: 365,
  feeToken: "0x00000000000000000000000000000000000000C3",
  fee: 2n ** 128n - 1n,
  shares: [
    { account: ALICE, basisPoints: 2_500 },
    { account: BOB, basisPoints: 7_500 },
  ],
};
const FREE: DatasetTerms = { ...TERMS, feeToken: ZeroAddress, fee: 0n, shares: [] };

/** `cast keccak $(cast abi-encode "f(bytes32,(bytes32,address,bytes32,address,uint64,uint32,address,uint128,(address,uint16)[]))" …)`, the first being `cast keccak` of the type. */
const DATASET_ID = "0x3607d6a352af09460cf8d6af9565a355074430939c411efe1866ea4a894bc166";
/** The same of the tag of works, {@link ALICE}, 1 and `TERMS.root`. */
const WORK_ID = "0xd0c8387f75a2759daf3aafbea7804b0866ee4fb01e7f5b892477dc89f7fc7cfb";

describe("datasetId", () => {
  it("is the hash that cast computes, and that the contract gives", async () => {
    const { licences } = await loadFixture(deployDataLicences);
    expect(datasetId(TERMS)).to.equal(DATASET_ID);
    expect(await licences.datasetIdOf(TERMS as never)).to.equal(DATASET_ID);
    expect(datasetId(FREE)).to.equal(await licences.datasetIdOf(FREE as never));
  });

  it("is another for each term, as in the contract", async () => {
    const { licences } = await loadFixture(deployDataLicences);
    const others: Partial<DatasetTerms>[] = [
      { trialId: ZeroHash },
      { provider: BOB },
      { root: `0x${"ce".repeat(32)}` },
      { committee: ALICE },
      { permittedUses: 0x40n },
      { longest: 366 },
      { feeToken: BOB },
      { fee: 1n },
      { shares: [...TERMS.shares].reverse() },
    ];
    expect(others).to.have.lengthOf(Object.keys(TERMS).length);
    const ids = new Set([DATASET_ID]);
    for (const change of others) {
      const other = { ...TERMS, ...change };
      expect(datasetId(other)).to.equal(await licences.datasetIdOf(other as never));
      ids.add(datasetId(other));
    }
    expect(ids.size).to.equal(others.length + 1);
  });

  it("refuses terms that the contract would, by name", async () => {
    const shares = (...basisPoints: number[]) =>
      basisPoints.map((points, i) => ({ account: `0x${String(i + 1).padStart(40, "0")}`, basisPoints: points }));
    const cases: [Partial<DatasetTerms>, string][] = [
      [{ trialId: "0x" }, "trialId"],
      [{ root: "0x12" }, "root"],
      [{ root: ZeroHash }, "root"],
      [{ provider: "hospital" }, "provider"],
      [{ committee: "0x12" }, "committee"],
      [{ feeToken: "0x" }, "feeToken"],
      [{ permittedUses: 1n << 64n }, "permittedUses"],
      [{ permittedUses: 0n }, "permittedUses"],
      [{ permittedUses: 1n << 21n }, "permittedUses"],
      [{ permittedUses: 0x41n }, "permittedUses"],
      [{ permittedUses: -1n }, "permittedUses"],
      [{ longest: 0 }, "longest"],
      [{ longest: LONGEST_LICENCE_DAYS + 1 }, "longest"],
      [{ longest: 1.5 }, "longest"],
      [{ fee: 1n << 128n }, "fee"],
      [{ fee: -1n }, "fee"],
      [{ fee: 0n }, "feeToken"],
      [{ feeToken: ZeroAddress }, "feeToken"],
      [{ shares: [] }, "shares"],
      [{ ...FREE, shares: TERMS.shares }, "shares"],
      [{ shares: shares(...new Array<number>(MAX_SHARES + 1).fill(1)) }, "shares"],
      [{ shares: shares(2_500, 7_499) }, "shares"],
      [{ shares: shares(2_500, 7_501) }, "shares"],
      [{ shares: shares(10_000, 0) }, "shares[1].basisPoints"],
      [{ shares: shares(10_001) }, "shares[0].basisPoints"],
      [{ shares: [{ account: ZeroAddress, basisPoints: 10_000 }] }, "shares[0].account"],
      [{ shares: [{ account: "Alice", basisPoints: 10_000 }] }, "shares[0].account"],
      [{ shares: [...TERMS.shares, { account: ALICE.toLowerCase(), basisPoints: 1 }] }, "shares[2].account"],
    ];
    for (const [change, path] of cases) {
      expect(await refusal(() => datasetId({ ...TERMS, ...change })), path).to.deep.equal({
        code: "TERMS_INVALID",
        path,
      });
    }
  });
});

describe("derivedWorkId", () => {
  it("is the hash that cast computes, and that the contract gives, for each kind", async () => {
    const { licences } = await loadFixture(deployDataLicences);
    expect(derivedWorkId(ALICE, "Model", TERMS.root)).to.equal(WORK_ID);
    for (const [number, kind] of DERIVED_KINDS.entries()) {
      expect(await licences.workIdOf(ALICE, number, TERMS.root)).to.equal(derivedWorkId(ALICE, kind, TERMS.root));
    }
  });

  it("refuses what is no address, kind or root", async () => {
    for (const [args, path] of [
      [["Alice", "Model", TERMS.root], "holder"],
      [[ALICE, "Poem", TERMS.root], "kind"],
      [[ALICE, "Model", "0x12"], "root"],
    ] as const) {
      expect(await refusal(() => derivedWorkId(args[0], args[1] as DerivedKind, args[2]))).to.deep.equal({
        code: "WORK_INVALID",
        path,
      });
    }
  });
});
