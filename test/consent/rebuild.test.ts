import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { BY_REPRESENTATIVE, PATIENT_DECIDED } from "../../src/consent/consentWord.js";
import { decodeEvent, type ConsentContracts } from "../../src/consent/events.js";
import { ConsentIndex } from "../../src/consent/indexer.js";
import {
  DECISION_KINDS,
  RECEIPT_STATUSES,
  RECORD_STATUSES,
  REPRESENTATION_STATUSES,
  RETRACTION_REASONS,
} from "../../src/consent/statuses.js";
import { deployCareProof, type CareProof } from "../support/careproof.js";
import { contractsOf, eventLogs } from "../support/eventLogs.js";
import { USED_PURPOSES, live, type History } from "./history.js";

const SEED = 4;
const OPERATIONS = 360;

async function livedThrough() {
  const system = await loadFixture(deployCareProof);
  const history = await live(system, SEED, OPERATIONS);
  return { system, history, contracts: await contractsOf(system) };
}

/** The fields of a struct that a contract returned. */
const plain = (result: unknown): Record<string, unknown> =>
  (result as { toObject(): Record<string, unknown> }).toObject();

/** The state, which events there were, and how often a representative decided against the patient. */
async function rebuild(contracts: ConsentContracts) {
  const index = new ConsentIndex();
  const seen = new Set<string>();
  let overrides = 0;
  for (const log of await eventLogs(ethers.provider)) {
    const event = decodeEvent(log, contracts);
    if (event === undefined) continue;
    seen.add(event.name);
    index.apply(event);
    if (event.name !== "ConsentGranted") continue;
    const { patient, grantee, purposes } = event.args;
    const { word } = index.consents.get(patient, grantee, BigInt(purposes.toString(2).length - 1));
    if (word >> 184n >= BigInt(BY_REPRESENTATIVE | PATIENT_DECIDED)) overrides++;
  }
  return { index, seen, overrides };
}

