/** The attacks on consents by outsiders, thieves and providers; each must fail. By representatives: the file beside. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { Signature, type TypedDataDomain } from "ethers";
import { ethers } from "hardhat";

import { CATEGORIES, FIRST_PROTECTED_BIT, PURPOSES, type Category } from "../../src/consent/codes.js";
import { ROLES, STANDINGS } from "../../src/participants/roles.js";
import { EMERGENCIES_PER_DAY, accreditorFor, enlist } from "../support/careproof";
import { MESSAGE_TYPES, domainOf, sign } from "../support/consentMessages";
import {
  categories,
  denialOf,
  deployParties,
  deployWithGuardian,
  grantMessage,
  inOneBlock,
  now,
  purposes,
  revocationMessage,
  signConsent,
  soon,
  startFrom,
  ALL_CATEGORIES,
  ALL_PURPOSES,
  DAY,
  DIRECT,
  EVIDENCE,
  KIND,
  SIGNED,
  type Parties,
} from "../support/consentParties";

const ALLERGIES = categories("ALLERGIES");

/** A grant by the patient, signed for a domain that may differ in `other`. */
async function signedGrant(parties: Parties, other: Partial<TypedDataDomain> = {}, at?: bigint) {
  const message = await grantMessage(parties, parties.patient.address, at ?? (await now()));
  const domain = await domainOf("CareProof ConsentRegistry", parties.consents, other);
  return { message, signature: await sign(parties.patient, domain, "ConsentGrant", message) };
}

async function refusesSignature(parties: Parties, attempt: Promise<unknown>, signer: string): Promise<void> {
  await expect(attempt).to.be.revertedWithCustomError(parties.consents, "InvalidSignature").withArgs(signer);
  expect(await denialOf(parties)).to.equal("NeverGranted");
}

