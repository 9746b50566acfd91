/** The people and organisations that tests of consents need, and the ways in which a consent is decided. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import type { ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import type { ConsentRegistry } from "../../src/bindings/index.js";
import { CATEGORIES, PURPOSES, type Category, type Purpose } from "../../src/consent/codes.js";
import { YEAR, accredit, deployCareProof, enlist, type CareProof } from "./careproof";
import { domainOf, sign, type Message } from "./consentMessages";

/** An hour and a day, in seconds. */
export const HOUR = 3600n;
export const DAY = 24n * HOUR;

/** Commitment of a consent document, or of a justification. */
export const EVIDENCE = ethers.id("a salted commitment");

/** `IConsentRegistry.Denial`, in its order. */
export const DENIALS = [
  "None",
  "Unaccredited",
  "Suspended",
  "Withdrawn",
  "AccreditationExpired",
  "OperatorExpired",
  "OperatorRoleMissing",
  "Retired",
  "UnknownPurpose",
  "NothingAsked",
  "NeverGranted",
  "Revoked",
  "RevokedAll",
  "NotYetValid",
  "Expired",
  "RepresentationEnded",
  "CategoryNotCovered",
] as const;
export type Denial = (typeof DENIALS)[number];

/** `IConsentRegistry.DecisionKind`. */
export const KIND = { None: 0n, Granted: 1n, Revoked: 2n, RevokedAll: 3n } as const;

/** Flags of a stored consent that say who decided. */
export const BY_REPRESENTATIVE = 64n;
export const PATIENT_DECIDED = 128n;
/** Bit of the flags: a revocation where nothing was ever granted. */
export const NEVER_GRANTED = 32n;

/** The bitmask of purposes. */
export const purposes = (...names: Purpose[]): bigint =>
  names.reduce((mask, name) => mask | (1n << BigInt(PURPOSES[name])), 0n);
/** The bitmask of categories. */
export const categories = (...names: Category[]): bigint =>
  names.reduce((mask, name) => mask | (1n << BigInt(CATEGORIES[name])), 0n);

/** Every purpose and every category in use. */
export const ALL_PURPOSES = purposes(...(Object.keys(PURPOSES) as Purpose[]));
export const ALL_CATEGORIES = categories(...(Object.keys(CATEGORIES) as Category[]));

export interface Parties extends CareProof {
  patient: HardhatEthersSigner;
  /** Another patient. */
  neighbour: HardhatEthersSigner;
  /** Accredited as PROVIDER and for EMERGENCY_CARE. */
  hospital: HardhatEthersSigner;
  /** Key of the hospital for both. */
  operator: HardhatEthersSigner;
  /** Accredited as PRIVACY_OFFICER by another authority than the hospital. */
  privacyOffice: HardhatEthersSigner;
  /** Accredited as OVERSIGHT_AUTHORITY. */
  oversight: HardhatEthersSigner;
  /** Accredited as GUARDIANSHIP_AUTHORITY. */
  court: HardhatEthersSigner;
  representative: HardhatEthersSigner;
  guardian: HardhatEthersSigner;
  /** Relays what others signed. */
  relayer: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
}

/** CareProof with its organisations accredited; nobody represents the patient and nothing is decided. */
export async function deployParties(): Promise<Parties> {
  const system = await loadFixture(deployCareProof);
  const [patient, neighbour, hospital, operator, privacyOffice, oversight, court, ...people] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    ...HardhatEthersSigner[],
  ];
  const [representative, guardian, relayer, stranger] = people as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, hospital, "PROVIDER", "EMERGENCY_CARE");
  await enlist(system, hospital, operator, "PROVIDER", "EMERGENCY_CARE");
  await accredit(system, privacyOffice, "PRIVACY_OFFICER");
  await accredit(system, oversight, "OVERSIGHT_AUTHORITY");
  await accredit(system, court, "GUARDIANSHIP_AUTHORITY");
  return {
    ...system,
    patient,
    neighbour,
    hospital,
    operator,
    privacyOffice,
    oversight,
    court,
    representative,
    guardian,
    relayer,
    stranger,
  };
}

/** As {@link deployParties}, with a representative whom the patient named for every purpose, for a year. */
export async function deployWithRepresentative(): Promise<Parties> {
  const parties = await loadFixture(deployParties);
  await nameRepresentative(parties);
  return parties;
}

/** As {@link deployWithRepresentative}, with a guardian. */
export async function deployWithGuardian(): Promise<Parties> {
  const parties = await loadFixture(deployWithRepresentative);
  await parties.consents.connect(parties.patient).nameGuardian(parties.guardian);
  return parties;
}

