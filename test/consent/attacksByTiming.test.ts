/** Attacks that use the time between a decision and its arrival. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import { typedData } from "../../src/consent/typedData.js";
import { roleMask } from "../../src/participants/roles.js";
import { YEAR, accredit } from "../support/careproof";
import {
  BY_PROXY,
  DAY,
  EVIDENCE,
  HOUR,
  appointRepresentative,
  categories,
  deployParties,
  deployWithRepresentative,
  inOneBlock,
  now,
  purposes,
  someTerms,
  startFrom,
  type Parties,
} from "../support/consentParties";

const CHAIN_ID = 31337;

const treatmentDenial = async ({ consents, patient, hospital }: Parties): Promise<boolean> =>
  !(await consents.check(patient, hospital, PURPOSES.TREAT, categories("LABORATORY"))).permitted;

/** A naming of the representative that the patient signs now and somebody relays later. */
async function heldNaming(parties: Parties, mask: bigint): Promise<() => Promise<unknown>> {
  const { representatives, patient, representative, relayer } = parties;
  const issuedAt = await now();
  const message = {
    patient: patient.address,
    representative: representative.address,
    purposes: mask,
    expiresAt: issuedAt + YEAR,
    issuedAt,
    deadline: issuedAt + YEAR,
  };
  const where = { chainId: CHAIN_ID, verifyingContract: await representatives.getAddress() };
  const data = typedData("RepresentativeNaming", where, message);
  const signature = await patient.signTypedData(data.domain, data.types, data.message);
  return () =>
    representatives
      .connect(relayer)
      .nameRepresentativeBySig(patient, representative, mask, message.expiresAt, issuedAt, message.deadline, signature);
}

describe("attacks by timing", () => {
  it("attack: a representative outruns a narrower naming that is on its way", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const relay = await heldNaming(parties, purposes("HPAYMT"));
    await BY_PROXY.grant(parties, 0n);
    expect(await treatmentDenial(parties)).to.equal(false);
    await relay();
    expect(await treatmentDenial(parties)).to.equal(true);
  });

  it("attack: a representative grants in the very second in which the patient narrows the naming", async () => {
    const parties = await startFrom(deployWithRepresentative);
    const { consents, representatives, patient, representative, hospital } = parties;
    const terms = await someTerms();
    const expiresAt = (await now()) + YEAR;
    await inOneBlock(
      () => consents.connect(representative).grantFor(patient, hospital, purposes("TREAT"), terms, EVIDENCE),
      () => representatives.connect(patient).nameRepresentative(representative, purposes("HPAYMT"), expiresAt),
    );
    const { purposes: scope } = await representatives.representationOf(patient, representative);
    expect(scope).to.equal(purposes("HPAYMT"));
    expect((await consents.consentOf(patient, hospital, PURPOSES.TREAT)).issuedAt).not.to.equal(0n);
    expect(await treatmentDenial(parties)).to.equal(true);
  });

  it("attack: an old naming, relayed late, revives what an appointment that ended had granted", async () => {
    const parties = await startFrom(deployParties);
    const { consents, representatives, patient, representative, hospital, court } = parties;
    const relay = await heldNaming(parties, purposes("HPAYMT"));
    await consents.connect(patient).revoke(hospital, purposes("TREAT"));
    await appointRepresentative(parties, true);
    await BY_PROXY.grant(parties, 0n);
    expect(await treatmentDenial(parties)).to.equal(false);
    const issuedAt = await now();
    const where = { chainId: CHAIN_ID, verifyingContract: await representatives.getAddress() };
    const data = typedData("AppointmentDecision", where, {
      patient: patient.address,
      representative: representative.address,
      officer: court.address,
      inForce: false,
      issuedAt,
      deadline: issuedAt + DAY,
    });
    await representatives.decideAppointment(
      data.message,
      await court.signTypedData(data.domain, data.types, data.message),
    );
    expect(await treatmentDenial(parties)).to.equal(true);
    await relay();
    expect(await treatmentDenial(parties)).to.equal(true);
  });

  it("attack: an appointed representative without override grants again after outrunning a revocation of everything", async () => {
    const parties = await startFrom(deployParties);
    const { consents, patient, relayer } = parties;
    await appointRepresentative(parties, false);
    const issuedAt = await now();
    const where = { chainId: CHAIN_ID, verifyingContract: await consents.getAddress() };
    const message = { patient: patient.address, decidedBy: patient.address, issuedAt, deadline: issuedAt + HOUR };
    const data = typedData("RevokeAll", where, message);
    const signature = await patient.signTypedData(data.domain, data.types, data.message);
    await BY_PROXY.grant(parties, 0n);
    await consents.connect(relayer).revokeAllBySig(patient, patient, issuedAt, message.deadline, signature);
    expect(await treatmentDenial(parties)).to.equal(true);
    await expect(BY_PROXY.grant(parties, 0n))
      .to.be.revertedWithCustomError(consents, "PatientDecided")
      .withArgs(PURPOSES.TREAT);
    expect(await treatmentDenial(parties)).to.equal(true);
  });

  it("attack: a key that ran out long ago lengthens its tenure by removing itself", async () => {
    const parties = await startFrom(deployParties);
    const { participants, disclosures, stranger: key, guardian: gateway, relayer } = parties;
    await accredit(parties, gateway, "GATEWAY");
    const until = (await now()) + HOUR;
    await participants.connect(gateway).offerOperator(key, roleMask("GATEWAY"), until);
    await participants.connect(key).acceptOperator(gateway);
    await time.increase(30n * DAY);
    await participants.connect(key).removeOperator(key);
    expect((await participants.tenureOf(key, gateway)).until).to.equal(until);

    const receipt = {
      gateway: gateway.address,
      signer: key.address,
      disclosure: ethers.id("disclosure"),
      accessedAt: until + DAY,
    };
    const where = { chainId: CHAIN_ID, verifyingContract: await disclosures.getAddress() };
    const data = typedData("AccessReceipt", where, receipt);
    const signature = await key.signTypedData(data.domain, data.types, data.message);
    await expect(disclosures.connect(relayer).reportUnlogged(receipt, signature))
      .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
      .withArgs(gateway.address, key.address);
  });
});