describe("attacks on signed consents", () => {
  it("signature of patient A used for B", async () => {
    const parties = await startFrom(deployParties);
    const { consents, neighbour, patient } = parties;
    const { message, signature } = await signedGrant(parties);
    const stolen = { ...message, patient: neighbour.address, decidedBy: neighbour.address };
    await refusesSignature(parties, consents.grantBySig(stolen, signature), neighbour.address);
    // A may sign in the name of B, and is then no representative of B.
    const inTheName = { ...message, patient: neighbour.address };
    await expect(consents.grantBySig(inTheName, await signConsent(parties, patient, "ConsentGrant", inTheName)))
      .to.be.revertedWithCustomError(consents, "NotRepresentative")
      .withArgs(neighbour.address, patient.address);
  });

  it("same signature on another chain", async () => {
    const parties = await startFrom(deployParties);
    const { message, signature } = await signedGrant(parties, { chainId: 1 });
    await refusesSignature(parties, parties.consents.grantBySig(message, signature), parties.patient.address);
  });

  it("same signature on another deployment", async () => {
    const parties = await startFrom(deployParties);
    const { consents, accessManager, participants, representatives, patient } = parties;
    const { message, signature } = await signedGrant(parties);
    const args = [await accessManager.getAddress(), await participants.getAddress()] as const;
    const factory = await ethers.getContractFactory("ConsentRegistry");
    const second = await factory.deploy(...args, await representatives.getAddress(), 3);
    const elsewhere = consents.attach(await second.getAddress()) as typeof consents;
    await expect(elsewhere.grantBySig(message, signature))
      .to.be.revertedWithCustomError(consents, "InvalidSignature")
      .withArgs(patient.address);
    await consents.grantBySig(message, signature);
    expect(await denialOf(parties)).to.equal("None");
  });

  it("an old grant after a revocation", async () => {
    const parties = await startFrom(deployParties);
    const { consents } = parties;
    const { message, signature } = await signedGrant(parties);
    const at = await soon();
    await DIRECT.revoke(parties, at);
    await expect(consents.grantBySig(message, signature))
      .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
      .withArgs(PURPOSES.TREAT, at);
    expect(await denialOf(parties)).to.equal("Revoked");
  });

  it("an old grant after a revocation of everything", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient } = parties;
    const { message, signature } = await signedGrant(parties);
    const at = await soon();
    await consents.connect(patient).revokeAll();
    await expect(consents.grantBySig(message, signature))
      .to.be.revertedWithCustomError(consents, "DecisionSuperseded")
      .withArgs(at, message.issuedAt);
    expect(await denialOf(parties)).to.equal("NeverGranted");
  });

  it("the same grant relayed twice", async () => {
    const parties = await startFrom(deployParties);
    const { consents } = parties;
    const { message, signature } = await signedGrant(parties);
    await consents.grantBySig(message, signature);
    await expect(consents.grantBySig(message, signature))
      .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
      .withArgs(PURPOSES.TREAT, message.issuedAt);
  });

  it("a grant dated in the future, which no revocation would reach", async () => {
    const parties = await startFrom(deployParties);
    const at = (await now()) + DAY;
    const { message, signature } = await signedGrant(parties, {}, at);
    await expect(parties.consents.grantBySig(message, signature))
      .to.be.revertedWithCustomError(parties.consents, "IssuedInFuture")
      .withArgs(at);
  });

  it("expired deadline", async () => {
    const parties = await startFrom(deployParties);
    const { message, signature } = await signedGrant(parties);
    await time.setNextBlockTimestamp(message.deadline + 1n);
    await expect(parties.consents.grantBySig(message, signature))
      .to.be.revertedWithCustomError(parties.consents, "DeadlinePassed")
      .withArgs(message.deadline);
  });

  it("malleated signature", async () => {
    const parties = await startFrom(deployParties);
    const { message, signature } = await signedGrant(parties);
    const { r, s, yParity } = Signature.from(signature);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const twin = ethers.concat([r, ethers.toBeHex(order - BigInt(s), 32), yParity === 0 ? "0x1c" : "0x1b"]);
    const digest = ethers.TypedDataEncoder.hash(
      await domainOf("CareProof ConsentRegistry", parties.consents),
      { ConsentGrant: MESSAGE_TYPES.ConsentGrant! },
      message,
    );
    // The twin does recover to the patient; it is refused because its s is high.
    const recovered = await parties.stranger.provider.call({
      to: "0x0000000000000000000000000000000000000001",
      data: ethers.concat([digest, ethers.zeroPadValue(ethers.dataSlice(twin, 64), 32), ethers.dataSlice(twin, 0, 64)]),
    });
    expect(ethers.getAddress(ethers.dataSlice(recovered, 12))).to.equal(parties.patient.address);
    await refusesSignature(parties, parties.consents.grantBySig(message, twin), parties.patient.address);
  });

  it("contract wallet that later refuses: a held grant dies, what stands and the wallet's revocations stay", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital } = parties;
    const wallet = await ethers.deployContract("ERC1271Wallet", [patient.address]);
    const account = await wallet.getAddress();
    const ofWallet = { ...parties, patient: { address: account } };
    const signed = async (at: bigint, mask: bigint) => {
      const message = await grantMessage(ofWallet, account, at, { purposes: mask });
      return { message, signature: await signConsent(parties, patient, "ConsentGrant", message) };
    };
    const first = await signed(await now(), purposes("TREAT"));
    const held = await signed(await now(), purposes("COC"));
    await consents.grantBySig(first.message, first.signature);
    await wallet.getFunction("setRefusing")(true);

    await expect(consents.grantBySig(held.message, held.signature))
      .to.be.revertedWithCustomError(consents, "InvalidSignature")
      .withArgs(account);
    expect((await consents.lastDecision(account, hospital, PURPOSES.COC)).kind).to.equal(KIND.None);
    expect(await denialOf(parties, { patient: account })).to.equal("None");

    await wallet.getFunction("setRefusing")(false);
    const revocation = revocationMessage(ofWallet, account, await now());
    await consents.revokeBySig(revocation, await signConsent(parties, patient, "ConsentRevocation", revocation));
    expect(await denialOf(parties, { patient: account })).to.equal("Revoked");
  });

  it("a delegated account (EIP-7702) whose code refuses: the patient still revokes with the account's own key", async () => {
    const parties = await startFrom(deployParties);
    const { patient, stranger } = parties;
    await SIGNED.grant(parties, await now());
    // A wallet of another, which refuses whatever this patient signs.
    const wallet = await ethers.deployContract("ERC1271Wallet", [stranger.address]);
    const designator = ethers.concat(["0xef0100", await wallet.getAddress()]);
    await ethers.provider.send("hardhat_setCode", [patient.address, designator]);
    expect(await ethers.provider.getCode(patient.address)).to.equal(designator.toLowerCase());

    await SIGNED.revoke(parties, await now());
    expect(await denialOf(parties)).to.equal("Revoked");
  });
});