/**
 * As `loadFixture`, and a block more: the clock of the test network runs on while other tests do, so that without it the
 * first transaction of a test may come minutes after the time that {@link now} tells.
 */
export async function startFrom<T>(fixture: () => Promise<T>): Promise<T> {
  const loaded = await loadFixture(fixture);
  await mine();
  return loaded;
}

/** The patient names the representative, for every purpose and a year unless said otherwise. */
export async function nameRepresentative(
  { representatives, patient, representative }: Parties,
  mask = ALL_PURPOSES,
  expiresAt?: bigint,
): Promise<void> {
  await representatives
    .connect(patient)
    .nameRepresentative(representative.address, mask, expiresAt ?? (await now()) + YEAR);
}

/** The court appoints the representative for every purpose and a year, and the 72 hours pass. */
export async function appointRepresentative(parties: Parties, mayOverride: boolean): Promise<void> {
  const issuedAt = await now();
  const appointment = {
    patient: parties.patient.address,
    representative: parties.representative.address,
    officer: parties.court.address,
    purposes: ALL_PURPOSES,
    mayOverride,
    expiresAt: issuedAt + YEAR,
    caseCommitment: EVIDENCE,
    issuedAt,
    deadline: issuedAt + DAY,
  };
  const domain = await domainOf("CareProof Representatives", parties.representatives);
  const signature = await sign(parties.court, domain, "RepresentativeAppointment", appointment);
  await parties.representatives.connect(parties.relayer).appointRepresentative(appointment, signature);
  await time.increase(3n * DAY);
}

/** The time of the last block (unix seconds). */
export async function now(): Promise<bigint> {
  return BigInt(await time.latest());
}

/** Sets the time of the next block to `seconds` after the last one's and returns it: when what comes next is decided. */
export async function soon(seconds = 10n): Promise<bigint> {
  const at = (await now()) + seconds;
  await time.setNextBlockTimestamp(at);
  return at;
}

/** Terms of a consent that counts at once, for a year, for laboratory results and medications. */
export async function someTerms(): Promise<Terms> {
  return {
    categories: categories("LABORATORY", "MEDICATIONS"),
    notBefore: 0n,
    expiresAt: (await now()) + YEAR / 2n,
    flags: 0n,
  };
}

export interface Terms {
  categories: bigint;
  notBefore: bigint;
  expiresAt: bigint;
  flags: bigint;
}

/** One word as `ConsentGranted` has it and the contract stores it, put together from its documentation. */
export function consentWord(terms: Terms, issuedAt: bigint, decider: bigint): bigint {
  return (
    terms.categories |
    (terms.notBefore << 64n) |
    (terms.expiresAt << 104n) |
    (issuedAt << 144n) |
    ((terms.flags | decider) << 184n)
  );
}

/** What is granted; left out: to the hospital, for TREAT, on {@link someTerms}. */
export interface Grant extends Partial<Terms> {
  grantee?: string;
  purposes?: bigint;
  evidence?: string;
}

type Transaction = Promise<ContractTransactionResponse>;

/** A way in which a decision reaches the contract. What is decided is decided at `at`, the time of the next block. */
export interface Route {
  name: string;
  isByRepresentative: boolean;
  grant: (parties: Parties, at: bigint, grant?: Grant) => Transaction;
  revoke: (parties: Parties, at: bigint, mask?: bigint, grantee?: string) => Transaction;
}

/** {@link Parties} where the patient need not be an account of the test network. */
export type Deciders = Omit<Parties, "patient"> & { patient: { address: string } };

/** A `ConsentGrant` by `decidedBy` at `at`, relayable for an hour. */
export async function grantMessage(parties: Deciders, decidedBy: string, at: bigint, grant: Grant = {}) {
  const { grantee, purposes: mask, evidence, ...terms } = grant;
  return {
    patient: parties.patient.address,
    decidedBy,
    grantee: grantee ?? parties.hospital.address,
    purposes: mask ?? purposes("TREAT"),
    ...(await someTerms()),
    ...terms,
    evidence: evidence ?? EVIDENCE,
    issuedAt: at,
    deadline: at + HOUR,
  };
}

/** A `ConsentRevocation` by `decidedBy` at `at`, relayable for an hour. */
export function revocationMessage(parties: Deciders, decidedBy: string, at: bigint, mask?: bigint, grantee?: string) {
  return {
    patient: parties.patient.address,
    decidedBy,
    grantee: grantee ?? parties.hospital.address,
    purposes: mask ?? purposes("TREAT"),
    issuedAt: at,
    deadline: at + HOUR,
  };
}

