/** `RepresentativeRegistry` with a patient and an authority, and what each of them signs. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { id } from "ethers";

import { PURPOSES } from "../../src/consent/index.js";
import { YEAR, accredit, deployCareProof, enlist } from "./careproof";
import { sign, type KeyHolder, type Message } from "./signedDecisions";

/** The lives of a representation, in the order of `IRepresentativeRegistry.RepresentationStatus`. */
export const REPRESENTATION_STATUSES = ["None", "Named", "Appointed", "Vetoed", "Confirmed", "Ended"] as const;

/** A life of a representation. */
export type RepresentationStatus = (typeof REPRESENTATION_STATUSES)[number];

/** The number of `status` in the contract. */
export const statusCode = (status: RepresentationStatus): bigint => BigInt(REPRESENTATION_STATUSES.indexOf(status));

/** Three days, in seconds: how long an appointment waits. */
export const DELAY = 72n * 3600n;

/** A set of purposes as a bitmask. */
export const mask = (...purposes: (keyof typeof PURPOSES)[]): bigint =>
  purposes.reduce((bits, purpose) => bits | (1n << BigInt(PURPOSES[purpose])), 0n);

/** Treatment and payment: the scope used where the scope does not matter. */
export const SCOPE = mask("TREAT", "HPAYMT");

/** Commitment of a court's decision, of a made-up case. */
export const CASE = id("case 1");

/** The name of the contract's EIP-712 domain. */
export const DOMAIN = "CareProof Representatives";

/** The EIP-712 types of the contract, as `encodeType` writes them. */
export const TYPES = {
  naming:
    "RepresentativeNaming(address patient,address representative,uint32 purposes,uint40 expiresAt,uint40 issuedAt,uint40 deadline)",
  removal: "RepresentativeRemoval(address patient,address representative,uint40 issuedAt,uint40 deadline)",
  appointment:
    "RepresentativeAppointment(address patient,address representative,address officer,uint32 purposes,bool mayOverride,uint40 expiresAt,bytes32 caseCommitment,uint40 issuedAt,uint40 deadline)",
  decision:
    "AppointmentDecision(address patient,address representative,address officer,bool inForce,uint40 issuedAt,uint40 deadline)",
} as const;

/** An authority's appointment, as the contract takes it. */
export interface Appointment extends Message {
  patient: string;
  representative: string;
  officer: string;
  purposes: bigint;
  mayOverride: boolean;
  expiresAt: bigint;
  caseCommitment: string;
  issuedAt: bigint;
  deadline: bigint;
}

/** An authority's decision about its appointment, as the contract takes it. */
export interface Decision extends Message {
  patient: string;
  representative: string;
  officer: string;
  inForce: boolean;
  issuedAt: bigint;
  deadline: bigint;
}

/** Deploys the system with a court that has two officers, another court, and an oversight authority. */
export async function deployRepresentatives() {
  const system = await loadFixture(deployCareProof);
  const [patient, other, representative, court, officer, colleague, otherCourt, oversight, relayer] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, court, "GUARDIANSHIP_AUTHORITY");
  await accredit(system, otherCourt, "GUARDIANSHIP_AUTHORITY");
  await accredit(system, oversight, "OVERSIGHT_AUTHORITY");
  await enlist(system, court, officer, "GUARDIANSHIP_AUTHORITY");
  await enlist(system, court, colleague, "GUARDIANSHIP_AUTHORITY");
  const { representatives } = system;
  const start = BigInt(await time.latest());
  const expiresAt = start + YEAR;
  const deadline = start + 2n * YEAR;
  const relayed = representatives.connect(relayer);

  const signed = (signer: KeyHolder, type: keyof typeof TYPES, message: Message) =>
    sign(signer, { contract: representatives, domainName: DOMAIN, type: TYPES[type] }, message);

  const latest = async (): Promise<bigint> => BigInt(await time.latest());

  /** Appoints `representative` by the word of `signer` (the officer, if none is named). */
  const appoint = async (changes: Partial<Appointment> = {}, signer: KeyHolder = officer) => {
    const appointment: Appointment = {
      patient: patient.address,
      representative: representative.address,
      officer: signer.address,
      purposes: SCOPE,
      mayOverride: false,
      expiresAt,
      caseCommitment: CASE,
      issuedAt: await latest(),
      deadline,
      ...changes,
    };
    return relayed.appointRepresentative(appointment, await signed(signer, "appointment", appointment));
  };

  /** Upholds (`inForce`) or ends the appointment by the word of `signer` (the colleague, if none is named). */
  const decide = async (inForce: boolean, signer: KeyHolder = colleague, changes: Partial<Decision> = {}) => {
    const decision: Decision = {
      patient: patient.address,
      representative: representative.address,
      officer: signer.address,
      inForce,
      issuedAt: await latest(),
      deadline,
      ...changes,
    };
    return relayed.decideAppointment(decision, await signed(signer, "decision", decision));
  };

  const byPatient = representatives.connect(patient);
  const name = () => byPatient.nameRepresentative(representative.address, SCOPE, expiresAt);
  const remove = () => byPatient.removeRepresentative(representative.address);

  /** Brings the representation of `patient` by `representative` to `status`. */
  const bringTo = async (status: RepresentationStatus): Promise<void> => {
    if (status === "None") return;
    if (status === "Named" || status === "Ended") await name();
    else await appoint();
    if (status === "Vetoed" || status === "Confirmed" || status === "Ended") await remove();
    if (status !== "Confirmed") return;
    // What overrules a veto is decided later than it.
    await time.increase(1);
    await decide(true);
  };

  const stateOf = async (patientAddress: string = patient.address) =>
    representatives.representationOf(patientAddress, representative.address);

  return {
    ...system,
    patient,
    other,
    representative,
    court,
    officer,
    colleague,
    otherCourt,
    oversight,
    relayer,
    expiresAt,
    deadline,
    byPatient,
    relayed,
    signed,
    latest,
    appoint,
    decide,
    name,
    remove,
    bringTo,
    stateOf,
  };
}
