/**
 * The state of consents and records, rebuilt from events alone: what the contracts' views answer, without asking them. For
 * indexers and dApps; a test holds it equal to the views after a long random history.
 */

import { ZeroAddress } from "ethers";

import { BY_REPRESENTATIVE, NEVER_GRANTED, PATIENT_DECIDED } from "./consentWord.js";
import type { ConsentEvent } from "./events.js";
import {
  type DECISION_KINDS,
  type RECEIPT_STATUSES,
  type RECORD_STATUSES,
  type REPRESENTATION_STATUSES,
  RETRACTION_REASONS,
} from "./statuses.js";

const ISSUED_AT = 144n;
const FLAGS = 184n;
const NEVER_GRANTED_WORD = BigInt(NEVER_GRANTED) << FLAGS;
const PATIENT_DECIDED_WORD = BigInt(PATIENT_DECIDED) << FLAGS;

/** `IPatientStanding.Patient`. Unix seconds. */
export interface PatientState {
  revokedAllAt: bigint;
  retiredAt: bigint;
  breakGlassDecidedAt: bigint;
  breakGlassForbidden: boolean;
  revokedAllArrivedAt: bigint;
}

/** `IPatientStanding.Guardianship`. Unix seconds. */
export interface GuardianshipState {
  guardian: string;
  decidedAt: bigint;
  objectedAt: bigint;
  next: string;
  nextFrom: bigint;
}

/** `IRepresentativeRegistry.Representation`. Unix seconds. */
export interface RepresentationState {
  since: bigint;
  expiresAt: bigint;
  purposes: bigint;
  status: (typeof REPRESENTATION_STATUSES)[number];
  mayOverride: boolean;
  decidedAt: bigint;
  appointedAt: bigint;
  authority: string;
  officer: string;
}

/** A stream of batches: `BatchStream.Head`. `lastAt` in unix seconds. */
export interface StreamState {
  sequence: bigint;
  leaves: bigint;
  lastAt: bigint;
}

/** One batch of a stream; `anchoredAt` in unix seconds. */
export interface BatchState {
  root: string;
  anchoredAt: bigint;
}

/** The word of a consent, and who decided it for the patient: the zero address where the patient did. */
export interface ConsentState {
  /** As {@link decodeConsentGranted} reads it; zero where nothing was decided. */
  word: bigint;
  representative: string;
}

const NO_PATIENT: PatientState = {
  revokedAllAt: 0n,
  retiredAt: 0n,
  breakGlassDecidedAt: 0n,
  breakGlassForbidden: false,
  revokedAllArrivedAt: 0n,
};
const NO_GUARDIANSHIP: GuardianshipState = {
  guardian: ZeroAddress,
  decidedAt: 0n,
  objectedAt: 0n,
  next: ZeroAddress,
  nextFrom: 0n,
};
const NO_REPRESENTATION: RepresentationState = {
  since: 0n,
  expiresAt: 0n,
  purposes: 0n,
  status: "None",
  mayOverride: false,
  decidedAt: 0n,
  appointedAt: 0n,
  authority: ZeroAddress,
  officer: ZeroAddress,
};

const NO_DIGEST = `0x${"0".repeat(64)}`;
const NO_STREAM: StreamState = { sequence: 0n, leaves: 0n, lastAt: 0n };
const NO_BATCH: BatchState = { root: NO_DIGEST, anchoredAt: 0n };

/** A table with a default, keyed by addresses, digests and numbers. */
class Table<Row> {
  private readonly rows = new Map<string, Row>();

  constructor(private readonly initial: Row) {}

  get(...key: (string | bigint)[]): Row {
    return this.rows.get(key.join()) ?? this.initial;
  }

  set(row: Row, ...key: (string | bigint)[]): void {
    this.rows.set(key.join(), row);
  }

  update(change: Partial<Row>, ...key: (string | bigint)[]): void {
    this.set({ ...this.get(...key), ...change }, ...key);
  }
}

/**
 * State of `ConsentRegistry`, `RepresentativeRegistry`, `RecordRegistry` and `DisclosureLog`, event by event in the order of
 * the chain. Keys are the arguments of the view of that name, addresses with checksum. What governance set at deployment
 * (the rate of emergencies) and who is accredited are not part of it.
 */
