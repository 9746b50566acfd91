/**
 * FHIR R4 `AuditEvent` from the logs of the contracts: what a patient's or an auditor's FHIR system shows of the chain.
 *
 * People and organisations are addresses (`did:pkh`, see `fhir/party.ts`), documents and records are commitments: what the
 * chain does not know, no audit event says. The codes are those of FHIR R4's value sets: `type` is an event of a record's
 * life (ISO/TS 21089) or a security alert (DICOM), `subtype` the name of the Solidity event and DICOM's code where it has one.
 */

import { ZeroAddress, id } from "ethers";

import { formatDateTime } from "./fhir/dateTime.js";
import { writeParty } from "./fhir/party.js";
import type { CodeableConcept, Coding, Reference } from "./fhir/resource.js";
import { ACT_REASON, CAREPROOF_PURPOSE, RESOURCE_TYPES } from "./fhir/systems.js";
import { decodeConsentGranted } from "./consentWord.js";
import {
  decodeEvent,
  type ConsentContracts,
  type ConsentEvent,
  type ConsentEventName,
  type ConsentEvents,
  type EventLog,
} from "./events.js";
import { maskToCategories, maskToPurposes } from "./masks.js";
import { BREAK_GLASS_REASONS, RETRACTION_REASONS } from "./statuses.js";

const LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
const DICOM = "http://dicom.nema.org/resources/ontology/DCM";
const ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE = "http://terminology.hl7.org/CodeSystem/object-role";
const ROLE_CLASS = "http://terminology.hl7.org/CodeSystem/v3-RoleClass";

/** The names of the contracts' events, as codes of `AuditEvent.subtype`. */
export const CAREPROOF_EVENT = "https://careproof.dev/fhir/CodeSystem/event";
/** Identifiers that are commitments to documents: 0x-hex of 32 bytes. */
export const CAREPROOF_COMMITMENT = "https://careproof.dev/fhir/NamingSystem/commitment";
/** Identifiers that are digests of leaves (records, receipts) or roots of batches: 0x-hex of 32 bytes. */
export const CAREPROOF_DIGEST = "https://careproof.dev/fhir/NamingSystem/digest";

/** FHIR R4 `AuditEvent.agent`. */
export interface AuditEventAgent {
  type: CodeableConcept;
  who: Reference;
  requestor: boolean;
}

/** FHIR R4 `AuditEvent.entity`. */
export interface AuditEventEntity {
  what: Reference;
  type?: Coding;
  role: Coding;
  detail?: { type: string; valueString: string }[];
}

/** The elements of FHIR R4 `AuditEvent` that are written here. Assignable to `fhir4.AuditEvent` of `@types/fhir`. */
export interface AuditEvent {
  resourceType: "AuditEvent";
  /** The same for the same log, so that reading it twice makes one resource. 64 hex digits. */
  id: string;
  type: Coding;
  subtype: Coding[];
  action: "C" | "U" | "E";
  /** When it was decided, or the data released, where the log says so and it is not the time of the block. */
  period?: { start: string; end: string };
  /** Time of the block. */
  recorded: string;
  /** Always success: a transaction that fails emits nothing. */
  outcome: "0";
  purposeOfEvent?: CodeableConcept[];
  agent: AuditEventAgent[];
  source: { observer: Reference };
  entity: AuditEventEntity[];
}

/** Where the logs come from. */
export interface AuditEventOptions {
  /** Chain id (EIP-155). */
  readonly chainId: number | bigint;
  /** The contracts whose logs count. */
  readonly contracts: ConsentContracts;
}

interface Kind {
  type: Coding;
  action: AuditEvent["action"];
  /** DICOM's code of the event, where it has one. */
  dicom?: string;
}

const lifecycle = (code: string, action: Kind["action"]): Kind => ({ type: coding(LIFECYCLE, code), action });
/** DICOM Security Alert, and what it is about. */
const alert = (dicom: string, action: Kind["action"]): Kind => ({ type: coding(DICOM, "110113"), action, dicom });
const EMERGENCY_STARTED = "110127";
const EMERGENCY_STOPPED = "110138";
const SECURITY_CONFIGURATION = "110129";
const OBJECT_SECURITY_ATTRIBUTES = "110135";
const SECURITY_ROLES = "110136";

