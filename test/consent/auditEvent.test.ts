import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { CAREPROOF_EVENT, auditEvents, type AuditEvent } from "../../src/consent/auditEvent.js";
import { categoriesToMask, flagsToMask, purposesToMask } from "../../src/consent/masks.js";
import { accredit, deployCareProof, enlist } from "../support/careproof.js";
import { contractsOf, eventLogs } from "../support/eventLogs.js";
import { live } from "./history.js";

/**
 * FHIR R4 (4.0.1) AuditEvent: the codes of the value sets that are bound to its elements, as far as they come from these
 * systems. https://hl7.org/fhir/R4/auditevent.html
 */
const R4 = {
  action: ["C", "R", "U", "D", "E"],
  outcome: ["0", "4", "8", "12"],
  // audit-event-type: DICOM, REST, and the life of a record
  "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle":
    "access hold amend archive attest decrypt deidentify deprecate destroy disclose encrypt extract link merge originate pseudonymize reactivate receive reidentify unhold report restore transform transmit unlink unmerge verify".split(
      " ",
    ),
  // DICOM DCM: 110100 to 110114 are events, 110120 to 110142 what happened
  "http://dicom.nema.org/resources/ontology/DCM": [...range(110_100, 110_114), ...range(110_120, 110_142)],
  "http://terminology.hl7.org/CodeSystem/audit-entity-type": ["1", "2", "3", "4"],
  "http://terminology.hl7.org/CodeSystem/object-role": range(1, 24),
  // participation-role-type, as far as it takes from RoleClass
  "http://terminology.hl7.org/CodeSystem/v3-RoleClass": ["AGNT", "PAT", "PROV"],
  "http://hl7.org/fhir/resource-types": ["Consent", "DocumentReference"],
} as const;

/** FHIR R4 `instant` in UTC, and `id`. */
const INSTANT = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const DID = /^did:pkh:eip155:31337:0x[0-9a-fA-F]{40}$/;

function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}

/** Every code of a system of {@link R4}, wherever it stands. */
function requireKnownCodes(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const { system, code } = value as { system?: string; code?: string };
  if (system !== undefined && system in R4) expect(R4[system as keyof typeof R4]).to.include(code);
  for (const child of Object.values(value)) requireKnownCodes(child);
}

/** FHIR JSON has no empty objects, arrays or strings, and no nulls. */
function requireNothingEmpty(value: unknown, path = "AuditEvent"): void {
  expect(value, path).not.to.equal(null);
  expect(value, path).not.to.equal("");
  if (typeof value !== "object" || value === null) return;
  expect(Object.keys(value), path).not.to.have.lengthOf(0);
  for (const [key, child] of Object.entries(value)) requireNothingEmpty(child, `${path}.${key}`);
}

/** What FHIR R4 asks of an AuditEvent. */
function requireValid(event: AuditEvent): void {
  // What is written is an AuditEvent for who uses the types of FHIR R4.
  const typed: fhir4.AuditEvent = event;
  expect(typed.resourceType).to.equal("AuditEvent");
  expect(event.id).to.match(ID);
  expect(event.type.system).to.be.a("string");
  expect(R4.action).to.include(event.action);
  expect(R4.outcome).to.include(event.outcome);
  expect(event.recorded).to.match(INSTANT);
  if (event.period !== undefined) expect(event.period.start <= event.period.end).to.equal(true);
  expect(event.agent).not.to.have.lengthOf(0);
  expect(event.agent.filter(({ requestor }) => requestor)).to.have.lengthOf.at.most(1);
  for (const { who, requestor } of event.agent) {
    expect(who.identifier?.value).to.match(DID);
    expect(requestor).to.be.a("boolean");
  }
  expect(event.source.observer.identifier?.value).to.match(DID);
  expect(event.entity).not.to.have.lengthOf(0);
  for (const entity of event.entity as fhir4.AuditEventEntity[]) {
    // sev-1: either a name or a query, not both
    expect(entity.name === undefined || entity.query === undefined).to.equal(true);
    for (const detail of entity.detail ?? []) {
      expect(detail.type).to.be.a("string");
      expect(detail.valueString === undefined).not.to.equal(detail.valueBase64Binary === undefined);
    }
  }
  requireKnownCodes(event);
  requireNothingEmpty(event);
}

