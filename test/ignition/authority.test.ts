import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { ignition } from "hardhat";

import {
  ACCREDITORS,
  COMPANY_PREFIX_FUNCTIONS,
  EMERGENCY_SOURCE_ADMIN,
  EMERGENCY_SOURCE_FUNCTIONS,
  EXCURSION_SOURCE_ADMIN,
  EXCURSION_SOURCE_FUNCTIONS,
  GS1_MEMBER_ORGANISATION,
  ROLE_LABELS,
} from "../../ignition/authority";
import CareProofModule from "../../ignition/modules/CareProof";
import { ROLES, accreditorRole, type RoleName } from "../../src/participants/roles.js";
import { accreditorFor, deployCareProof } from "../support/careproof";

const ADMIN_ROLE = 0n;

describe("authority after deployment", () => {
  it("leaves nothing with the deployer", async () => {
    const { accessManager, consents, deployer, others } = await loadFixture(deployCareProof);
    const roles = [ADMIN_ROLE, ...ROLE_LABELS.map(([role]) => role)];
    for (const role of roles) {
      const [isMember] = await accessManager.hasRole(role, deployer.address);
      expect(isMember, `role ${role}`).to.equal(false);
    }
    await expect(accessManager.connect(deployer).grantRole(ADMIN_ROLE, deployer.address, 0))
      .to.be.revertedWithCustomError(accessManager, "AccessManagerUnauthorizedAccount")
      .withArgs(deployer.address, ADMIN_ROLE);
    await expect(consents.connect(deployer).setEmergencySource(others[0]!.address))
      .to.be.revertedWithCustomError(consents, "AccessManagedUnauthorized")
      .withArgs(deployer.address);
  });

  it("makes the address of the parameters the only admin", async () => {
    const { accessManager, admin } = await loadFixture(deployCareProof);
    expect((await accessManager.hasRole(ADMIN_ROLE, admin.address)).isMember).to.equal(true);
    const granted = await accessManager.queryFilter(accessManager.filters.RoleGranted(ADMIN_ROLE));
    const revoked = await accessManager.queryFilter(accessManager.filters.RoleRevoked(ADMIN_ROLE));
    const admins = new Set(granted.map(({ args }) => args.account));
    for (const { args } of revoked) admins.delete(args.account);
    expect([...admins]).to.deep.equal([admin.address]);
  });

  it("names one body for each role, as the table says, and no body for another's", async () => {
    const system = await loadFixture(deployCareProof);
    for (const role of Object.keys(ROLES) as RoleName[]) {
      for (const [body, account] of Object.entries(system.accreditors)) {
        const [isMember, delay] = await system.accessManager.hasRole(accreditorRole(role), account.address);
        expect(isMember, `${body} for ${role}`).to.equal(account.address === accreditorFor(system, role).address);
        expect(delay).to.equal(0n);
      }
    }
    expect(Object.values(ACCREDITORS).flat()).to.have.members(Object.keys(ROLES));
  });

  it("opens to governance only the functions in the table", async () => {
    const system = await loadFixture(deployCareProof);
    const { accessManager, admin, gs1MemberOrganisation } = system;
    const table: [BaseContract, readonly string[], bigint][] = [
      [system.consents, EMERGENCY_SOURCE_FUNCTIONS, EMERGENCY_SOURCE_ADMIN],
      [system.companyPrefixes, COMPANY_PREFIX_FUNCTIONS, GS1_MEMBER_ORGANISATION],
      [system.investigations, EXCURSION_SOURCE_FUNCTIONS, EXCURSION_SOURCE_ADMIN],
      [system.participants, [], ADMIN_ROLE],
      [system.provenance, [], ADMIN_ROLE],
    ];
    for (const [contract, functions, guarding] of table) {
      const address = await contract.getAddress();
      for (const fragment of contract.interface.fragments) {
        if (fragment.type !== "function") continue;
        const signature = fragment.format("sighash");
        const { selector } = contract.interface.getFunction(signature)!;
        const role = await accessManager.getTargetFunctionRole(address, selector);
        expect(role, signature).to.equal(functions.includes(signature) ? guarding : ADMIN_ROLE);
      }
    }
    const holders: [bigint, string][] = [
      [EMERGENCY_SOURCE_ADMIN, admin.address],
      [EXCURSION_SOURCE_ADMIN, admin.address],
      [GS1_MEMBER_ORGANISATION, gs1MemberOrganisation.address],
    ];
    for (const [role, holder] of holders) {
      expect((await accessManager.hasRole(role, holder)).isMember, `role ${role}`).to.equal(true);
    }
  });

  it("cannot be deployed without saying who governs", async () => {
    const failure: unknown = await ignition.deploy(CareProofModule).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect((failure as Error).message).to.match(/parameter.*admin|admin.*parameter/is);
  });
});