const KINDS: Readonly<Record<Exclude<ConsentEventName, "DecidedByRepresentative">, Kind>> = {
  ConsentGranted: lifecycle("originate", "C"),
  ConsentRevoked: lifecycle("deprecate", "U"),
  AllRevoked: lifecycle("deprecate", "U"),
  Retired: lifecycle("deprecate", "U"),
  RetirementObjected: lifecycle("reactivate", "U"),
  GuardianNamed: alert(SECURITY_ROLES, "U"),
  RepresentativeNamed: alert(SECURITY_ROLES, "C"),
  RepresentativeAppointed: alert(SECURITY_ROLES, "C"),
  RepresentationEnded: alert(SECURITY_ROLES, "U"),
  AppointmentVetoed: alert(SECURITY_ROLES, "U"),
  AppointmentConfirmed: alert(SECURITY_ROLES, "U"),
  BreakGlassPreferenceSet: alert(OBJECT_SECURITY_ATTRIBUTES, "U"),
  EmergencySourcePreferenceSet: alert(OBJECT_SECURITY_ATTRIBUTES, "U"),
  EmergencySourceSet: alert(SECURITY_CONFIGURATION, "C"),
  EmergencySourceRemoved: alert(SECURITY_CONFIGURATION, "U"),
  GlassBroken: alert(EMERGENCY_STARTED, "E"),
  EmergencyOpened: alert(EMERGENCY_STARTED, "E"),
  EmergencyReviewed: lifecycle("verify", "E"),
  ReviewOverdue: lifecycle("verify", "E"),
  BatchAnchored: lifecycle("attest", "C"),
  RecordSuperseded: lifecycle("amend", "U"),
  RecordRetracted: lifecycle("deprecate", "U"),
  DisclosuresAnchored: lifecycle("attest", "C"),
  DisclosureUnlogged: lifecycle("disclose", "E"),
  DisclosureLate: lifecycle("verify", "E"),
  DisclosureLogged: lifecycle("verify", "E"),
};

/** HL7 v3 RoleClass of an agent: the patient, a health care provider, or who acts for another. */
type AgentRole = "PAT" | "PROV" | "AGNT";

/** What one event says beyond its kind. */
interface Story {
  agents: { address: string; role: AgentRole; requestor?: boolean }[];
  /** Whose data or decision it is. */
  patient?: string;
  /** When it was decided (unix seconds). */
  decidedAt?: bigint;
  purposes?: bigint;
  dicom?: string;
  entities?: AuditEventEntity[];
}

/**
 * The audit events of logs, in their order. A log of another contract, or of an event that says nothing about consents and
 * records, gives none. `DecidedByRepresentative` gives none of its own: it says who acted in the log after it.
 *
 * @param logs In the order of the chain.
 * @throws CareProofError `CODE_UNKNOWN` where a bitmask has a bit without a name: of a later version of the contracts.
 */
export function auditEvents(logs: Iterable<EventLog>, options: AuditEventOptions): AuditEvent[] {
  const written: AuditEvent[] = [];
  let representative: string | undefined;
  for (const log of logs) {
    const event = decodeEvent(log, options.contracts);
    if (event === undefined) continue;
    if (event.name === "DecidedByRepresentative") {
      representative = event.args.representative;
      continue;
    }
    written.push(auditEvent(event, representative, options.chainId));
    representative = undefined;
  }
  return written;
}

