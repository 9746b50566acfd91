import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { ROLES, STANDINGS, roleMask } from "../../src/participants/index.js";
import { YEAR, accredit, deployCareProof, enlist } from "../support/careproof";
import {
  impersonated,
  itTakesOnlySignedDecisions,
  sign,
  type Message,
  type SignedRoute,
} from "../support/signedDecisions";

const { PROVIDER } = ROLES;
const MASK = roleMask("PROVIDER");
const ACCEPTANCE = {
  domainName: "CareProof ParticipantRegistry",
  type: "OperatorAcceptance(address operator,address principal,uint56 roles,uint40 expiresAt,uint256 nonce,uint40 deadline)",
};

async function deployWithKeys() {
  const system = await loadFixture(deployCareProof);
  const [hospital, clinic, key, stranger] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, hospital, "PROVIDER");
  await accredit(system, clinic, "PROVIDER");
  const { participants } = system;
  const expiresAt = BigInt(await time.latest()) + YEAR;
  const deadline = expiresAt;
  /** Signs the acceptance of `operator` to act for `principal`. */
  const accept = async (operator: HardhatEthersSigner, principal: { address: string }) =>
    sign(
      operator,
      { contract: participants, ...ACCEPTANCE },
      {
        operator: operator.address,
        principal: principal.address,
        roles: MASK,
        expiresAt,
        nonce: await participants.nonces(operator.address),
        deadline,
      },
    );
  return { ...system, hospital, clinic, key, stranger, expiresAt, deadline, accept };
}

type WithKeys = Awaited<ReturnType<typeof deployWithKeys>>;
type Enlist = (system: WithKeys, principal: HardhatEthersSigner, key: HardhatEthersSigner) => Promise<unknown>;

/** The two ways in which a key starts to act for a participant. */
const ROUTES: Record<string, Enlist> = {
  "offered and accepted": async ({ participants, expiresAt }, principal, key) => {
    await participants.connect(principal).offerOperator(key.address, MASK, expiresAt);
    return participants.connect(key).acceptOperator(principal.address);
  },
  "named with its signature": async ({ participants, expiresAt, deadline, accept }, principal, key) =>
    participants.connect(principal).nameOperator(key.address, MASK, expiresAt, deadline, await accept(key, principal)),
};

async function readyForAcceptance(): Promise<SignedRoute> {
  const { participants, hospital, clinic, key, stranger, expiresAt } = await loadFixture(deployWithKeys);
  return {
    contract: participants,
    ...ACCEPTANCE,
    signedBy: "operator",
    signer: key,
    other: stranger,
    decisionOf: async (operator) => ({
      operator,
      principal: hospital.address,
      roles: MASK,
      expiresAt,
      nonce: await participants.nonces(operator),
      deadline: expiresAt,
    }),
    altered: { principal: clinic.address, roles: MASK << 1n, expiresAt: expiresAt + 1n },
    relay: async ({ operator, principal, roles, expiresAt: until, deadline }: Message, signature) =>
      participants
        .connect(await impersonated(principal as string))
        .nameOperator(operator as string, roles as bigint, until as bigint, deadline as bigint, signature),
    stands: async ({ operator, principal }) => (await participants.principalOf(operator as string)) === principal,
  };
}