export class ConsentIndex {
  /** By patient, grantee and number of the purpose: `consentOf`, `representativeOf`. */
  readonly consents = new Table<ConsentState>({ word: 0n, representative: ZeroAddress });
  /** By patient: `patientOf`. */
  readonly patients = new Table(NO_PATIENT);
  /** By patient: `guardianshipOf`. */
  readonly guardianships = new Table(NO_GUARDIANSHIP);
  /** By patient and representative: `representationOf`. */
  readonly representations = new Table(NO_REPRESENTATION);
  /** By patient, provider, operator and whether a source opened it ("true" or "false"): `emergencyOf`. */
  readonly emergencies = new Table({ categories: 0n, openedAt: 0n, expiresAt: 0n });
  /** By operator: `pendingReviewOf`. */
  readonly pendingReviews = new Table({
    patient: ZeroAddress,
    openedAt: 0n,
    reportedOverdue: false,
    provider: ZeroAddress,
  });
  /** By provider: `reviewRecordOf`. */
  readonly reviewRecords = new Table({ upheld: 0n, rejected: 0n, overdue: 0n });
  /** By reviewer and provider: `upheldBetween`. */
  readonly upheld = new Table(0n);
  /** By source: `emergencySourceFrom`. */
  readonly sources = new Table(0n);
  /** By patient and source: `sourcePreferenceOf`. */
  readonly sourcePreferences = new Table({ categories: 0n, decidedAt: 0n });
  /** By provider: `RecordRegistry.headOf`. */
  readonly recordStreams = new Table(NO_STREAM);
  /** By provider and sequence: `RecordRegistry.rootOf`. */
  readonly recordBatches = new Table(NO_BATCH);
  /** By provider and digest: `RecordRegistry.statusOf`. */
  readonly records = new Table<{
    status: (typeof RECORD_STATUSES)[number];
    successor: string;
    reason: (typeof RETRACTION_REASONS)[number];
  }>({ status: "Unknown", successor: NO_DIGEST, reason: "None" });
  /** By gateway: `DisclosureLog.headOf`. */
  readonly disclosureStreams = new Table(NO_STREAM);
  /** By gateway and sequence: `DisclosureLog.batchOf`. */
  readonly disclosureBatches = new Table(NO_BATCH);
  /** By digest: `DisclosureLog.statusOf`. */
  readonly receipts = new Table<(typeof RECEIPT_STATUSES)[number]>("Unreported");
  /** By gateway: `DisclosureLog.recordOf`. */
  readonly gateways = new Table({ unlogged: 0n, late: 0n });

  /** Who decided the consent of the next log, if a representative did. */
  private representative: string | undefined;

  /** As `ConsentRegistry.lastDecision`. */
  lastDecision(
    patient: string,
    grantee: string,
    purpose: bigint,
  ): { kind: (typeof DECISION_KINDS)[number]; decidedAt: bigint } {
    const { word } = this.consents.get(patient, grantee, purpose);
    const { revokedAllAt, revokedAllArrivedAt } = this.patients.get(patient);
    const decidedAt = issuedAtOf(word);
    if (decidedAt === 0n && revokedAllAt === 0n) return { kind: "None", decidedAt };
    // What a representative granted while a revocation of everything was on its way ends with it.
    const revokedUntil = isByRepresentative(word) ? revokedAllArrivedAt : revokedAllAt;
    if (decidedAt <= revokedUntil) return { kind: "RevokedAll", decidedAt: revokedAllAt };
    return { kind: BigInt.asUintN(64, word) === 0n ? "Revoked" : "Granted", decidedAt };
  }