function auditEvent(
  event: Exclude<ConsentEvent, { name: "DecidedByRepresentative" }>,
  representative: string | undefined,
  chainId: number | bigint,
): AuditEvent {
  const { name, log } = event;
  const kind = KINDS[name];
  const { agents, patient, decidedAt, purposes, dicom = kind.dicom, entities = [] } = tell(event, representative);
  const party = (address: string): Reference => writeParty({ address }, "log", chainId);
  const transaction = { type: "transaction", valueString: `eip155:${String(chainId)}:${log.transactionHash}` };
  const [first, ...others]: AuditEventEntity[] = [
    ...(patient === undefined
      ? []
      : [{ what: party(patient), type: coding(ENTITY_TYPE, "1"), role: coding(ENTITY_ROLE, "1") }]),
    ...entities.map((entity) => ({ ...entity, what: resolve(entity.what, party) })),
  ];
  const place = String(log.index ?? log.logIndex ?? "");
  return {
    resourceType: "AuditEvent",
    id: id(`${transaction.valueString}:${place}`).slice(2),
    type: kind.type,
    subtype: [coding(CAREPROOF_EVENT, name), ...(dicom === undefined ? [] : [coding(DICOM, dicom)])],
    action: kind.action,
    ...(decidedAt === undefined || decidedAt === BigInt(log.timestamp) ? {} : { period: moment(decidedAt) }),
    recorded: formatDateTime(log.timestamp),
    outcome: "0",
    ...(purposes === undefined ? {} : { purposeOfEvent: purposeCodes(purposes) }),
    agent: agents.map(({ address, role, requestor = true }) => ({
      type: { coding: [coding(ROLE_CLASS, role)] },
      who: party(address),
      requestor,
    })),
    source: { observer: party(log.address) },
    entity: [{ ...first!, detail: [...(first!.detail ?? []), transaction] }, ...others],
  };
}

