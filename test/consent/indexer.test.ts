/** What an index of events must not miss: representatives' decisions around the arrival of a revocation of everything. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { PURPOSES } from "../../src/consent/codes.js";
import { decodeEvent } from "../../src/consent/events.js";
import { ConsentIndex } from "../../src/consent/indexer.js";
import { contractsOf, eventLogs } from "../support/eventLogs.js";
import {
  BY_PROXY,
  BY_REPRESENTATIVE,
  HOUR,
  KIND,
  NEVER_GRANTED,
  PATIENT_DECIDED,
  appointRepresentative,
  deployParties,
  inOneBlock,
  now,
  signConsent,
  soon,
  startFrom,
  type Parties,
} from "../support/consentParties";

const TREAT = BigInt(PURPOSES.TREAT);

async function deployWithAppointee(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  await appointRepresentative(parties, true);
  return parties;
}

/** A revocation of everything that the patient signs now and somebody relays later; when it was signed, and the relay. */
async function heldRevokeAll(parties: Parties) {
  const { consents, patient, relayer } = parties;
  const issuedAt = await now();
  const message = { patient: patient.address, decidedBy: patient.address, issuedAt, deadline: issuedAt + HOUR };
  const signature = await signConsent(parties, patient, "RevokeAll", message);
  const relay = async () =>
    consents.connect(relayer).revokeAllBySig(patient, patient, issuedAt, message.deadline, signature);
  return { issuedAt, relay };
}

/** The index of all events so far: the last decision and the flags of the consent to the hospital for TREAT. */
async function indexed(parties: Parties) {
  const contracts = await contractsOf(parties);
  const index = new ConsentIndex();
  for (const log of await eventLogs(ethers.provider)) {
    const event = decodeEvent(log, contracts);
    if (event !== undefined) index.apply(event);
  }
  const key = [parties.patient.address, parties.hospital.address, TREAT] as const;
  return { lastDecision: index.lastDecision(...key), flags: index.consents.get(...key).word >> 184n };
}

const flagsOnChain = async ({ consents, patient, hospital }: Parties): Promise<bigint> =>
  (await consents.consentOf(patient, hospital, TREAT)).flags;

describe("index of consents", () => {
  it("ends what a representative granted while a revocation of everything was on its way", async () => {
    const parties = await startFrom(deployWithAppointee);
    const { consents, patient, hospital } = parties;
    const { issuedAt, relay } = await heldRevokeAll(parties);
    await BY_PROXY.grant(parties, await soon());
    expect((await indexed(parties)).lastDecision.kind).to.equal("Granted");
    await relay();
    expect((await indexed(parties)).lastDecision).to.deep.equal({ kind: "RevokedAll", decidedAt: issuedAt });
    expect(await consents.lastDecision(patient, hospital, TREAT)).to.deep.equal([KIND.RevokedAll, issuedAt]);
  });

  it("has that the patient decided where a representative grants again what such a revocation ended", async () => {
    const parties = await startFrom(deployWithAppointee);
    const { relay } = await heldRevokeAll(parties);
    await BY_PROXY.grant(parties, await soon());
    await relay();
    await BY_PROXY.grant(parties, await soon());
    expect(await flagsOnChain(parties)).to.equal(BY_REPRESENTATIVE | PATIENT_DECIDED);
    const { flags, lastDecision } = await indexed(parties);
    expect(flags).to.equal(BY_REPRESENTATIVE | PATIENT_DECIDED);
    expect(lastDecision.kind).to.equal("Granted");
  });

  it("has no such flag where a representative revokes in the second in which it arrives", async () => {
    const parties = await startFrom(deployWithAppointee);
    const { relay } = await heldRevokeAll(parties);
    await soon();
    await inOneBlock(relay, () => BY_PROXY.revoke(parties, 0n));
    // Nothing was ever granted here.
    expect(await flagsOnChain(parties)).to.equal(NEVER_GRANTED);
    const { flags, lastDecision } = await indexed(parties);
    expect(flags).to.equal(NEVER_GRANTED);
    expect(lastDecision.kind).to.equal("Revoked");
  });

  it("has the flag where a representative revokes later, since the time no longer shows it", async () => {
    const parties = await startFrom(deployWithAppointee);
    const { relay } = await heldRevokeAll(parties);
    await soon();
    await relay();
    await BY_PROXY.revoke(parties, await soon());
    expect(await flagsOnChain(parties)).to.equal(PATIENT_DECIDED | NEVER_GRANTED);
    expect((await indexed(parties)).flags).to.equal(PATIENT_DECIDED | NEVER_GRANTED);
  });
});