  /** Takes in the next event of the chain. */
  apply(event: ConsentEvent): void {
    const now = BigInt(event.log.timestamp);
    switch (event.name) {
      case "DecidedByRepresentative":
        this.representative = event.args.representative;
        return;
      case "ConsentGranted":
      case "ConsentRevoked": {
        const representative = this.representative;
        this.representative = undefined;
        for (let purpose = 0n; purpose < 32n; purpose++) {
          if ((event.args.purposes & (1n << purpose)) !== 0n) this.decide(event, purpose, representative);
        }
        return;
      }
      case "AllRevoked": {
        const { patient, issuedAt } = event.args;
        this.patients.update({ revokedAllAt: issuedAt, revokedAllArrivedAt: now }, patient);
        return;
      }
      case "Retired":
        this.patients.update({ retiredAt: event.args.retiredAt }, event.args.patient);
        return;
      case "RetirementObjected":
        this.patients.update({ retiredAt: 0n }, event.args.patient);
        this.guardianships.update({ objectedAt: event.args.issuedAt }, event.args.patient);
        return;
      case "GuardianNamed": {
        const { patient, guardian: next, from: nextFrom, issuedAt: decidedAt } = event.args;
        const before = this.guardianships.get(patient);
        const guardian = before.nextFrom <= now ? before.next : before.guardian;
        this.guardianships.update({ guardian, decidedAt, next, nextFrom }, patient);
        return;
      }
      case "BreakGlassPreferenceSet": {
        const { patient, forbidden, issuedAt } = event.args;
        this.patients.update({ breakGlassForbidden: forbidden, breakGlassDecidedAt: issuedAt }, patient);
        return;
      }
      case "EmergencySourcePreferenceSet": {
        const { patient, source, categories, issuedAt } = event.args;
        this.sourcePreferences.set({ categories, decidedAt: issuedAt }, patient, source);
        return;
      }
      case "EmergencySourceSet":
        this.sources.set(event.args.activeFrom, event.args.source);
        return;
      case "EmergencySourceRemoved":
        this.sources.set(0n, event.args.source);
        return;
      case "GlassBroken": {
        const { patient, provider, operator, categories, expiresAt } = event.args;
        this.emergencies.set({ categories, openedAt: now, expiresAt }, patient, provider, operator, "false");
        this.pendingReviews.set({ patient, openedAt: now, reportedOverdue: false, provider }, operator);
        return;
      }
      case "EmergencyOpened": {
        const { patient, provider, operator, categories, expiresAt } = event.args;
        this.emergencies.set({ categories, openedAt: now, expiresAt }, patient, provider, operator, "true");
        return;
      }
      case "EmergencyReviewed": {
        const { patient, provider, operator, reviewer, upheld } = event.args;
        const record = this.reviewRecords.get(provider);
        this.pendingReviews.set(
          { patient: ZeroAddress, openedAt: 0n, reportedOverdue: false, provider: ZeroAddress },
          operator,
        );
        if (upheld) {
          this.reviewRecords.update({ upheld: record.upheld + 1n }, provider);
          this.upheld.set(this.upheld.get(reviewer, provider) + 1n, reviewer, provider);
        } else {
          this.reviewRecords.update({ rejected: record.rejected + 1n }, provider);
          this.emergencies.set({ categories: 0n, openedAt: 0n, expiresAt: 0n }, patient, provider, operator, "false");
        }
        return;
      }
      case "ReviewOverdue": {
        const { provider, operator } = event.args;
        this.pendingReviews.update({ reportedOverdue: true }, operator);
        this.reviewRecords.update({ overdue: this.reviewRecords.get(provider).overdue + 1n }, provider);
        return;
      }
      case "RepresentativeNamed": {
        const { patient, representative, purposes, expiresAt, issuedAt } = event.args;
        const { appointedAt, status } = this.representations.get(patient, representative);
        const named = {
          // A naming that replaces something counts from the second after it arrives.
          since: status === "None" ? issuedAt : BigInt(event.log.timestamp) + 1n,
          decidedAt: issuedAt,
          expiresAt,
          purposes,
          status: "Named" as const,
          appointedAt,
        };
        this.representations.set({ ...NO_REPRESENTATION, ...named }, patient, representative);
        return;
      }
      case "RepresentativeAppointed": {
        const { patient, representative, issuedAt, authority, officer, purposes, mayOverride, since, expiresAt } =
          event.args;
        const terms = { authority, officer, purposes, mayOverride, since, expiresAt, appointedAt: issuedAt };
        this.representations.update({ ...terms, status: "Appointed" }, patient, representative);
        return;
      }
      case "RepresentationEnded": {
        const { patient, representative, by, issuedAt } = event.args;
        const { status, expiresAt } = this.representations.get(patient, representative);
        const isAppointment = ["Appointed", "Vetoed", "Confirmed"].includes(status);
        // A patient can only veto an appointment until it has run out: who ends it before is an authority.
        const byAuthority = isAppointment && (now < expiresAt || by !== patient);
        const time = byAuthority ? { appointedAt: issuedAt } : { decidedAt: issuedAt };
        this.representations.update({ ...time, status: "Ended" }, patient, representative);
        return;
      }
      case "AppointmentVetoed": {
        const { patient, representative, issuedAt } = event.args;
        this.representations.update({ status: "Vetoed", decidedAt: issuedAt }, patient, representative);
        return;
      }
      case "AppointmentConfirmed": {
        const { patient, representative, issuedAt } = event.args;
        this.representations.update({ status: "Confirmed", appointedAt: issuedAt }, patient, representative);
        return;
      }
      case "BatchAnchored":
        append(this.recordStreams, this.recordBatches, event.args.provider, event.args, now);
        return;
      case "DisclosuresAnchored":
        append(this.disclosureStreams, this.disclosureBatches, event.args.gateway, event.args, now);
        return;
      case "RecordSuperseded": {
        const { provider, digest, successor } = event.args;
        this.records.update({ status: "Superseded", successor }, provider, digest);
        return;
      }
      case "RecordRetracted": {
        const { provider, digest, reason } = event.args;
        const name = RETRACTION_REASONS[Number(reason)] ?? "None";
        this.records.update({ status: "Retracted", reason: name }, provider, digest);
        return;
      }
      case "DisclosureUnlogged":
        this.count(event.args.gateway, "unlogged", 1n);
        this.receipts.set("Unlogged", event.args.digest);
        return;
      case "DisclosureLate":
        this.count(event.args.gateway, "unlogged", -1n);
        this.count(event.args.gateway, "late", 1n);
        this.receipts.set("Late", event.args.digest);
        return;
      case "DisclosureLogged": {
        const { gateway, digest } = event.args;
        this.count(gateway, this.receipts.get(digest) === "Late" ? "late" : "unlogged", -1n);
        this.receipts.set("Logged", digest);
      }
    }
  }