/** Who did what to what, as the event says. */
function tell(event: Exclude<ConsentEvent, { name: "DecidedByRepresentative" }>, representative?: string): Story {
  switch (event.name) {
    case "ConsentGranted": {
      const { patient, grantee, purposes, consent, evidence } = event.args;
      const { categories, notBefore, expiresAt, issuedAt, flags } = decodeConsentGranted(consent);
      const details = [
        detail("categories", categories.join(" ")),
        ...(notBefore === 0 ? [] : [detail("notBefore", formatDateTime(notBefore))]),
        detail("expiresAt", formatDateTime(expiresAt)),
        ...(flags.length === 0 ? [] : [detail("flags", flags.join(" "))]),
      ];
      const document = committed("Consent", evidence, details);
      return { ...decision(patient, representative, BigInt(issuedAt)), purposes, entities: [user(grantee), document] };
    }
    case "ConsentRevoked": {
      const { patient, grantee, purposes, issuedAt } = event.args;
      return { ...decision(patient, representative, issuedAt), purposes, entities: [user(grantee)] };
    }
    case "AllRevoked":
      return decision(event.args.patient, other(event.args), event.args.issuedAt);
    case "Retired":
      return {
        ...decision(event.args.patient, other(event.args)),
        entities: [contractState(event, [detail("retiredAt", formatDateTime(Number(event.args.retiredAt)))])],
      };
    case "RetirementObjected":
      return decision(event.args.patient, undefined, event.args.issuedAt);
    case "GuardianNamed": {
      const { patient, guardian, from, issuedAt } = event.args;
      const details = [detail("from", formatDateTime(Number(from)))];
      const entities = guardian === ZeroAddress ? [] : [user(guardian, details)];
      return { ...decision(patient, undefined, issuedAt), entities };
    }
    case "RepresentativeNamed": {
      const { patient, representative: named, purposes, expiresAt, issuedAt } = event.args;
      const details = [detail("expiresAt", formatDateTime(Number(expiresAt)))];
      return { ...decision(patient, undefined, issuedAt), purposes, entities: [user(named, details)] };
    }
    case "RepresentativeAppointed": {
      const {
        patient,
        representative: named,
        authority,
        officer,
        purposes,
        mayOverride,
        since,
        expiresAt,
      } = event.args;
      const details = [
        detail("mayOverride", String(mayOverride)),
        detail("since", formatDateTime(Number(since))),
        detail("expiresAt", formatDateTime(Number(expiresAt))),
      ];
      const agents: Story["agents"] = [{ address: officer, role: "AGNT" }];
      if (authority !== officer) agents.push({ address: authority, role: "AGNT", requestor: false });
      const decided = committed("DocumentReference", event.args.caseCommitment);
      return { agents, patient, decidedAt: event.args.issuedAt, purposes, entities: [user(named, details), decided] };
    }
    case "RepresentationEnded": {
      const { patient, representative: ended, by, issuedAt } = event.args;
      return { ...decision(patient, by === patient ? undefined : by, issuedAt), entities: [user(ended)] };
    }
    case "AppointmentVetoed":
      return {
        ...decision(event.args.patient, undefined, event.args.issuedAt),
        entities: [user(event.args.representative)],
      };
    case "AppointmentConfirmed": {
      const { patient, representative: upheld, officer, issuedAt } = event.args;
      return { ...decision(patient, officer, issuedAt), entities: [user(upheld)] };
    }
    case "BreakGlassPreferenceSet": {
      const { patient, forbidden, issuedAt } = event.args;
      const entities = [contractState(event, [detail("breakGlassForbidden", String(forbidden))])];
      return { ...decision(patient, undefined, issuedAt), entities };
    }
    case "EmergencySourcePreferenceSet": {
      const { patient, source, categories, issuedAt } = event.args;
      return { ...decision(patient, undefined, issuedAt), entities: [user(source, kindsOfData(categories))] };
    }
    case "EmergencySourceSet": {
      const { source, activeFrom } = event.args;
      const details = [detail("activeFrom", formatDateTime(Number(activeFrom)))];
      return { agents: [{ address: source, role: "AGNT", requestor: false }], entities: [user(source, details)] };
    }
    case "EmergencySourceRemoved": {
      const { source } = event.args;
      return { agents: [{ address: source, role: "AGNT", requestor: false }], entities: [user(source)] };
    }
    case "GlassBroken": {
      const { categories, expiresAt, reason, justification } = event.args;
      const details = [
        ...kindsOfData(categories),
        detail("expiresAt", formatDateTime(Number(expiresAt))),
        detail("reason", BREAK_GLASS_REASONS[Number(reason)] ?? String(reason)),
      ];
      return { ...emergency(event.args), entities: [committed("DocumentReference", justification, details)] };
    }
    case "EmergencyOpened": {
      const { source, categories, expiresAt, justification } = event.args;
      const details = [...kindsOfData(categories), detail("expiresAt", formatDateTime(Number(expiresAt)))];
      const { agents, ...story } = emergency(event.args);
      return {
        ...story,
        agents: [{ address: source, role: "AGNT" }, ...agents.map((agent) => ({ ...agent, requestor: false }))],
        entities: [committed("DocumentReference", justification, details)],
      };
    }
    case "EmergencyReviewed": {
      const { patient, reviewer, upheld } = event.args;
      const agents: Story["agents"] = [{ address: reviewer, role: "AGNT" }];
      const details = [detail("upheld", String(upheld))];
      const dicom = upheld ? {} : { dicom: EMERGENCY_STOPPED };
      return { ...dicom, agents, patient, purposes: EMERGENCY, entities: [user(event.args.operator, details)] };
    }
    case "ReviewOverdue": {
      const { agents, ...story } = emergency(event.args);
      return { ...story, agents: agents.map((agent) => ({ ...agent, requestor: false })) };
    }
    case "BatchAnchored":
    case "DisclosuresAnchored": {
      const { sequence, root, count, operator } = event.args;
      const owner = "provider" in event.args ? event.args.provider : event.args.gateway;
      const details = [detail("sequence", String(sequence)), detail("count", String(count))];
      return { agents: actingFor(operator, owner), entities: [digest(root, details)] };
    }
    case "RecordSuperseded": {
      const { provider, digest: old, successor, operator } = event.args;
      return {
        agents: actingFor(operator, provider),
        entities: [digest(old, [detail("successor", successor)]), digest(successor)],
      };
    }
    case "RecordRetracted": {
      const { provider, digest: retracted, reason, operator } = event.args;
      const details = [detail("reason", RETRACTION_REASONS[Number(reason)] ?? String(reason))];
      return { agents: actingFor(operator, provider), entities: [digest(retracted, details)] };
    }
    case "DisclosureUnlogged": {
      const { gateway, digest: receipt, accessedAt } = event.args;
      return {
        agents: [{ address: gateway, role: "AGNT", requestor: false }],
        decidedAt: accessedAt,
        entities: [digest(receipt)],
      };
    }
    case "DisclosureLate":
    case "DisclosureLogged": {
      const { gateway, digest: receipt, sequence } = event.args;
      const agents: Story["agents"] = [{ address: gateway, role: "AGNT", requestor: false }];
      return { agents, entities: [digest(receipt, [detail("sequence", String(sequence))])] };
    }
  }
}

