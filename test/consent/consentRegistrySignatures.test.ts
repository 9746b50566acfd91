import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Signature, type BaseContract, type ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import { domainOf, sign, type Message } from "../support/consentMessages";
import {
  categories,
  deployParties,
  grantMessage,
  now,
  revocationMessage,
  startFrom,
  DAY,
  HOUR,
  KIND,
  type Deciders,
  type Parties,
} from "../support/consentParties";

/** A decision that is signed: its message, and whether it has taken effect. */
interface SignedDecision {
  primaryType: string;
  message: (parties: Deciders, issuedAt: bigint) => Promise<Message>;
  isDone: (parties: Parties) => Promise<boolean>;
}

const ofPatient = ({ patient }: Deciders, issuedAt: bigint) => ({
  patient: patient.address,
  issuedAt,
  deadline: issuedAt + HOUR,
});

const SIGNED_DECISIONS: Record<string, SignedDecision> = {
  grantBySig: {
    primaryType: "ConsentGrant",
    message: (parties, issuedAt) => grantMessage(parties, parties.patient.address, issuedAt),
    isDone: async ({ consents, patient, hospital }) =>
      (await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).kind === KIND.Granted,
  },
  revokeBySig: {
    primaryType: "ConsentRevocation",
    message: (parties, issuedAt) => Promise.resolve(revocationMessage(parties, parties.patient.address, issuedAt)),
    isDone: async ({ consents, patient, hospital }) =>
      (await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).kind === KIND.Revoked,
  },
  revokeAllBySig: {
    primaryType: "RevokeAll",
    message: (parties, issuedAt) =>
      Promise.resolve({ ...ofPatient(parties, issuedAt), decidedBy: parties.patient.address }),
    isDone: async ({ consents, patient }) => (await consents.patientOf(patient)).revokedAllAt !== 0n,
  },
  setBreakGlassPreferenceBySig: {
    primaryType: "BreakGlassPreference",
    message: (parties, issuedAt) => Promise.resolve({ ...ofPatient(parties, issuedAt), forbidden: true }),
    isDone: async ({ consents, patient }) => (await consents.patientOf(patient)).breakGlassForbidden,
  },
  setEmergencySourcePreferenceBySig: {
    primaryType: "EmergencySourcePreference",
    message: (parties, issuedAt) =>
      Promise.resolve({
        ...ofPatient(parties, issuedAt),
        source: parties.stranger.address,
        categories: categories("ALLERGIES"),
      }),
    isDone: async ({ consents, patient, stranger }) =>
      (await consents.sourcePreferenceOf(patient, stranger)).categories === categories("ALLERGIES"),
  },
  nameGuardianBySig: {
    primaryType: "GuardianNaming",
    message: (parties, issuedAt) =>
      Promise.resolve({ ...ofPatient(parties, issuedAt), guardian: parties.stranger.address }),
    isDone: async ({ consents, patient, stranger }) =>
      (await consents.guardianshipOf(patient)).next === stranger.address,
  },
  retireBySig: {
    primaryType: "Retirement",
    message: (parties, issuedAt) =>
      Promise.resolve({ ...ofPatient(parties, issuedAt), decidedBy: parties.patient.address }),
    isDone: async ({ consents, patient }) => {
      const { retiredAt } = await consents.patientOf(patient);
      return retiredAt !== 0n && retiredAt <= (await now());
    },
  },
  objectToRetirementBySig: {
    primaryType: "RetirementObjection",
    message: (parties, issuedAt) => Promise.resolve(ofPatient(parties, issuedAt)),
    isDone: async ({ consents, patient }) => (await consents.patientOf(patient)).retiredAt === 0n,
  },
};

/** Relays a message to the function `name`, whose parameters have the names of the message's members. */
async function relayTo(
  name: string,
  { consents }: Parties,
  message: Message,
  signature: string,
): Promise<ContractTransactionResponse> {
  const method = (consents as BaseContract).getFunction(name);
  const parameters = method.fragment.inputs.slice(0, -1);
  return method.send(...parameters.map((param) => (param.isTuple() ? message : message[param.name])), signature);
}

/** A patient whose guardian asked for retirement, so that there is something to object to. */
async function deployWithPendingRetirement(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  const { consents, patient, guardian } = parties;
  await consents.connect(patient).nameGuardian(guardian);
  await consents.connect(guardian).retire(patient);
  return parties;
}