  /** What a decision makes of one consent: `ConsentRegistry._write`, `_writeFor` and `_revoke`. */
  private decide(
    { name, args }: Extract<ConsentEvent, { name: "ConsentGranted" | "ConsentRevoked" }>,
    purpose: bigint,
    representative: string | undefined,
  ): void {
    const { patient, grantee } = args;
    const standing = this.consents.get(patient, grantee, purpose).word;
    const { revokedAllArrivedAt } = this.patients.get(patient);
    let word: bigint;
    if (name === "ConsentGranted") {
      word = args.consent;
    } else {
      const { issuedAt } = args;
      // A patient's revocation also ends what a representative decided later, and then stands at that time.
      word = (issuedAt > issuedAtOf(standing) ? issuedAt : issuedAtOf(standing)) << ISSUED_AT;
      word |= standing === 0n ? NEVER_GRANTED_WORD : standing & NEVER_GRANTED_WORD;
    }
    // Also where a revocation of everything decided on what stood, and the time alone no longer shows it.
    const patientDecided =
      representative === undefined ||
      (standing & PATIENT_DECIDED_WORD) !== 0n ||
      (revokedAllArrivedAt !== 0n &&
        issuedAtOf(standing) <= revokedAllArrivedAt &&
        issuedAtOf(word) > revokedAllArrivedAt);
    if (patientDecided) word |= PATIENT_DECIDED_WORD;
    const decidedBy = isByRepresentative(word) ? (representative ?? ZeroAddress) : ZeroAddress;
    this.consents.set({ word, representative: decidedBy }, patient, grantee, purpose);
  }

  private count(gateway: string, what: "unlogged" | "late", change: bigint): void {
    this.gateways.update({ [what]: this.gateways.get(gateway)[what] + change }, gateway);
  }
}

function append(
  streams: Table<StreamState>,
  batches: Table<BatchState>,
  owner: string,
  { sequence, root, count }: { sequence: bigint; root: string; count: bigint },
  now: bigint,
): void {
  const { leaves } = streams.get(owner);
  streams.set({ sequence, leaves: leaves + count, lastAt: now }, owner);
  batches.set({ root, anchoredAt: now }, owner, sequence);
}

function issuedAtOf(word: bigint): bigint {
  return BigInt.asUintN(40, word >> ISSUED_AT);
}

function isByRepresentative(word: bigint): boolean {
  return ((word >> FLAGS) & BigInt(BY_REPRESENTATIVE)) !== 0n;
}