describe("attacks on revocations", () => {
  it("a held grant relayed in the block of the revocation, before or after it", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital } = parties;
    for (const isGrantFirst of [true, false]) {
      const at = await soon();
      const relay = () => SIGNED.grant(parties, at);
      const revoke = () => DIRECT.revoke(parties, at);
      const statuses = await inOneBlock(...(isGrantFirst ? [relay, revoke] : [revoke, relay]));
      expect(statuses).to.deep.equal(isGrantFirst ? [1, 1] : [1, 0]);
      expect(await consents.lastDecision(patient, hospital, PURPOSES.TREAT)).to.deep.equal([KIND.Revoked, at]);
    }
  });

  it("one purpose decided later, to make the revocation of many fail: it is skipped, the rest applies", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital } = parties;
    await DIRECT.grant(parties, 0n, { purposes: purposes("TREAT", "COC", "HPAYMT") });
    const signedAt = await now();
    await DIRECT.grant(parties, await soon(), { purposes: purposes("COC") });
    await expect(SIGNED.revoke(parties, signedAt, purposes("TREAT", "COC", "HPAYMT")))
      .to.emit(consents, "ConsentRevoked")
      .withArgs(patient.address, hospital.address, purposes("TREAT", "HPAYMT"), signedAt);
    expect(await denialOf(parties)).to.equal("Revoked");
    expect(await denialOf(parties, { purpose: "COC" })).to.equal("None");
  });

  it("one purpose revoked later, to smuggle in the rest of an older grant: all or nothing", async () => {
    const parties = await startFrom(deployParties);
    const { consents } = parties;
    const signedAt = await now();
    const at = await soon();
    await DIRECT.revoke(parties, at, purposes("COC"));
    await expect(SIGNED.grant(parties, signedAt, { purposes: purposes("TREAT", "COC") }))
      .to.be.revertedWithCustomError(consents, "ConsentSuperseded")
      .withArgs(PURPOSES.COC, at);
    expect(await denialOf(parties)).to.equal("NeverGranted");
  });

  it("a signed grant kept from the chain until after the patient refused what was never granted", async () => {
    const parties = await startFrom(deployParties);
    const signedAt = await now();
    const at = await soon();
    await DIRECT.revoke(parties, at, ALL_PURPOSES);
    await expect(SIGNED.grant(parties, signedAt))
      .to.be.revertedWithCustomError(parties.consents, "ConsentSuperseded")
      .withArgs(PURPOSES.TREAT, at);
  });

  it("a thief of the patient's key rids himself of the guardian: the change waits, and the guardian is faster", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient, guardian, stranger } = parties;
    const thief = consents.connect(patient);
    // Naming again and again neither takes the guardian's power away nor gives the thief's friend any.
    for (const named of [stranger.address, ethers.ZeroAddress, stranger.address]) {
      await thief.nameGuardian(named);
      await time.increase(2n * DAY);
      await expect(consents.connect(stranger).revokeAllFor(patient))
        .to.be.revertedWithCustomError(consents, "NotPatientOrGuardian")
        .withArgs(patient.address, stranger.address);
    }
    await DIRECT.grant(parties, 0n);
    await consents.connect(guardian).revokeAllFor(patient);
    expect(await denialOf(parties)).to.equal("RevokedAll");
    // The patient, who still has the key, undoes the thief's naming: the guardian never lost it.
    await thief.nameGuardian(guardian);
    await consents.connect(guardian).retire(patient);
    await time.increase(3n * DAY);
    expect(await denialOf(parties)).to.equal("Retired");
  });

  it("a thief un-retires the address", async () => {
    const parties = await startFrom(deployWithGuardian);
    const { consents, patient } = parties;
    await consents.connect(patient).retire(patient);
    await expect(consents.connect(patient).objectToRetirement())
      .to.be.revertedWithCustomError(consents, "NoPendingRetirement")
      .withArgs(patient.address);
    await expect(DIRECT.grant(parties, 0n))
      .to.be.revertedWithCustomError(consents, "PatientRetired")
      .withArgs(patient.address);
  });
});

