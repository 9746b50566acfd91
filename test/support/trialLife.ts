/** A trial that lived through all that can happen to it, with what counts against it, for tests. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { AbiCoder, concat, encodeBytes32String, id, keccak256, ZeroHash } from "ethers";
import { ethers } from "hardhat";

import { accredit, deployCareProof, enlist, type Account, type CareProof } from "./careproof";
import {
  TrialData__factory,
  TrialRegistry__factory,
  TrialSafety__factory,
  type TrialData,
  type TrialRegistry,
  type TrialSafety,
} from "../../src/bindings/index.js";

/** A day, in seconds. */
export const DAY = 86_400;

export interface Trials extends CareProof {
  trials: TrialRegistry;
  trialData: TrialData;
  trialSafety: TrialSafety;
  sponsor: Account;
  /** A key of the sponsor. */
  sponsorKey: Account;
  board: Account;
  site: Account;
  /** A key of the site. */
  siteKey: Account;
  otherSite: Account;
  manager: Account;
  safetyBoard: Account;
  stranger: Account;
}

export async function deployTrials(): Promise<Trials> {
  const system = await deployCareProof();
  const [sponsor, sponsorKey, board, site, siteKey, otherSite, manager, safetyBoard, stranger] = system.others as Account[];
  const registry = await new TrialRegistry__factory(system.deployer).deploy(
    await system.participants.getAddress(),
    await system.consents.getAddress(),
  );
  const data = await new TrialData__factory(system.deployer).deploy(await registry.getAddress());
  const safety = await new TrialSafety__factory(system.deployer).deploy(await registry.getAddress());
  await accredit(system, sponsor!, "TRIAL_SPONSOR");
  await enlist(system, sponsor!, sponsorKey!, "TRIAL_SPONSOR");
  await accredit(system, board!, "ETHICS_BOARD");
  await accredit(system, site!, "INVESTIGATOR_SITE");
  await enlist(system, site!, siteKey!, "INVESTIGATOR_SITE");
  await accredit(system, otherSite!, "INVESTIGATOR_SITE");
  await accredit(system, manager!, "TRIAL_SERVICE_PROVIDER");
  await accredit(system, safetyBoard!, "DATA_MONITORING_COMMITTEE");
  return {
    ...system,
    trials: registry,
    trialData: data,
    trialSafety: safety,
    sponsor: sponsor!,
    sponsorKey: sponsorKey!,
    board: board!,
    site: site!,
    siteKey: siteKey!,
    otherSite: otherSite!,
    manager: manager!,
    safetyBoard: safetyBoard!,
    stranger: stranger!,
  };
}

export const NUMBER = "NCT09990001";
const TYPES = {
  TrialSignature: "bytes32 trialId,bytes32 object,uint8 meaning,address signer,bytes32 signerName,uint40 signedAt,uint40 deadline",
  Enrolment:
    "bytes32 trialId,address site,bytes32 subject,uint8 version,address signer,uint40 signedAt,uint40 deadline,uint8 meaning",
  Withdrawal: "bytes32 trialId,bytes32 subject,address signer,uint40 signedAt,uint40 deadline",
} as const;

export async function sign(trials: TrialRegistry, signer: Account, type: keyof typeof TYPES, value: object): Promise<string> {
  const fields = TYPES[type].split(",").map((field) => {
    const [of, name] = field.split(" ");
    return { name: name!, type: of! };
  });
  const { chainId } = await ethers.provider.getNetwork();
  const domain = { name: "CareProof TrialRegistry", version: "1", chainId, verifyingContract: await trials.getAddress() };
  return signer.signTypedData(domain, { [type]: fields }, value);
}

const coder = AbiCoder.defaultAbiCoder();
const leafTag = id("CareProof.OutcomeLeaf(uint16 index,uint16 count,uint8 kind,bytes32 commitment)");
export function outcomeLeaf(leaf: { index: number; count: number; kind: number; commitment: string }): string {
  const encoded = coder.encode(
    ["bytes32", "uint16", "uint16", "uint8", "bytes32"],
    [leafTag, leaf.index, leaf.count, leaf.kind, leaf.commitment],
  );
  return keccak256(keccak256(encoded));
}

