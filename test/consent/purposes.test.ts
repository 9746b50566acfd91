import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { readFileSync } from "node:fs";

import { expect } from "chai";
import { ethers } from "hardhat";

import { CATEGORIES, PURPOSES, type Purpose } from "../../src/consent/codes.js";
import { ROLES, type RoleName } from "../../src/participants/roles.js";
import { accredit } from "../support/careproof";
import {
  denialOf,
  deployParties,
  startFrom,
  ALL_CATEGORIES,
  ALL_PURPOSES,
  DIRECT,
  type Parties,
} from "../support/consentParties";

/** The role that a user of data for each purpose must be accredited for; null where none is needed. */
const ROLE_FOR: Record<Purpose, RoleName | null> = {
  TREAT: "PROVIDER",
  ETREAT: "EMERGENCY_CARE",
  HPAYMT: "PAYER",
  HOPERAT: "PROVIDER",
  HRESCH: "HEALTH_DATA_USER",
  CLINTRCH: "INVESTIGATOR_SITE",
  PUBHLTH: "PUBLIC_HEALTH_AUTHORITY",
  CAREMGT: "PROVIDER",
  PATRQT: null,
  FAMRQT: null,
  HMARKT: "PROVIDER",
  COC: "PROVIDER",
  COVERAGE: "PAYER",
  HQUALIMP: "PROVIDER",
  PATSFTY: "PROVIDER",
  BIORCH: "HEALTH_DATA_USER",
  AI_TRAINING: "HEALTH_DATA_USER",
};

const roles = Object.keys(ROLES) as RoleName[];
const purposeNames = Object.keys(PURPOSES) as Purpose[];

/** `uint… internal constant NAME = VALUE;` of a Solidity file of consents, by name. */
function constantsOf(file: string): Map<string, string> {
  const source = readFileSync(`contracts/consent/${file}`, "utf8");
  return new Map(
    [...source.matchAll(/uint\d+ (?:internal|private) constant (\w+) = ([^;]+);/g)].map(([, name, value]) => [
      name!,
      value!,
    ]),
  );
}

/** A patient who consented to all purposes and categories of one organisation for each role, accredited for it alone. */
async function deployOneOrganisationARole(): Promise<{ parties: Parties; organisations: Record<RoleName, string> }> {
  const parties = await loadFixture(deployParties);
  const organisations = {} as Record<RoleName, string>;
  for (const role of roles) {
    const organisation = ethers.getAddress(ethers.dataSlice(ethers.id(`organisation for ${role}`), 12));
    organisations[role] = organisation;
    await accredit(parties, { address: organisation }, role);
    await DIRECT.grant(parties, 0n, { grantee: organisation, purposes: ALL_PURPOSES, categories: ALL_CATEGORIES });
  }
  return { parties, organisations };
}

describe("Purposes", () => {
  for (const purpose of purposeNames) {
    const needed = ROLE_FOR[purpose];
    it(`${purpose} needs ${needed ?? "no accreditation"}`, async () => {
      const { parties, organisations } = await startFrom(deployOneOrganisationARole);
      for (const role of roles) {
        expect(await denialOf(parties, { accessor: organisations[role], purpose }), role).to.equal(
          needed === null || needed === role ? "None" : "Unaccredited",
        );
      }
    });
  }

  it("have in their packed table what the names say", () => {
    const constants = constantsOf("Purposes.sol");
    const table = BigInt(constants.get("ROLES_BY_PURPOSE")!);
    const none = BigInt(constants.get("NO_ROLE")!);
    for (const purpose of purposeNames) {
      const inTable = (table >> BigInt(8 * Number(constants.get(purpose)))) & 0xffn;
      const role = ROLE_FOR[purpose];
      expect(inTable, purpose).to.equal(role === null ? none : BigInt(ROLES[role]));
    }
    expect(BigInt(constants.get("KNOWN")!)).to.equal(ALL_PURPOSES);
  });

  it("are denied where they stand for nothing: every other number, however large", async () => {
    const { parties, organisations } = await startFrom(deployOneOrganisationARole);
    const unknown = [...Array(300).keys()].map(BigInt).filter((n) => n >= 32n || ((ALL_PURPOSES >> n) & 1n) === 0n);
    const multiples = [256n, 1n << 32n, 1n << 64n, 1n << 255n, ethers.MaxUint256, ethers.MaxUint256 - 255n];
    for (const purpose of [...unknown, ...multiples]) {
      expect(await denialOf(parties, { accessor: organisations.PROVIDER, purpose }), `${purpose}`).to.equal(
        "UnknownPurpose",
      );
    }
  });
});

describe("Categories", () => {
  it("have in KNOWN exactly the bits that have a name", () => {
    const constants = constantsOf("Categories.sol");
    expect(BigInt(constants.get("KNOWN")!)).to.equal(ALL_CATEGORIES);
    for (const [name, bit] of Object.entries(CATEGORIES)) {
      expect(constants.get(name), name).to.equal(`1 << ${bit}`);
    }
    expect(constants.size).to.equal(Object.keys(CATEGORIES).length + 1);
  });
});
