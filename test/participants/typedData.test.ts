import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { time } from "@nomicfoundation/hardhat-network-helpers";

import { AccessManager__factory, ParticipantRegistry__factory } from "../../src/bindings/index.js";
import {
  OPERATOR_ACCEPTANCE_TYPES,
  participantRegistryDomain,
  roleMask,
  type OperatorAcceptance,
} from "../../src/participants/index.js";

describe("typed data of ParticipantRegistry", () => {
  it("is what the contract checks: a key's signed acceptance makes it an operator", async () => {
    const [hospital, key] = (await ethers.getSigners()) as [HardhatEthersSigner, HardhatEthersSigner];
    const manager = await new AccessManager__factory(hospital).deploy(hospital.address);
    const registry = await new ParticipantRegistry__factory(hospital).deploy(manager);
    const { chainId } = await ethers.provider.getNetwork();
    const now = await time.latest();

    const acceptance: OperatorAcceptance = {
      operator: key.address,
      principal: hospital.address,
      roles: roleMask("PROVIDER"),
      expiresAt: now + 86_400,
      nonce: await registry.nonces(key),
      deadline: now + 600,
    };
    const domain = participantRegistryDomain(chainId, await registry.getAddress());
    const signature = await key.signTypedData(domain, OPERATOR_ACCEPTANCE_TYPES, acceptance);
    const { operator, roles, expiresAt, deadline } = acceptance;
    await registry.nameOperator(operator, roles, expiresAt, deadline, signature);

    expect(await registry.principalOf(key)).to.equal(hospital.address);
  });
});