/** Two primary outcomes and a secondary one. */
export const leavesOf = (prefix: string) => ({
  primaries: [0, 1].map((index) => ({ index, count: 2, kind: 0, commitment: id(`${prefix} primary ${index}`) })),
  other: { index: 0, count: 1, kind: 1, commitment: id("secondary") },
});
export function outcomesOf(prefix: string) {
  const { primaries, other } = leavesOf(prefix);
  return {
    primaryRoot: keccak256(concat(primaries.map(outcomeLeaf))),
    otherRoot: outcomeLeaf(other),
    primaries: 2,
    others: 1,
  };
}
export const documentsOf = (protocol: string, primaryCompletion: number) => ({
  protocol: id(protocol),
  statisticalAnalysisPlan: id("plan"),
  consentForm: id("form"),
  allocationRoot: ZeroHash,
  plannedEnrolment: 3,
  primaryCompletion,
});

export async function approve(system: Trials, trialId: string, version: number, board = system.board): Promise<void> {
  const { trials } = system;
  const { hash } = await trials.versionOf(trialId, version);
  await trials.approve(trialId, await signature(trials, board, trialId, hash));
}

export async function signature(trials: TrialRegistry, signer: Account, trialId: string, object: string) {
  const signedAt = await time.latest();
  const value = { trialId, object, meaning: 3, signer: signer.address, signerName: id(signer.address), signedAt, deadline: signedAt + DAY };
  const { signerName, deadline } = value;
  const signed = await sign(trials, signer, "TrialSignature", value);
  return { signer: signer.address, signerName, meaning: 3, signedAt, deadline, signature: signed };
}

export async function enrol(
  { trials }: Trials,
  trialId: string,
  site: Account,
  signer: Account,
  subject: string,
  version: number,
  signedAt?: number,
): Promise<void> {
  const at = signedAt ?? (await time.latest());
  const enrolment = { trialId, site: site.address, subject: id(subject), version, signer: signer.address, signedAt: at, deadline: at + 30 * DAY };
  await trials.enrol(enrolment, await sign(trials, signer, "Enrolment", { ...enrolment, meaning: 4 }));
}

export async function withdraw({ trials }: Trials, trialId: string, signer: Account, subject: string): Promise<void> {
  const signedAt = await time.latest();
  const withdrawal = { trialId, subject: id(subject), signer: signer.address, signedAt, deadline: signedAt + DAY };
  await trials.withdraw(withdrawal, ZeroHash, await sign(trials, signer, "Withdrawal", withdrawal));
}

/** A registered and approved trial with people in it. */
export async function openTrial() {
  const system = await deployTrials();
  const { trials, sponsorKey, site, otherSite, manager, safetyBoard } = system;
  const number = encodeBytes32String(NUMBER);
  const primaryCompletion = (await time.latest()) + 400 * DAY;
  const protocol = { documents: documentsOf("protocol 1", primaryCompletion), outcomes: outcomesOf("first") };
  const trialId = await trials.connect(sponsorKey).register.staticCall(number, protocol);
  await trials.connect(sponsorKey).register(number, protocol);
  await approve(system, trialId, 1);
  const from = await time.latest();
  const until = from + 1000 * DAY;
  for (const [role, { address }] of [
    [0, site],
    [0, otherSite],
    [1, manager],
    [3, safetyBoard],
  ] as const) {
    await trials.connect(sponsorKey).appoint(trialId, role, address, from, until);
  }
  return { ...system, trialId, protocol, primaryCompletion };
}

/** The leaf of a row of a subject, which is the root of a batch of that row alone. */
export function dataLeaf(subject: string, capturedAt: number) {
  const leaf = { subject: id(subject), content: id(`${subject} ${capturedAt}`), capturedAt, corrects: ZeroHash };
  const tag = id("CareProof.DataLeaf(bytes32 subject,bytes32 content,uint40 capturedAt,bytes32 corrects)");
  const types = ["bytes32", "bytes32", "bytes32", "uint40", "bytes32"];
  const digest = keccak256(coder.encode(types, [tag, leaf.subject, leaf.content, capturedAt, ZeroHash]));
  return { leaf, digest, root: keccak256(digest) };
}