describe("state rebuilt from events alone", () => {
  let system: CareProof;
  let history: History;
  let index: ConsentIndex;
  let seen: Set<string>;
  let overrides: number;

  before(async () => {
    const lived = await loadFixture(livedThrough);
    ({ system, history } = lived);
    ({ index, seen, overrides } = await rebuild(lived.contracts));
  });

  it("comes from a history with every event in it", () => {
    const events = [system.consents, system.representatives, system.records, system.disclosures].flatMap((contract) =>
      contract.interface.fragments.flatMap((fragment) =>
        fragment.type === "event" ? [fragment.format("minimal")] : [],
      ),
    );
    const names = events.map((event) => event.replace(/^event (\w+).*$/, "$1"));
    const others = ["AuthorityUpdated", "EIP712DomainChanged"];
    expect([...seen]).to.have.members([...new Set(names)].filter((name) => !others.includes(name)));
    expect(history.done).to.be.greaterThan(150);
    expect(history.refused).to.be.greaterThan(10);
    expect(overrides).to.be.greaterThan(0);
  });

  it("has every consent: its terms, who decided, and the last decision", async () => {
    for (const { address: patient } of history.patients) {
      for (const { address: grantee } of history.providers) {
        for (const purpose of USED_PURPOSES) {
          const where = `${patient} ${grantee} ${purpose}`;
          const { categories, notBefore, expiresAt, issuedAt, flags } = await system.consents.consentOf(
            patient,
            grantee,
            purpose,
          );
          const word = categories | (notBefore << 64n) | (expiresAt << 104n) | (issuedAt << 144n) | (flags << 184n);
          const representative = await system.consents.representativeOf(patient, grantee, purpose);
          expect(index.consents.get(patient, grantee, BigInt(purpose)), where).to.deep.equal({ word, representative });
          const { kind, decidedAt } = await system.consents.lastDecision(patient, grantee, purpose);
          const expected = { kind: DECISION_KINDS[Number(kind)], decidedAt };
          expect(index.lastDecision(patient, grantee, BigInt(purpose)), where).to.deep.equal(expected);
        }
      }
    }
  });

  it("has every patient's standing and guardianship", async () => {
    for (const { address: patient } of history.patients) {
      expect(index.patients.get(patient)).to.deep.equal(plain(await system.consents.patientOf(patient)));
      expect(index.guardianships.get(patient)).to.deep.equal(plain(await system.consents.guardianshipOf(patient)));
    }
  });

  it("has every representation", async () => {
    for (const { address: patient } of history.patients) {
      for (const { address: representative } of history.representatives) {
        const found = plain(await system.representatives.representationOf(patient, representative));
        const expected = { ...found, status: REPRESENTATION_STATUSES[Number(found.status)] };
        expect(index.representations.get(patient, representative)).to.deep.equal(expected);
      }
    }
  });

  it("has every emergency, the reviews that are owed, and how they were judged", async () => {
    const { consents } = system;
    for (const [place, { address: operator }] of history.operators.entries()) {
      const provider = history.providers[place]!.address;
      expect(index.pendingReviews.get(operator)).to.deep.equal(plain(await consents.pendingReviewOf(operator)));
      expect(index.reviewRecords.get(provider)).to.deep.equal(plain(await consents.reviewRecordOf(provider)));
      for (const { address: reviewer } of history.reviewers) {
        expect(index.upheld.get(reviewer, provider)).to.equal(await consents.upheldBetween(reviewer, provider));
      }
      for (const { address: patient } of history.patients) {
        for (const bySource of [false, true]) {
          const expected = plain(await consents.emergencyOf(patient, provider, operator, bySource));
          expect(index.emergencies.get(patient, provider, operator, String(bySource))).to.deep.equal(expected);
        }
      }
    }
    const source = history.source.address;
    expect(index.sources.get(source)).to.equal(await consents.emergencySourceFrom(source));
    for (const { address: patient } of history.patients) {
      const expected = plain(await consents.sourcePreferenceOf(patient, source));
      expect(index.sourcePreferences.get(patient, source)).to.deep.equal(expected);
    }
  });

  it("has every batch and what became of every record", async () => {
    const { records } = system;
    for (const { address: provider } of history.providers) {
      const head = await records.headOf(provider);
      expect(index.recordStreams.get(provider)).to.deep.equal(plain(head));
      for (let sequence = 1n; sequence <= head.sequence; sequence++) {
        expect(index.recordBatches.get(provider, sequence).root).to.equal(await records.rootOf(provider, sequence));
      }
      for (const digest of history.digests) {
        const { status, successor, reason } = await records.statusOf(provider, digest);
        expect(index.records.get(provider, digest)).to.deep.equal({
          status: RECORD_STATUSES[Number(status)],
          successor,
          reason: RETRACTION_REASONS[Number(reason)],
        });
      }
    }
  });

  it("has every receipt and what counts against the gateway", async () => {
    const { disclosures } = system;
    const gateway = history.gateway.address;
    const head = await disclosures.headOf(gateway);
    expect(index.disclosureStreams.get(gateway)).to.deep.equal(plain(head));
    for (let sequence = 1n; sequence <= head.sequence; sequence++) {
      const { root, anchoredAt } = await disclosures.batchOf(gateway, sequence);
      expect(index.disclosureBatches.get(gateway, sequence)).to.deep.equal({ root, anchoredAt });
    }
    for (const digest of history.receipts) {
      expect(index.receipts.get(digest)).to.equal(RECEIPT_STATUSES[Number(await disclosures.statusOf(digest))]);
    }
    expect(index.gateways.get(gateway)).to.deep.equal(plain(await disclosures.recordOf(gateway)));
  });

  it("does not change for what another contract says", async () => {
    const [log] = await eventLogs(ethers.provider);
    const contracts = await contractsOf(system);
    const forged = { ...log!, address: history.source.address };
    expect(decodeEvent(forged, contracts)).to.equal(undefined);
  });
});