/** `signer`'s signature of a message of `ConsentRegistry`. */
export async function signConsent(
  { consents }: Parties,
  signer: HardhatEthersSigner,
  primaryType: string,
  message: Message,
): Promise<string> {
  return sign(signer, await domainOf("CareProof ConsentRegistry", consents), primaryType, message);
}

function signedRoute(name: string, who: "patient" | "representative"): Route {
  return {
    name,
    isByRepresentative: who === "representative",
    async grant(parties, at, grant) {
      const message = await grantMessage(parties, parties[who].address, at, grant);
      const signature = await signConsent(parties, parties[who], "ConsentGrant", message);
      return parties.consents.connect(parties.relayer).grantBySig(message, signature);
    },
    async revoke(parties, at, mask, grantee) {
      const message = revocationMessage(parties, parties[who].address, at, mask, grantee);
      const signature = await signConsent(parties, parties[who], "ConsentRevocation", message);
      return parties.consents.connect(parties.relayer).revokeBySig(message, signature);
    },
  };
}

/** By the patient's own transaction. */
export const DIRECT: Route = {
  name: "by the patient",
  isByRepresentative: false,
  async grant({ consents, patient, hospital }, _at, { grantee, purposes: mask, evidence, ...terms } = {}) {
    return consents
      .connect(patient)
      .grant(
        grantee ?? hospital.address,
        mask ?? purposes("TREAT"),
        { ...(await someTerms()), ...terms },
        evidence ?? EVIDENCE,
      );
  },
  async revoke({ consents, patient, hospital }, _at, mask, grantee) {
    return consents.connect(patient).revoke(grantee ?? hospital.address, mask ?? purposes("TREAT"));
  },
};

/** By a representative's own transaction. */
export const BY_PROXY: Route = {
  name: "by a representative",
  isByRepresentative: true,
  async grant({ consents, patient, representative, hospital }, _at, grant = {}) {
    const { grantee, purposes: mask, evidence, ...terms } = grant;
    return consents
      .connect(representative)
      .grantFor(
        patient.address,
        grantee ?? hospital.address,
        mask ?? purposes("TREAT"),
        { ...(await someTerms()), ...terms },
        evidence ?? EVIDENCE,
      );
  },
  async revoke({ consents, patient, representative, hospital }, _at, mask, grantee) {
    return consents
      .connect(representative)
      .revokeFor(patient.address, grantee ?? hospital.address, mask ?? purposes("TREAT"));
  },
};

/** Signed by the patient, relayed by another. */
export const SIGNED = signedRoute("signed by the patient", "patient");

/** Every way in which a consent is granted or revoked. */
export const ROUTES: readonly Route[] = [
  DIRECT,
  BY_PROXY,
  SIGNED,
  signedRoute("signed by a representative", "representative"),
];

/** Judges the emergency that `operator` owes a review for, in the name of who `consents` is connected to. */
export async function review(
  consents: ConsentRegistry,
  operator: { address: string },
  upheld: boolean,
): Promise<ContractTransactionResponse> {
  const { patient, openedAt } = await consents.pendingReviewOf(operator.address);
  return consents.reviewEmergency(operator.address, patient, openedAt, upheld);
}

/** Why a use is denied, by name; `None` where it is permitted. */
export async function denialOf(
  { consents, patient, hospital }: Parties,
  use: { patient?: string; accessor?: string; purpose?: Purpose | bigint; categories?: bigint } = {},
): Promise<Denial> {
  const purpose = use.purpose ?? "TREAT";
  const [permitted, denial] = await consents.check(
    use.patient ?? patient.address,
    use.accessor ?? hospital.address,
    typeof purpose === "bigint" ? purpose : PURPOSES[purpose],
    use.categories ?? categories("LABORATORY"),
  );
  const name = DENIALS[Number(denial)]!;
  if (permitted !== (name === "None")) throw new Error(`check permits: ${permitted}, but the reason is ${name}.`);
  return name;
}

/**
 * Sends transactions into one block, whatever they do, in this order.
 * @returns the status of each: 1 where it went through, 0 where it reverted.
 */
export async function inOneBlock(...calls: (() => Transaction)[]): Promise<number[]> {
  await ethers.provider.send("evm_setAutomine", [false]);
  const sent: ContractTransactionResponse[] = [];
  try {
    for (const call of calls) sent.push(await call());
    await ethers.provider.send("evm_mine");
  } finally {
    await ethers.provider.send("evm_setAutomine", [true]);
  }
  const receipts = await Promise.all(sent.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
  if (new Set(receipts.map((receipt) => receipt?.blockNumber)).size !== 1) throw new Error("More than one block.");
  return receipts.map((receipt) => receipt!.status!);
}