/** {@link openTrial}, then everything: each thing that counts against a trial happens once. */
export async function liveThroughTrial() {
  const system = await openTrial();
  const { trials, trialData, trialSafety, sponsorKey, site, siteKey, otherSite, manager, safetyBoard, trialId, protocol } = system;
  await time.increase(DAY);
  await enrol(system, trialId, site, siteKey, "anna", 1);
  await enrol(system, trialId, site, siteKey, "bert", 1);
  await enrol(system, trialId, otherSite, otherSite, "cleo", 1);
  const firstEnrolledAt = Number((await trials.factsOf(trialId)).firstEnrolledAt);
  await time.increase(DAY);
  const next = { documents: protocol.documents, outcomes: outcomesOf("second") };
  await trials.connect(sponsorKey).amend(trialId, protocol, next, id("reason"));
  await approve(system, trialId, 2);
  await time.increase(DAY);
  await enrol(system, trialId, site, siteKey, "anna", 2);
  const now = await time.latest();
  const good = dataLeaf("anna", now);
  await trialData.connect(siteKey).anchor(trialId, 0, 1, good.root, 1, now, now);
  await withdraw(system, trialId, siteKey, "bert");
  await time.increase(DAY);
  const later = await time.latest();
  const bad = dataLeaf("bert", later);
  await trialData.connect(siteKey).anchor(trialId, 0, 2, bad.root, 1, later, later);
  await trialData.reportViolation(trialId, site.address, 2, bad.leaf, []);
  await trialData.connect(otherSite).anchor(trialId, 2, 1, id("other"), 40, later - DAY, later);
  await trialSafety.connect(siteKey).report(trialId, id("in time"), 1, later);
  await trialSafety.connect(sponsorKey).expedite(trialId, id("in time"));
  await trialSafety.connect(siteKey).report(trialId, id("late"), 0, later);
  await time.increase(8 * DAY);
  await trialSafety.connect(sponsorKey).expedite(trialId, id("late"));
  await trialSafety.connect(siteKey).report(trialId, id("untold"), 0, later);
  await time.increase(8 * DAY);
  await trials.connect(sponsorKey).closeEnrolment(trialId);
  await trials.connect(sponsorKey).lock(trialId, id("data set"));
  const lockedAt = await time.latest();
  const tag = id("CareProof.Unlock(bytes32 reason,uint40 lockedAt,uint8 unlocks)");
  const object = keccak256(coder.encode(["bytes32", "bytes32", "uint40", "uint8"], [tag, id("why"), lockedAt, 0]));
  await trials.unlock(
    trialId,
    id("why"),
    await signature(trials, manager, trialId, object),
    await signature(trials, safetyBoard, trialId, object),
  );
  await trialData.connect(siteKey).anchor(trialId, 2, 3, id("after the lock"), 5, later, later);
  await trials.connect(sponsorKey).lock(trialId, id("data set again"));
  await trials.connect(sponsorKey).unblind(trialId);
  const { primaries } = leavesOf("first");
  const documentsHash = keccak256(
    coder.encode(
      ["bytes32", "bytes32", "bytes32", "bytes32", "bytes32", "uint32", "uint40"],
      [
        id(
          "CareProof.Documents(bytes32 protocol,bytes32 statisticalAnalysisPlan,bytes32 consentForm,bytes32 allocationRoot,uint32 plannedEnrolment,uint40 primaryCompletion)",
        ),
        ...Object.values(protocol.documents),
      ],
    ),
  );
  await trials
    .connect(sponsorKey)
    .reportOutcome(trialId, documentsHash, protocol.outcomes, primaries[1]!, [outcomeLeaf(primaries[0]!)], id("result"));
  await trials.connect(sponsorKey).reportUnregistered(trialId, id("swapped"));
  await trials.connect(sponsorKey).close(trialId);
  return { ...system, firstEnrolledAt, next, bad };
}