/** ETREAT, as a bitmask. */
const EMERGENCY = 2n;

/** A decision of the patient, or of who acts for them, which then is the requestor. */
function decision(patient: string, by: string | undefined, decidedAt?: bigint): Story {
  const agents: Story["agents"] =
    by === undefined
      ? [{ address: patient, role: "PAT" }]
      : [
          { address: by, role: "AGNT" },
          { address: patient, role: "PAT", requestor: false },
        ];
  return { agents, patient, ...(decidedAt === undefined ? {} : { decidedAt }) };
}

/** Who decided, if not the patient. */
function other({ patient, decidedBy }: ConsentEvents["AllRevoked"] | ConsentEvents["Retired"]): string | undefined {
  return decidedBy === patient ? undefined : decidedBy;
}

function emergency({ patient, provider, operator }: { patient: string; provider: string; operator: string }): Story {
  const agents = actingFor(operator, provider).map((agent) => ({
    ...agent,
    role: agent.address === provider ? ("PROV" as const) : agent.role,
  }));
  return { agents, patient, purposes: EMERGENCY };
}

/** An organisation's key, and the organisation; or the organisation alone where it acted itself. */
function actingFor(operator: string, owner: string): Story["agents"] {
  if (operator === owner) return [{ address: owner, role: "AGNT" }];
  return [
    { address: operator, role: "AGNT" },
    { address: owner, role: "AGNT", requestor: false },
  ];
}

/** Who is allowed, named or judged: a security user entity. */
function user(address: string, details?: AuditEventEntity["detail"]): AuditEventEntity {
  return entity({ identifier: { system: ADDRESS, value: address } }, "11", details);
}

/** Marks a reference to an address until the chain is known. */
const ADDRESS = "address";

function resolve(reference: Reference, party: (address: string) => Reference): Reference {
  return reference.identifier?.system === ADDRESS ? party(reference.identifier.value) : reference;
}

/** What the patient's standing in the contract is: a security resource. */
function contractState(event: ConsentEvent, details: AuditEventEntity["detail"]): AuditEventEntity {
  return entity({ identifier: { system: ADDRESS, value: event.log.address } }, "13", details);
}

function committed(resource: string, commitment: string, details?: AuditEventEntity["detail"]): AuditEventEntity {
  const what = { identifier: { system: CAREPROOF_COMMITMENT, value: commitment } };
  return { ...entity(what, "4", details), type: coding(RESOURCE_TYPES, resource) };
}

function digest(value: string, details?: AuditEventEntity["detail"]): AuditEventEntity {
  const what = { identifier: { system: CAREPROOF_DIGEST, value } };
  return { ...entity(what, "4", details), type: coding(ENTITY_TYPE, "2") };
}

function entity(what: Reference, role: string, details: AuditEventEntity["detail"] = []): AuditEventEntity {
  return { what, role: coding(ENTITY_ROLE, role), ...(details.length === 0 ? {} : { detail: details }) };
}

function kindsOfData(categories: bigint): { type: string; valueString: string }[] {
  const names = maskToCategories(categories);
  return [detail("categories", names.length === 0 ? "none" : names.join(" "))];
}

function purposeCodes(mask: bigint): CodeableConcept[] {
  return maskToPurposes(mask).map((name) => ({
    coding: [coding(name === "AI_TRAINING" ? CAREPROOF_PURPOSE : ACT_REASON, name)],
  }));
}

function moment(seconds: bigint): { start: string; end: string } {
  const time = formatDateTime(Number(seconds));
  return { start: time, end: time };
}

function detail(type: string, valueString: string): { type: string; valueString: string } {
  return { type, valueString };
}

function coding(system: string, code: string): Coding {
  return { system, code };
}