const EVIDENCE = `0x${"e1".repeat(32)}`;

async function grantedAndRevoked() {
  const system = await loadFixture(deployCareProof);
  const [hospital, doctor, patient, daughter] = system.others as [
    (typeof system.others)[0],
    (typeof system.others)[0],
    (typeof system.others)[0],
    (typeof system.others)[0],
  ];
  await accredit(system, hospital, "PROVIDER", "EMERGENCY_CARE");
  await enlist(system, hospital, doctor, "PROVIDER", "EMERGENCY_CARE");
  return { system, hospital, doctor, patient, daughter, contracts: await contractsOf(system) };
}

async function livedThrough() {
  const system = await loadFixture(deployCareProof);
  await live(system, 5, 120);
  return { contracts: await contractsOf(system) };
}

const did = ({ address }: { address: string }): string => `did:pkh:eip155:31337:${address}`;
const details = ({ detail = [] }: AuditEvent["entity"][0]): Record<string, string> =>
  Object.fromEntries(detail.map(({ type, valueString }) => [type, valueString]));

describe("FHIR R4 AuditEvent from the logs", () => {
  it("is valid for every event of a long history, and one for each log but those beside a decision", async () => {
    const { contracts } = await loadFixture(livedThrough);
    const logs = await eventLogs(ethers.provider);
    const events = auditEvents(logs, { chainId: 31_337, contracts });
    expect(events.length).to.be.greaterThan(50);
    events.forEach(requireValid);
    expect(new Set(events.map(({ id }) => id)).size).to.equal(events.length);
    const beside = ethers.id("DecidedByRepresentative(address,address,address,uint32,uint40)");
    const others = ["AuthorityUpdated(address)", "EIP712DomainChanged()"].map((signature) => ethers.id(signature));
    const addresses = Object.values(contracts).map((address) => address.toLowerCase());
    const told = logs.filter(
      ({ address, topics }) =>
        addresses.includes(address.toLowerCase()) && ![beside, ...others].includes(topics[0] ?? ""),
    );
    expect(events).to.have.lengthOf(told.length);
  });

  it("says of a consent who, to whom, what for, which kinds of data, until when, by which document", async () => {
    const { system, hospital, patient, contracts } = await loadFixture(grantedAndRevoked);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    const expiresAt = Date.UTC(2030, 0, 1) / 1000;
    const categories = categoriesToMask(["LABORATORY", "HIV"]);
    const terms = { categories, notBefore: 0, expiresAt, flags: flagsToMask(["NORDSCLCD"]) };
    const purposes = purposesToMask(["TREAT", "AI_TRAINING"]);
    const sent = await system.consents.connect(patient).grant(hospital.address, purposes, terms, EVIDENCE);
    const logs = await eventLogs(ethers.provider, fromBlock);
    const [event] = auditEvents(logs, { chainId: 31_337, contracts });
    if (event === undefined) return expect.fail("no event");
    expect(event.type.code).to.equal("originate");
    expect(event.subtype).to.deep.equal([{ system: CAREPROOF_EVENT, code: "ConsentGranted" }]);
    expect(event.action).to.equal("C");
    expect(event.recorded).to.equal(new Date((await time.latest()) * 1000).toISOString().replace(".000", ""));
    expect(event.period).to.equal(undefined);
    expect(event.purposeOfEvent?.map(({ coding }) => coding[0])).to.deep.equal([
      { system: "http://terminology.hl7.org/CodeSystem/v3-ActReason", code: "TREAT" },
      { system: "https://careproof.dev/fhir/CodeSystem/purpose", code: "AI_TRAINING" },
    ]);
    expect(event.agent.map(({ who, requestor }) => [who.identifier?.value, requestor])).to.deep.equal([
      [did(patient), true],
    ]);
    const [subject, grantee, document] = event.entity;
    expect(subject?.what.identifier?.value).to.equal(did(patient));
    expect(subject?.role.code).to.equal("1");
    expect(details(subject!)).to.deep.equal({ transaction: `eip155:31337:${sent.hash}` });
    expect(grantee?.what.identifier?.value).to.equal(did(hospital));
    expect(document?.what.identifier?.value).to.equal(EVIDENCE);
    expect(details(document!)).to.deep.equal({
      categories: "LABORATORY HIV",
      expiresAt: "2030-01-01T00:00:00Z",
      flags: "NORDSCLCD",
    });
  });

  it("names a representative as the requestor, and the patient beside", async () => {
    const { system, hospital, patient, daughter, contracts } = await loadFixture(grantedAndRevoked);
    const until = (await time.latest()) + 30 * 86_400;
    await system.representatives.connect(patient).nameRepresentative(daughter.address, 1, until);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    const terms = { categories: 32n, notBefore: 0, expiresAt: until, flags: 0 };
    await system.consents.connect(daughter).grantFor(patient.address, hospital.address, 1, terms, EVIDENCE);
    await system.consents.connect(patient).revoke(hospital.address, 1);
    const logs = await eventLogs(ethers.provider, fromBlock);
    const events = auditEvents(logs, { chainId: 31_337, contracts });
    const agents = events.map(({ agent }) => agent.map(({ who, requestor }) => [who.identifier?.value, requestor]));
    expect(agents).to.deep.equal([
      [
        [did(daughter), true],
        [did(patient), false],
      ],
      [[did(patient), true]],
    ]);
  });

  it("of a broken glass is DICOM's start of an emergency override, by the key for its organisation", async () => {
    const { system, hospital, doctor, patient, contracts } = await loadFixture(grantedAndRevoked);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    await system.consents.connect(doctor).breakGlass(patient.address, 2n, 1, EVIDENCE);
    const [event] = auditEvents(await eventLogs(ethers.provider, fromBlock), { chainId: 31_337, contracts });
    expect(event?.type.code).to.equal("110113");
    expect(event?.subtype.map(({ code }) => code)).to.deep.equal(["GlassBroken", "110127"]);
    expect(event?.purposeOfEvent?.[0]?.coding[0]?.code).to.equal("ETREAT");
    const agents = event?.agent.map(({ who, requestor }) => [who.identifier?.value, requestor]);
    expect(agents).to.deep.equal([
      [did(doctor), true],
      [did(hospital), false],
    ]);
    expect(details(event!.entity[1]!).reason).to.equal("UnableToConsent");
  });

  it("is none for a log of another contract, even one that looks the same, or of another event", async () => {
    const { system, hospital, patient, contracts } = await loadFixture(grantedAndRevoked);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    await system.consents.connect(patient).revoke(hospital.address, 1);
    const [log] = await eventLogs(ethers.provider, fromBlock);
    const options = { chainId: 31_337, contracts };
    expect(auditEvents([log!], options)).to.have.lengthOf(1);
    expect(auditEvents([{ ...log!, address: hospital.address }], options)).to.deep.equal([]);
    expect(auditEvents([{ ...log!, topics: [ethers.id("Other()")], data: "0x" }], options)).to.deep.equal([]);
  });

  it("is the same resource for the same log, read with ethers or viem", async () => {
    const { system, hospital, patient, contracts } = await loadFixture(grantedAndRevoked);
    const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
    await system.consents.connect(patient).revoke(hospital.address, 1);
    const [log] = await eventLogs(ethers.provider, fromBlock);
    const { index, ...rest } = log!;
    const options = { chainId: 31_337, contracts };
    expect(auditEvents([{ ...rest, logIndex: index! }], options)).to.deep.equal(auditEvents([log!], options));
  });
});
