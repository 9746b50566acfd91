import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import {
  ACCREDITATION_STATUSES,
  HIGHEST_ROLE,
  ROLES,
  STANDINGS,
  accreditorRole,
  roleMask,
} from "../../src/participants/index.js";

const source = (file: string): string => readFileSync(join("contracts/participants", file), "utf8");

describe("codes of participants", () => {
  it("are the roles of Role.sol", () => {
    const inSolidity = [...source("Role.sol").matchAll(/Role internal constant (\w+) = Role\.wrap\((\d+)\);/g)].map(
      ([, name, value]) => [name, Number(value)],
    );
    expect(inSolidity).not.to.have.lengthOf(0);
    expect(Object.entries(ROLES)).to.deep.equal(inSolidity);
    expect(source("Role.sol")).to.contain(`uint16 internal constant HIGHEST = ${HIGHEST_ROLE};`);
  });

  it("are the enums of IParticipantRegistry.sol, in their order", () => {
    const inSolidity = (name: string): string[] =>
      new RegExp(`enum ${name} \\{([^}]*)\\}`)
        .exec(source("IParticipantRegistry.sol"))![1]!
        .split(",")
        .map((value) => value.trim());
    expect(inSolidity("Standing")).to.deep.equal(STANDINGS);
    expect(inSolidity("AccreditationStatus")).to.deep.equal(ACCREDITATION_STATUSES);
  });

  it("make bitmasks and AccessManager roles of role names", () => {
    expect(roleMask()).to.equal(0n);
    expect(roleMask("PROVIDER", "GATEWAY", "PROVIDER")).to.equal(0b1001n);
    expect(accreditorRole("GATEWAY")).to.equal(103n);
  });
});