describe("ParticipantRegistry: operators", () => {
  describe("offerOperator", () => {
    it("has no effect until the key accepts", async () => {
      const { participants, hospital, key, expiresAt } = await loadFixture(deployWithKeys);
      await expect(participants.connect(hospital).offerOperator(key.address, MASK, expiresAt))
        .to.emit(participants, "OperatorOffered")
        .withArgs(hospital.address, key.address, MASK, expiresAt);
      expect([...(await participants.offerOf(hospital.address, key.address))]).to.deep.equal([MASK, expiresAt]);
      expect([...(await participants.operatorOf(key.address))]).to.deep.equal([ethers.ZeroAddress, 0n, 0n]);
      expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([0n, 0n, 0n]);
      expect(await participants.principalOf(key.address)).to.equal(key.address);
    });

    it("replaces an offer that was not accepted", async () => {
      const { participants, hospital, key, expiresAt } = await loadFixture(deployWithKeys);
      const registry = participants.connect(hospital);
      await registry.offerOperator(key.address, MASK, expiresAt);
      await registry.offerOperator(key.address, roleMask("GATEWAY"), expiresAt - 1n);
      await participants.connect(key).acceptOperator(hospital.address);
      expect([...(await participants.operatorOf(key.address))]).to.deep.equal([
        hospital.address,
        roleMask("GATEWAY"),
        expiresAt - 1n,
      ]);
    });

    it("without roles, withdraws an offer that was not accepted", async () => {
      const { participants, hospital, key, expiresAt } = await loadFixture(deployWithKeys);
      const registry = participants.connect(hospital);
      await registry.offerOperator(key.address, MASK, expiresAt);
      await expect(registry.offerOperator(key.address, 0n, expiresAt))
        .to.emit(participants, "OperatorOffered")
        .withArgs(hospital.address, key.address, 0n, 0n);
      expect([...(await participants.offerOf(hospital.address, key.address))]).to.deep.equal([0n, 0n]);
      await expect(participants.connect(key).acceptOperator(hospital.address))
        .to.be.revertedWithCustomError(participants, "NoOffer")
        .withArgs(hospital.address, key.address);
    });

    it("without roles, leaves what a key of the caller's may do", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, key, expiresAt } = system;
      await enlist(system, hospital, key, "PROVIDER");
      await participants.connect(hospital).offerOperator(key.address, 0n, expiresAt);
      expect(await participants.resolve(key.address, PROVIDER)).to.equal(hospital.address);
    });

    it("changes at once what a key of the caller's may do", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, key, expiresAt } = system;
      await enlist(system, hospital, key, "PROVIDER");
      const { since } = await participants.tenureOf(key.address, hospital.address);
      await expect(participants.connect(hospital).offerOperator(key.address, roleMask("GATEWAY"), expiresAt + 1n))
        .to.emit(participants, "OperatorSet")
        .withArgs(hospital.address, key.address, roleMask("GATEWAY"), expiresAt + 1n);
      expect([...(await participants.operatorOf(key.address))]).to.deep.equal([
        hospital.address,
        roleMask("GATEWAY"),
        expiresAt + 1n,
      ]);
      expect([...(await participants.offerOf(hospital.address, key.address))]).to.deep.equal([0n, 0n]);
      expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([
        since,
        expiresAt + 1n,
        roleMask("PROVIDER", "GATEWAY"),
      ]);
    });

    it("refuses nobody, and an expiry that is not in the future", async () => {
      const { participants, hospital, key, expiresAt } = await loadFixture(deployWithKeys);
      const registry = participants.connect(hospital);
      await expect(registry.offerOperator(ethers.ZeroAddress, MASK, expiresAt))
        .to.be.revertedWithCustomError(participants, "Empty")
        .withArgs();
      const now = BigInt(await time.latest()) + 10n;
      await time.setNextBlockTimestamp(now);
      await expect(registry.offerOperator(key.address, MASK, now))
        .to.be.revertedWithCustomError(participants, "NotInFuture")
        .withArgs(now);
    });
  });

  for (const [route, start] of Object.entries(ROUTES)) {
    describe(`a key ${route}`, () => {
      it("acts for the participant from then on", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, key, expiresAt } = system;
        await expect(start(system, hospital, key))
          .to.emit(participants, "OperatorSet")
          .withArgs(hospital.address, key.address, MASK, expiresAt);
        const now = BigInt(await time.latest());
        expect([...(await participants.operatorOf(key.address))]).to.deep.equal([hospital.address, MASK, expiresAt]);
        expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([now, expiresAt, MASK]);
        expect([...(await participants.offerOf(hospital.address, key.address))]).to.deep.equal([0n, 0n]);
        expect(await participants.principalOf(key.address)).to.equal(hospital.address);
        expect(await participants.resolve(key.address, PROVIDER)).to.equal(hospital.address);
      });

      it("uses up an offer that was made to it before", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, key, expiresAt } = system;
        await participants.connect(hospital).offerOperator(key.address, roleMask("GATEWAY"), expiresAt);
        await start(system, hospital, key);
        await participants.connect(hospital).removeOperator(key.address);
        await expect(participants.connect(key).acceptOperator(hospital.address))
          .to.be.revertedWithCustomError(participants, "NoOffer")
          .withArgs(hospital.address, key.address);
      });

      it("can come back after it was removed; its tenure goes on", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, key, expiresAt } = system;
        await start(system, hospital, key);
        const since = BigInt(await time.latest());
        await participants.connect(hospital).removeOperator(key.address);
        expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([
          since,
          BigInt(await time.latest()),
          MASK,
        ]);
        await start(system, hospital, key);
        expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([
          since,
          expiresAt,
          MASK,
        ]);
        expect(await participants.resolve(key.address, PROVIDER)).to.equal(hospital.address);
      });

      it("can serve another participant after it was removed", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, clinic, key } = system;
        await start(system, hospital, key);
        await participants.connect(key).removeOperator(key.address);
        await start(system, clinic, key);
        expect(await participants.resolve(key.address, PROVIDER)).to.equal(clinic.address);
        expect((await participants.tenureOf(key.address, hospital.address)).until).not.to.equal(0n);
      });

      it("attack: a key that serves one participant cannot serve another", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, clinic, key } = system;
        await start(system, hospital, key);
        await expect(start(system, clinic, key))
          .to.be.revertedWithCustomError(participants, "OperatorServesAnother")
          .withArgs(key.address, hospital.address);
        expect(await participants.principalOf(key.address)).to.equal(hospital.address);
      });

      it("attack: a participant, accredited now or once, cannot be anybody's key", async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, clinic, accreditors } = system;
        await expect(start(system, hospital, clinic))
          .to.be.revertedWithCustomError(participants, "OperatorIsParticipant")
          .withArgs(clinic.address);
        await participants.connect(accreditors.medicalBoard).withdraw(clinic.address, PROVIDER);
        await expect(start(system, hospital, clinic))
          .to.be.revertedWithCustomError(participants, "OperatorIsParticipant")
          .withArgs(clinic.address);
      });
    });
  }

  describe("acceptOperator", () => {
    it("refuses what was not offered to the caller", async () => {
      const { participants, hospital, key, stranger, expiresAt } = await loadFixture(deployWithKeys);
      await participants.connect(hospital).offerOperator(key.address, MASK, expiresAt);
      await expect(participants.connect(stranger).acceptOperator(hospital.address))
        .to.be.revertedWithCustomError(participants, "NoOffer")
        .withArgs(hospital.address, stranger.address);
    });

    it("refuses an offer that has run out", async () => {
      const { participants, hospital, key, expiresAt } = await loadFixture(deployWithKeys);
      await participants.connect(hospital).offerOperator(key.address, MASK, expiresAt);
      await time.setNextBlockTimestamp(expiresAt);
      await expect(participants.connect(key).acceptOperator(hospital.address))
        .to.be.revertedWithCustomError(participants, "NotInFuture")
        .withArgs(expiresAt);
    });
  });

  describe("nameOperator", () => {
    itTakesOnlySignedDecisions(readyForAcceptance);

    it("uses the key's nonce, so that the same signature serves once", async () => {
      const { participants, hospital, key, expiresAt, deadline, accept } = await loadFixture(deployWithKeys);
      const signature = await accept(key, hospital);
      expect(await participants.nonces(key.address)).to.equal(0n);
      const registry = participants.connect(hospital);
      await registry.nameOperator(key.address, MASK, expiresAt, deadline, signature);
      expect(await participants.nonces(key.address)).to.equal(1n);
      await expect(registry.nameOperator(key.address, MASK, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "InvalidSignature")
        .withArgs(key.address);
    });

    it("refuses nobody, no role, and an expiry that is not in the future", async () => {
      const { participants, hospital, key, expiresAt, deadline, accept } = await loadFixture(deployWithKeys);
      const signature = await accept(key, hospital);
      const registry = participants.connect(hospital);
      await expect(registry.nameOperator(ethers.ZeroAddress, MASK, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "Empty")
        .withArgs();
      await expect(registry.nameOperator(key.address, 0n, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "Empty")
        .withArgs();
      const now = BigInt(await time.latest()) + 10n;
      await time.setNextBlockTimestamp(now);
      await expect(registry.nameOperator(key.address, MASK, now, deadline, signature))
        .to.be.revertedWithCustomError(participants, "NotInFuture")
        .withArgs(now);
    });
  });

  describe("removeOperator", () => {
    for (const by of ["hospital", "key"] as const) {
      it(`ends at once what a key may do, by the ${by === "key" ? "key itself" : "participant"}`, async () => {
        const system = await loadFixture(deployWithKeys);
        const { participants, hospital, key } = system;
        await enlist(system, hospital, key, "PROVIDER");
        const { since } = await participants.tenureOf(key.address, hospital.address);
        await expect(participants.connect(system[by]).removeOperator(key.address))
          .to.emit(participants, "OperatorRemoved")
          .withArgs(hospital.address, key.address);
        const now = BigInt(await time.latest());
        expect([...(await participants.operatorOf(key.address))]).to.deep.equal([ethers.ZeroAddress, 0n, 0n]);
        expect([...(await participants.tenureOf(key.address, hospital.address))]).to.deep.equal([since, now, MASK]);
        expect(await participants.nonces(key.address)).to.equal(1n);
        expect([...(await participants.tryResolve(key.address, PROVIDER))]).to.deep.equal([
          key.address,
          BigInt(STANDINGS.indexOf("Unaccredited")),
        ]);
      });
    }

    it("refuses anybody else, another participant included", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, clinic, key, stranger, admin } = system;
      await enlist(system, hospital, key, "PROVIDER");
      for (const caller of [clinic, stranger, admin]) {
        await expect(participants.connect(caller).removeOperator(key.address))
          .to.be.revertedWithCustomError(participants, "NotOperatorOf")
          .withArgs(key.address, caller.address);
      }
      expect(await participants.principalOf(key.address)).to.equal(hospital.address);
    });

    it("refuses where the key acts for nobody, even the key itself", async () => {
      const { participants, hospital, key } = await loadFixture(deployWithKeys);
      for (const caller of [hospital, key]) {
        await expect(participants.connect(caller).removeOperator(key.address))
          .to.be.revertedWithCustomError(participants, "NotOperatorOf")
          .withArgs(key.address, caller.address);
      }
    });
  });

  describe("attack: capture of a hospital's keys", () => {
    it("an attacker that offers to a hospital's key changes nothing for it", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, clinic: attacker, key, expiresAt } = system;
      await enlist(system, hospital, key, "PROVIDER");
      await participants.connect(attacker).offerOperator(key.address, MASK, expiresAt);
      expect(await participants.resolve(key.address, PROVIDER)).to.equal(hospital.address);
      await expect(participants.connect(key).acceptOperator(attacker.address))
        .to.be.revertedWithCustomError(participants, "OperatorServesAnother")
        .withArgs(key.address, hospital.address);
    });

    it("an attacker that comes first cannot keep the key from its hospital", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, clinic: attacker, key, expiresAt } = system;
      await participants.connect(attacker).offerOperator(key.address, MASK, expiresAt);
      await enlist(system, hospital, key, "PROVIDER");
      expect(await participants.resolve(key.address, PROVIDER)).to.equal(hospital.address);
    });

    it("an attacker that names the hospital itself changes nothing for it", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, clinic: attacker, expiresAt } = system;
      await participants.connect(attacker).offerOperator(hospital.address, MASK, expiresAt);
      expect(await participants.resolve(hospital.address, PROVIDER)).to.equal(hospital.address);
      await expect(participants.connect(hospital).acceptOperator(attacker.address))
        .to.be.revertedWithCustomError(participants, "OperatorIsParticipant")
        .withArgs(hospital.address);
    });

    it("an attacker cannot use an acceptance that a key signed for its hospital", async () => {
      const {
        participants,
        hospital,
        clinic: attacker,
        key,
        expiresAt,
        deadline,
        accept,
      } = await loadFixture(deployWithKeys);
      const signature = await accept(key, hospital);
      await expect(participants.connect(attacker).nameOperator(key.address, MASK, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "InvalidSignature")
        .withArgs(key.address);
    });
  });

  describe("attack: an old acceptance brings a removed key back", () => {
    it("fails with a signature that was used", async () => {
      const { participants, hospital, key, expiresAt, deadline, accept } = await loadFixture(deployWithKeys);
      const signature = await accept(key, hospital);
      const registry = participants.connect(hospital);
      await registry.nameOperator(key.address, MASK, expiresAt, deadline, signature);
      await participants.connect(key).removeOperator(key.address);
      await expect(registry.nameOperator(key.address, MASK, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "InvalidSignature")
        .withArgs(key.address);
    });

    it("fails with a signature that was never used", async () => {
      const system = await loadFixture(deployWithKeys);
      const { participants, hospital, key, expiresAt, deadline, accept } = system;
      const signature = await accept(key, hospital);
      await enlist(system, hospital, key, "PROVIDER");
      await participants.connect(key).removeOperator(key.address);
      await expect(participants.connect(hospital).nameOperator(key.address, MASK, expiresAt, deadline, signature))
        .to.be.revertedWithCustomError(participants, "InvalidSignature")
        .withArgs(key.address);
      expect(await participants.principalOf(key.address)).to.equal(key.address);
    });
  });
});