describe("ConsentRegistry: decisions by signature", () => {
  it("are all of the contract's functions that take a signature", async () => {
    const { consents } = await startFrom(deployWithPendingRetirement);
    const names = consents.interface.fragments.flatMap((fragment) =>
      fragment.type === "function" && fragment.inputs.some(({ name }) => name === "signature")
        ? [(fragment as unknown as { name: string }).name]
        : [],
    );
    expect(Object.keys(SIGNED_DECISIONS)).to.have.members(names);
  });

  it("are signed for the domain that the contract tells (EIP-5267)", async () => {
    const { consents } = await startFrom(deployWithPendingRetirement);
    const { name, version, chainId, verifyingContract } = await consents.eip712Domain();
    expect({ name, version, chainId, verifyingContract }).to.deep.equal(
      await domainOf("CareProof ConsentRegistry", consents),
    );
  });

  for (const [name, { primaryType, message: messageOf, isDone }] of Object.entries(SIGNED_DECISIONS)) {
    describe(name, () => {
      const relay = (parties: Parties, message: Message, signature: string) =>
        relayTo(name, parties, message, signature);

      async function setUp(signer?: (parties: Parties) => HardhatEthersSigner, other = {}, changed: Message = {}) {
        const parties = await startFrom(deployWithPendingRetirement);
        const issuedAt = await now();
        const message: Message = { ...(await messageOf(parties, issuedAt)), ...changed };
        const domain = await domainOf("CareProof ConsentRegistry", parties.consents, other);
        const signature = await sign(signer?.(parties) ?? parties.patient, domain, primaryType, message);
        return { parties, issuedAt, message, signature };
      }

      it("takes effect whoever relays it, until its deadline and the second of it included", async () => {
        const { parties, message, issuedAt, signature } = await setUp();
        expect(await isDone(parties)).to.equal(false);
        await time.setNextBlockTimestamp(issuedAt + HOUR);
        await relay({ ...parties, consents: parties.consents.connect(parties.relayer) }, message, signature);
        expect(await isDone(parties)).to.equal(true);
      });

      it("takes effect in the second in which it was decided", async () => {
        const { parties } = await setUp();
        const issuedAt = (await now()) + 5n;
        const message = await messageOf(parties, issuedAt);
        const domain = await domainOf("CareProof ConsentRegistry", parties.consents);
        const signature = await sign(parties.patient, domain, primaryType, message);
        await time.setNextBlockTimestamp(issuedAt);
        await relay(parties, message, signature);
        expect(await isDone(parties)).to.equal(true);
      });

      it("is refused after its deadline", async () => {
        const { parties, message, issuedAt, signature } = await setUp();
        await time.setNextBlockTimestamp(issuedAt + HOUR + 1n);
        await expect(relay(parties, message, signature))
          .to.be.revertedWithCustomError(parties.consents, "DeadlinePassed")
          .withArgs(issuedAt + HOUR);
        expect(await isDone(parties)).to.equal(false);
      });

      it("is refused where it is dated in the future", async () => {
        const future = (await now()) + DAY;
        const { parties, message, signature } = await setUp(undefined, {}, { issuedAt: future });
        await expect(relay(parties, message, signature))
          .to.be.revertedWithCustomError(parties.consents, "IssuedInFuture")
          .withArgs(future);
      });

      for (const [what, signer, other] of [
        ["by another", ({ stranger }: Parties) => stranger, {}],
        ["for another chain", undefined, { chainId: 1 }],
        ["for another deployment", undefined, { verifyingContract: ethers.getAddress(`0x${"42".repeat(20)}`) }],
        ["for another version", undefined, { version: "2" }],
        ["for another contract's name", undefined, { name: "CareProof Representatives" }],
      ] as const) {
        it(`is refused where it was signed ${what}`, async () => {
          const { parties, message, signature } = await setUp(signer, other);
          await expect(relay(parties, message, signature))
            .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
            .withArgs(parties.patient.address);
          expect(await isDone(parties)).to.equal(false);
        });
      }

      it("is refused where any member is not as signed", async () => {
        const { parties, message, signature } = await setUp();
        for (const [member, value] of Object.entries(message)) {
          // Another patient has nobody who could sign; that the decider is bound is seen by the signer's tests.
          if (member === "patient" || member === "decidedBy" || member === "issuedAt") continue;
          const other =
            typeof value === "boolean"
              ? !value
              : typeof value !== "string"
                ? BigInt(value) + 1n
                : value.length === 42
                  ? parties.relayer.address
                  : ethers.ZeroHash;
          await expect(relay(parties, { ...message, [member]: other }, signature), member)
            .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
            .withArgs(parties.patient.address);
        }
        await expect(relay(parties, { ...message, issuedAt: BigInt(message.issuedAt!) - 1n }, signature))
          .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
          .withArgs(parties.patient.address);
      });

      it("is refused with a malleated, a cut or no signature", async () => {
        const { parties, message, signature } = await setUp();
        const { r, s, v } = Signature.from(signature);
        const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
        const highS = ethers.toBeHex(order - BigInt(s), 32);
        const malleated = ethers.concat([r, highS, v === 27 ? "0x1c" : "0x1b"]);
        for (const bad of [malleated, ethers.dataSlice(signature, 0, 64), "0x"]) {
          await expect(relay(parties, message, bad))
            .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
            .withArgs(parties.patient.address);
        }
      });

      it("is refused in the name of nobody, whose signature anything recovers to", async () => {
        const { parties, message, signature } = await setUp();
        const nobody = { ...message, patient: ethers.ZeroAddress };
        if ("decidedBy" in message) Object.assign(nobody, { decidedBy: ethers.ZeroAddress });
        const unrecoverable = ethers.concat([ethers.ZeroHash, ethers.ZeroHash, "0x1b"]);
        for (const bad of [signature, unrecoverable]) {
          await expect(relay(parties, nobody, bad))
            .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
            .withArgs(ethers.ZeroAddress);
        }
      });

      it("is accepted of a contract wallet (ERC-1271) while the wallet answers for it", async () => {
        const { parties, issuedAt } = await setUp();
        const wallet = await ethers.deployContract("ERC1271Wallet", [parties.patient.address]);
        const walletAddress = await wallet.getAddress();
        const standIn = { ...parties, patient: { address: walletAddress } };
        const message = await messageOf(standIn, issuedAt);
        const domain = await domainOf("CareProof ConsentRegistry", parties.consents);
        const signature = await sign(parties.patient, domain, primaryType, message);
        await wallet.getFunction("setRefusing")(true);
        await expect(relay(parties, message, signature))
          .to.be.revertedWithCustomError(parties.consents, "InvalidSignature")
          .withArgs(walletAddress);
        await wallet.getFunction("setRefusing")(false);
        if (primaryType === "RetirementObjection") {
          // The signature is good; nobody asked for the wallet's retirement.
          await expect(relay(parties, message, signature))
            .to.be.revertedWithCustomError(parties.consents, "NoPendingRetirement")
            .withArgs(walletAddress);
        } else {
          await expect(relay(parties, message, signature)).not.to.be.reverted;
        }
      });
    });
  }
});