describe("attacks by providers", () => {
  it("operator of a suspended provider", async () => {
    const parties = await startFrom(deployParties);
    const { participants, consents, patient, hospital, operator } = parties;
    await DIRECT.grant(parties, 0n, { purposes: purposes("TREAT", "ETREAT") });
    const board = participants.connect(accreditorFor(parties, "PROVIDER"));
    await board.suspend(hospital, ROLES.PROVIDER);
    await board.suspend(hospital, ROLES.EMERGENCY_CARE);
    for (const accessor of [operator.address, hospital.address]) {
      expect(await denialOf(parties, { accessor })).to.equal("Suspended");
      expect(await denialOf(parties, { accessor, purpose: "ETREAT" })).to.equal("Suspended");
    }
    await expect(consents.connect(operator).breakGlass(patient, ALLERGIES, 0, EVIDENCE))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(operator.address, ROLES.EMERGENCY_CARE, STANDINGS.indexOf("Suspended"));
  });

  it("break-glass without the role", async () => {
    const parties = await startFrom(deployParties);
    const { participants, consents, patient, hospital, stranger } = parties;
    await enlist(parties, hospital, stranger, "PROVIDER");
    await expect(consents.connect(stranger).breakGlass(patient, ALLERGIES, 0, EVIDENCE))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.EMERGENCY_CARE, STANDINGS.indexOf("OperatorRoleMissing"));
  });

  it("break-glass twice too often, by ever other keys", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, hospital, operator, relayer, stranger, guardian } = parties;
    const keys = [operator, relayer, stranger, guardian];
    expect(keys.length).to.be.greaterThan(EMERGENCIES_PER_DAY);
    for (const key of keys.slice(1)) await enlist(parties, hospital, key, "EMERGENCY_CARE");
    for (const key of keys.slice(0, EMERGENCIES_PER_DAY)) {
      await consents.connect(key).breakGlass(patient, ALLERGIES, 0, EVIDENCE);
    }
    for (const key of keys.slice(EMERGENCIES_PER_DAY)) {
      await expect(consents.connect(key).breakGlass(patient, ALLERGIES, 0, EVIDENCE))
        .to.be.revertedWithCustomError(consents, "EmergencyRateExceeded")
        .withArgs(hospital.address);
    }
  });

  it("break-glass against the patient's flag, set before or after", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, neighbour, hospital, operator } = parties;
    await consents.connect(neighbour).setBreakGlassPreference(true);
    await expect(consents.connect(operator).breakGlass(neighbour, ALLERGIES, 0, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "EmergencyForbidden")
      .withArgs(neighbour.address, hospital.address);
    await consents.connect(operator).breakGlass(patient, ALLERGIES, 0, EVIDENCE);
    await consents.connect(patient).setBreakGlassPreference(true);
    const use = { accessor: operator.address, purpose: "ETREAT", categories: ALLERGIES } as const;
    expect(await denialOf(parties, use)).to.equal("NeverGranted");
  });

  it("a hostile reviewer who never reviews: one key waits, the organisation goes on", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, neighbour, hospital, operator, stranger } = parties;
    await enlist(parties, hospital, stranger, "EMERGENCY_CARE");
    await consents.connect(operator).breakGlass(patient, ALLERGIES, 0, EVIDENCE);
    await time.increase(30n * DAY);
    await consents.reportOverdueReview(operator);
    await expect(consents.connect(operator).breakGlass(neighbour, ALLERGIES, 0, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "EmergencyUnreviewed")
      .withArgs(operator.address, patient.address);
    for (const key of [stranger, hospital]) {
      await expect(consents.connect(key).breakGlass(neighbour, ALLERGIES, 0, EVIDENCE)).to.emit(
        consents,
        "GlassBroken",
      );
    }
  });

  it("an emergency source beyond the patient's preference, or without one", async () => {
    const parties = await startFrom(deployParties);
    const { consents, admin, patient, neighbour, operator, stranger } = parties;
    await consents.connect(admin).setEmergencySource(stranger);
    await consents.connect(patient).setEmergencySourcePreference(stranger, ALLERGIES);
    await time.increase(7n * DAY);
    const source = consents.connect(stranger);
    const beyond = ALLERGIES | categories("PSY");
    await expect(source.openEmergency(patient, operator, beyond, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "SourceNotAllowed")
      .withArgs(patient.address, stranger.address, ALLERGIES);
    await expect(source.openEmergency(neighbour, operator, ALLERGIES, EVIDENCE))
      .to.be.revertedWithCustomError(consents, "SourceNotAllowed")
      .withArgs(neighbour.address, stranger.address, 0n);
  });

  it("protected category through a general bit", async () => {
    const parties = await startFrom(deployParties);
    const bits = Object.entries(CATEGORIES) as [Category, number][];
    const general = categories(...bits.filter(([, bit]) => bit < FIRST_PROTECTED_BIT).map(([name]) => name));
    const guarded = bits.filter(([, bit]) => bit >= FIRST_PROTECTED_BIT);
    expect(guarded).to.have.lengthOf(9);
    await DIRECT.grant(parties, 0n, { categories: general });
    expect(await denialOf(parties, { categories: general })).to.equal("None");
    for (const [name] of guarded) {
      expect(await denialOf(parties, { categories: categories(name) }), name).to.equal("CategoryNotCovered");
    }
    await DIRECT.grant(parties, 0n, { categories: ALL_CATEGORIES ^ categories("HIV") });
    expect(await denialOf(parties, { categories: categories("STD", "HIV") })).to.equal("CategoryNotCovered");
  });

  it("a consent for one purpose used for its parent, its child or another", async () => {
    const parties = await startFrom(deployParties);
    await DIRECT.grant(parties, 0n, { purposes: purposes("HOPERAT") });
    expect(await denialOf(parties, { purpose: "HOPERAT" })).to.equal("None");
    for (const purpose of ["TREAT", "ETREAT", "COC", "CAREMGT", "HQUALIMP", "PATSFTY"] as const) {
      expect(await denialOf(parties, { purpose }), purpose).to.equal("NeverGranted");
    }
  });
});
