/** A long pseudo-random life of consents and records on a chain, the same at every run. */
import { setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { Wallet, id, keccak256, toBeHex, type ContractTransactionResponse } from "ethers";
import { ethers } from "hardhat";

import { typedData } from "../../src/consent/typedData.js";
import { decodeError } from "../../src/contractErrors.js";
import { accredit, enlist, type CareProof } from "../support/careproof.js";

const DAY = 86_400;
/** TREAT, ETREAT, HRESCH and PATRQT: one with emergencies, one that needs no accreditation. */
export const USED_PURPOSES = [0, 1, 4, 8];

/** Who takes part, and what they did: the keys of the state to compare. */
export interface History {
  patients: Wallet[];
  /** The grantees are the two providers. */
  providers: Wallet[];
  operators: Wallet[];
  representatives: Wallet[];
  reviewers: Wallet[];
  source: Wallet;
  gateway: Wallet;
  digests: string[];
  receipts: string[];
  /** Operations that succeeded, and that a contract refused by name. */
  done: number;
  refused: number;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lives `length` operations on `system`. */
export async function live(system: CareProof, seed: number, length: number): Promise<History> {
  const { consents, representatives: registry, records, disclosures, admin } = system;
  const person = async (name: string): Promise<Wallet> => {
    const wallet = new Wallet(id(`a key for tests alone: ${name}`), ethers.provider);
    await setBalance(wallet.address, 10n ** 20n);
    return wallet;
  };
  const patients = [await person("first patient"), await person("second patient"), await person("third patient")];
  const hospital = await person("hospital");
  const clinic = await person("clinic");
  const doctor = await person("doctor");
  const nurse = await person("nurse");
  const daughter = await person("daughter");
  const son = await person("son");
  const authority = await person("authority");
  const officer = await person("officer");
  const guardian = await person("guardian");
  const source = await person("source");
  const privacy = await person("privacy officer");
  const gateway = await person("gateway");
  const relayer = await person("relayer");
  for (const provider of [hospital, clinic]) await accredit(system, provider, "PROVIDER", "EMERGENCY_CARE");
  await accredit(system, authority, "GUARDIANSHIP_AUTHORITY");
  await accredit(system, privacy, "PRIVACY_OFFICER");
  await accredit(system, gateway, "GATEWAY");
  await enlist(system, hospital, doctor, "PROVIDER", "EMERGENCY_CARE");
  await enlist(system, clinic, nurse, "PROVIDER", "EMERGENCY_CARE");
  await enlist(system, authority, officer, "GUARDIANSHIP_AUTHORITY");
  const history: History = {
    patients,
    providers: [hospital, clinic],
    operators: [doctor, nurse],
    representatives: [daughter, son],
    reviewers: [privacy],
    source,
    gateway,
    digests: [],
    receipts: [],
    done: 0,
    refused: 0,
  };

  const random = generator(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const one = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const mask = (): number =>
    USED_PURPOSES.reduce((bits, bit) => (random() < 0.5 ? bits | (1 << bit) : bits), 1 << pick(USED_PURPOSES));
  const kinds = (): bigint => (BigInt(Math.floor(random() * 2 ** 20)) | 1n) + (random() < 0.2 ? 1n << 50n : 0n);
  const bytes32 = (): string => id(String(random()));
  const at = async (contract: { getAddress(): Promise<string> }) => ({
    chainId: 31_337,
    verifyingContract: await contract.getAddress(),
  });
  const signed = (who: Wallet, { domain, types, message }: { domain: object; types: object; message: object }) =>
    who.signTypedData(domain, types as never, message as never);
  /** A time for a signed decision: now, a while ago, or the very time of what stands. */
  const decidedAt = async (patient: string, grantee: string): Promise<number> => {
    const now = await time.latest();
    const standing = Number((await consents.consentOf(patient, grantee, pick(USED_PURPOSES))).issuedAt);
    return pick([now, now - 1, now - Math.floor(random() * 600), standing === 0 ? now : standing]);
  };
  let recordSequence = new Map<string, bigint>();
  recordSequence = new Map(history.providers.map(({ address }) => [address, 0n]));
  let receiptSequence = 0n;
  const anchored = new Map<string, { provider: Wallet; sequence: bigint }>();
  const receiptOf = new Map<string, { gateway: string; signer: string; disclosure: string; accessedAt: number }>();
  const receiptBatch = new Map<string, bigint>();
  const leafOf = (digest: string) => ({ sequence: anchored.get(digest)?.sequence ?? 1n, digest, proof: [] });

  type Send = () => Promise<ContractTransactionResponse | undefined>;
  const terms = async () => {
    const now = await time.latest();
    const notBefore = pick([0, now, now + DAY]);
    return { categories: kinds(), notBefore, expiresAt: now + pick([2, 30, 300]) * DAY, flags: pick([0, 1, 7]) };
  };
  const operations: [weight: number, Send][] = [
    [
      4,
      async () =>
        consents.connect(pick(patients)).grant(pick(history.providers).address, mask(), await terms(), bytes32()),
    ],
    [
      4,
      async () => {
        const patient = pick(patients);
        const grantee = pick(history.providers).address;
        const issuedAt = await decidedAt(patient.address, grantee);
        const grant = {
          patient: patient.address,
          decidedBy: patient.address,
          grantee,
          purposes: mask(),
          ...(await terms()),
          evidence: bytes32(),
          issuedAt,
          deadline: issuedAt + 30 * DAY,
        };
        const signature = await signed(patient, typedData("ConsentGrant", await at(consents), grant));
        return consents.connect(relayer).grantBySig(grant, signature);
      },
    ],
    [
      5,
      async () =>
        consents
          .connect(pick(history.representatives))
          .grantFor(
            pick(patients).address,
            pick(history.providers).address,
            1 << pick(USED_PURPOSES),
            await terms(),
            bytes32(),
          ),
    ],
    [
      4,
      async () => {
        // An appointee with the power to override allows what the patient just refused.
        const patient = pick(patients);
        const representative = pick(history.representatives);
        const found = await registry.representationOf(patient.address, representative.address);
        if (!found.mayOverride) return undefined;
        if (Number(found.since) > (await time.latest())) await time.increaseTo(found.since);
        const grantee = pick(history.providers).address;
        await consents.connect(patient).revoke(grantee, 1);
        const allowed = { categories: kinds(), notBefore: 0, expiresAt: found.expiresAt, flags: 0 };
        return consents.connect(representative).grantFor(patient.address, grantee, 1, allowed, bytes32());
      },
    ],
    [3, () => consents.connect(pick(patients)).revoke(pick(history.providers).address, mask())],
    [
      6,
      async () => {
        const patient = pick(patients);
        const decidedBy = random() < 0.7 ? patient : pick(history.representatives);
        const grantee = pick(history.providers).address;
        const issuedAt = await decidedAt(patient.address, grantee);
        const revocation = {
          patient: patient.address,
          decidedBy: decidedBy.address,
          grantee,
          purposes: decidedBy === patient ? mask() : 1 << pick(USED_PURPOSES),
          issuedAt,
          deadline: issuedAt + 30 * DAY,
        };
        const signature = await signed(decidedBy, typedData("ConsentRevocation", await at(consents), revocation));
        return consents.connect(relayer).revokeBySig(revocation, signature);
      },
    ],
    [1, () => consents.connect(pick(patients)).revokeAll()],
    [
      1,
      async () => {
        const patient = pick(patients);
        const issuedAt = (await time.latest()) - Math.floor(random() * 900);
        const message = { patient: patient.address, decidedBy: patient.address, issuedAt, deadline: issuedAt + DAY };
        const signature = await signed(patient, typedData("RevokeAll", await at(consents), message));
        return consents
          .connect(relayer)
          .revokeAllBySig(patient.address, patient.address, issuedAt, issuedAt + DAY, signature);
      },
    ],
    [1, () => consents.connect(guardian).revokeAllFor(pick(patients).address)],
    [2, () => consents.connect(pick(patients)).nameGuardian(pick([guardian.address, guardian.address, son.address]))],
    [
      2,
      async () => {
        const { guardian: current, next } = await consents.guardianshipOf(patients[2]!.address);
        if (![current, next].includes(guardian.address))
          await consents.connect(patients[2]).nameGuardian(guardian.address);
        const sent = await consents.connect(guardian).retire(patients[2]!.address);
        return random() < 0.2 ? sent : consents.connect(patients[2]).objectToRetirement();
      },
    ],
    [0.5, () => consents.connect(patients[2]).objectToRetirement()],
    [1, () => consents.connect(pick(patients)).setBreakGlassPreference(random() < 0.4)],
    [
      1,
      () => consents.connect(pick(patients)).setEmergencySourcePreference(source.address, pick([0n, kinds(), kinds()])),
    ],
    [1, () => consents.connect(admin).setEmergencySource(source.address)],
    [1.5, () => consents.connect(admin).removeEmergencySource(source.address)],
    [
      4,
      () =>
        consents
          .connect(pick(history.operators))
          .breakGlass(pick(patients).address, kinds(), pick([0, 1, 2]), bytes32()),
    ],
    [
      2,
      async () => {
        const patient = pick(patients).address;
        if ((await consents.emergencySourceFrom(source.address)) === 0n) {
          await consents.connect(admin).setEmergencySource(source.address);
          await time.increase(8 * DAY);
        }
        const categories = kinds();
        await consents
          .connect(patients.find(({ address }) => address === patient))
          .setEmergencySourcePreference(source.address, categories);
        return consents.connect(source).openEmergency(patient, pick(history.operators).address, categories, bytes32());
      },
    ],
    [
      3,
      async () => {
        const operator = pick(history.operators).address;
        const { patient, openedAt } = await consents.pendingReviewOf(operator);
        return consents.connect(privacy).reviewEmergency(operator, patient, openedAt, random() < 0.5);
      },
    ],
    [2, () => consents.connect(relayer).reportOverdueReview(pick(history.operators).address)],
    [
      4,
      async () => {
        const expiresAt = (await time.latest()) + pick([30, 400]) * DAY;
        return registry
          .connect(pick(patients))
          .nameRepresentative(pick(history.representatives).address, mask(), expiresAt);
      },
    ],
    [2, () => registry.connect(pick(patients)).removeRepresentative(pick(history.representatives).address)],
    [
      4,
      async () => {
        const issuedAt = await time.latest();
        const appointment = {
          patient: pick(patients).address,
          representative: pick(history.representatives).address,
          officer: pick([authority, officer]).address,
          purposes: 0x113,
          mayOverride: random() < 0.7,
          expiresAt: issuedAt + pick([40, 400]) * DAY,
          caseCommitment: bytes32(),
          issuedAt,
          deadline: issuedAt + DAY,
        };
        const signer = appointment.officer === officer.address ? officer : authority;
        const signature = await signed(signer, typedData("RepresentativeAppointment", await at(registry), appointment));
        return registry.connect(relayer).appointRepresentative(appointment, signature);
      },
    ],
    [
      3,
      async () => {
        const patient = pick(patients);
        const representative = pick(history.representatives);
        const inForce = random() < 0.7;
        const appointed = await registry.representationOf(patient.address, representative.address);
        if (inForce && appointed.status === 2n) {
          await registry.connect(patient).removeRepresentative(representative.address);
          await time.increase(60);
        }
        const signer = appointed.officer === officer.address ? authority : officer;
        const issuedAt = await time.latest();
        const decision = {
          patient: patient.address,
          representative: representative.address,
          officer: signer.address,
          inForce,
          issuedAt,
          deadline: issuedAt + DAY,
        };
        const signature = await signed(signer, typedData("AppointmentDecision", await at(registry), decision));
        return registry.connect(relayer).decideAppointment(decision, signature);
      },
    ],
    [
      3,
      async () => {
        const provider = pick(history.providers);
        const digest = bytes32();
        const sequence = recordSequence.get(provider.address)! + 1n;
        const sent = await records.connect(provider).anchor(sequence, keccak256(digest), pick([1n, 1_000_000n]));
        recordSequence.set(provider.address, sequence);
        anchored.set(digest, { provider, sequence });
        history.digests.push(digest);
        return sent;
      },
    ],
    [
      2,
      () => {
        const [old, successor] = [one(history.digests), one(history.digests)];
        const provider = anchored.get(old ?? "")?.provider ?? hospital;
        return records.connect(provider).supersede(leafOf(old ?? toBeHex(9, 32)), leafOf(successor ?? toBeHex(8, 32)));
      },
    ],
    [
      1,
      () => {
        const digest = one(history.digests) ?? toBeHex(9, 32);
        return records.connect(anchored.get(digest)?.provider ?? hospital).retract(leafOf(digest), pick([1, 2, 3]));
      },
    ],
    [
      3,
      async () => {
        // A receipt of an access a while ago, posted, and anchored before or after that, or never.
        const accessedAt = (await time.latest()) - pick([8, 30]) * DAY;
        const receipt = { gateway: gateway.address, signer: gateway.address, disclosure: bytes32(), accessedAt };
        const digest = await disclosures.digestOf(receipt);
        receiptOf.set(digest, receipt);
        history.receipts.push(digest);
        const signature = await signed(gateway, typedData("AccessReceipt", await at(disclosures), receipt));
        return disclosures.connect(relayer).reportUnlogged(receipt, signature);
      },
    ],
    [
      2,
      async () => {
        // A receipt of an access just now, anchored in time; posted when its time has come, by the operation after next.
        const accessedAt = await time.latest();
        const receipt = { gateway: gateway.address, signer: gateway.address, disclosure: bytes32(), accessedAt };
        const digest = await disclosures.digestOf(receipt);
        const sent = await disclosures.connect(gateway).anchor(receiptSequence + 1n, keccak256(digest), 1n);
        receiptBatch.set(digest, ++receiptSequence);
        receiptOf.set(digest, receipt);
        history.receipts.push(digest);
        return sent;
      },
    ],
    [
      3,
      async () => {
        const digest = one([...receiptBatch.keys()]);
        const receipt = receiptOf.get(digest ?? "");
        if (digest === undefined || receipt === undefined) return undefined;
        await time.increase(8 * DAY);
        const signature = await signed(gateway, typedData("AccessReceipt", await at(disclosures), receipt));
        const sent = await disclosures.connect(relayer).reportUnlogged(receipt, signature);
        return random() < 0.5 ? sent : disclosures.connect(relayer).answer(receipt, receiptBatch.get(digest)!, []);
      },
    ],
    [
      4,
      async () => {
        const digest = one(history.receipts);
        const receipt = receiptOf.get(digest ?? "");
        if (digest === undefined || receipt === undefined) return undefined;
        let sequence = receiptBatch.get(digest);
        if (sequence === undefined) {
          await disclosures.connect(gateway).anchor(receiptSequence + 1n, keccak256(digest), 1n);
          sequence = ++receiptSequence;
          receiptBatch.set(digest, sequence);
        }
        return disclosures.connect(relayer).answer(receipt, sequence, []);
      },
    ],
  ];

  const succeeded = new Set<Send>();
  for (let step = 0; step < length; step++) {
    // What never succeeded is tried more often, so that everything happens.
    const weights = operations.map(([weight, send]) => (succeeded.has(send) ? weight : weight * 6));
    let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const [, send] = operations[weights.findIndex((weight) => (rest -= weight) < 0)]!;
    try {
      if ((await send()) === undefined) continue;
      history.done++;
      succeeded.add(send);
    } catch (error) {
      if (decodeError(error) === undefined) throw error;
      history.refused++;
    }
    const wait = pick([0, 0, 0, 1, 60, 3600, 12 * 3600, DAY, 4 * DAY]);
    if (wait > 0) await time.increase(wait);
  }
  return history;
}
