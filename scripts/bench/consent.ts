/** Gas of consent and records: every row a transaction of its own, on the state that it declares. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { getBytes, id, type TypedDataField } from "ethers";
import { ethers } from "hardhat";

import { gasOf, measuredBy, requireState, type Measurement } from "./operation";
import { CATEGORIES, PURPOSES } from "../../src/consent/codes.js";
import { NO_PREDECESSOR, recordLeafDigest, recordLeafHash } from "../../src/consent/recordLeaf.js";
import { ConsentRegistry__factory } from "../../src/bindings/index.js";
import { MerkleTree } from "../../src/utils/merkle.js";
import { accredit, enlist, type CareProof } from "../../test/support/careproof";

/** Leaves of the tree that record rows prove in: 2^20, built by the package. */
const LEAVES = 1 << 20;

const GRANT_TYPES = {
  ConsentGrant: fields(
    "address patient,address decidedBy,address grantee,uint32 purposes,uint64 categories,uint40 notBefore,uint40 expiresAt,uint8 flags,bytes32 evidence,uint40 issuedAt,uint40 deadline",
  ),
};
const REVOCATION_TYPES = {
  ConsentRevocation: fields(
    "address patient,address decidedBy,address grantee,uint32 purposes,uint40 issuedAt,uint40 deadline",
  ),
};

function fields(members: string): TypedDataField[] {
  return members.split(",").map((member) => {
    const [type, name] = member.split(" ") as [string, string];
    return { type, name };
  });
}

const bitOf = (number: number): bigint => 1n << BigInt(number);
const TREAT = Number(bitOf(PURPOSES.TREAT));
/** All general kinds of data: the largest usual consent. */
const CATEGORIES_GRANTED = (1n << 21n) - 1n;

/** Measures all rows of consent and records. `start` (unix seconds): the time of the first block. */
export async function measureConsent(system: CareProof, start: number): Promise<Measurement[]> {
  const [hospital, operator, patient, relayed, relayer, emergency] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const { consents } = system;
  await accredit(system, hospital, "PROVIDER", "EMERGENCY_CARE");
  await enlist(system, hospital, operator, "PROVIDER", "EMERGENCY_CARE");
  const rows: Measurement[] = [];
  const row = (operation: string, gas: number): void => {
    rows.push({ operation, gas });
  };
  const terms = {
    categories: CATEGORIES_GRANTED,
    notBefore: start,
    expiresAt: start + 365 * 86_400,
    flags: 1,
  };
  const evidence = id("evidence");
  const isUndecided = async (whose: string, purpose: number): Promise<boolean> =>
    (await consents.consentOf(whose, hospital.address, purpose)).issuedAt === 0n &&
    (await consents.patientOf(whose)).revokedAllAt === 0n;

  // Direct
  const own = consents.connect(patient);
  requireState(await isUndecided(patient.address, PURPOSES.TREAT), "first consent of the pair");
  row("consent.grant.first", await gasOf(own.grant(hospital.address, TREAT, terms, evidence)));
  row("consent.grant.again", await gasOf(own.grant(hospital.address, TREAT, terms, evidence)));

  // Questions, from a contract
  const caller = await ethers.deployContract("ConsentCaller");
  const registry = await consents.getAddress();
  const ask = async (whose: string, accessor: string, purpose: number): Promise<number> =>
    measuredBy(caller, [registry, whose, accessor, purpose, bitOf(CATEGORIES.LABORATORY)]);
  row("consent.check.principal", await ask(patient.address, hospital.address, PURPOSES.TREAT));
  requireState((await system.participants.principalOf(operator.address)) === hospital.address, "an operator asks");
  row("consent.check.operator", await ask(patient.address, operator.address, PURPOSES.TREAT));
  requireState(await isUndecided(emergency.address, PURPOSES.ETREAT), "no consent for ETREAT");
  row(
    "consent.breakGlass",
    await gasOf(consents.connect(operator).breakGlass(emergency.address, CATEGORIES_GRANTED, 0, id("justification"))),
  );
  row("consent.check.emergency", await ask(emergency.address, operator.address, PURPOSES.ETREAT));

  // Revocations
  row("consent.revoke", await gasOf(own.revoke(hospital.address, TREAT)));
  requireState(await isUndecided(relayer.address, PURPOSES.TREAT), "never granted");
  row("consent.revoke.never", await gasOf(consents.connect(relayer).revoke(hospital.address, TREAT)));
  requireState((await consents.patientOf(patient.address)).revokedAllAt === 0n, "never revoked all");
  row("consent.revokeAll.first", await gasOf(own.revokeAll()));
  row("consent.revokeAll.later", await gasOf(own.revokeAll()));

  // Relayed, by an operator's key
  const domain = {
    name: "CareProof ConsentRegistry",
    version: "1",
    chainId: 31337,
    verifyingContract: registry,
  };
  // A fixed time: gas depends on the bytes of what is signed, and the blocks before come when the machine gets to them.
  const issuedAt = start + 7 * 86_400;
  await time.increaseTo(issuedAt + 1);
  const decision = {
    patient: relayed.address,
    decidedBy: relayed.address,
    grantee: hospital.address,
    purposes: TREAT,
    deadline: issuedAt + 86_400,
  };
  const grant = { ...decision, ...terms, evidence, issuedAt };
  requireState(await isUndecided(relayed.address, PURPOSES.TREAT), "first consent of the pair");
  const grantSignature = await relayed.signTypedData(domain, GRANT_TYPES, grant);
  const relay = ConsentRegistry__factory.connect(registry, operator);
  row("consent.grantBySig.first", await gasOf(relay.grantBySig(grant, grantSignature)));
  const revocation = { ...decision, issuedAt: issuedAt + 1 };
  const revocationSignature = await relayed.signTypedData(domain, REVOCATION_TYPES, revocation);
  row("consent.revokeBySig", await gasOf(relay.revokeBySig(revocation, revocationSignature)));

  return [...rows, ...(await measureRecords(system, hospital, operator, start))];
}

/** Rows of records, each sent by the provider's operator key, on a tree of 2^20 leaves. */
async function measureRecords(
  system: CareProof,
  hospital: HardhatEthersSigner,
  operator: HardhatEthersSigner,
  start: number,
): Promise<Measurement[]> {
  const records = system.records.connect(operator);
  const clinic = system.others[7]!;
  const clinicOperator = system.others[8]!;
  await accredit(system, clinic, "PROVIDER");
  await enlist(system, clinic, clinicOperator, "PROVIDER");

  const leafAt = (index: number) => ({
    patient: "0x1111111111111111111111111111111111111111",
    commitment: id(`record ${index}`),
    category: CATEGORIES.LABORATORY,
    recordedAt: start,
    supersedes: NO_PREDECESSOR,
  });
  const filler = getBytes(id("leaf"));
  const tree = await MerkleTree.build(
    (function* () {
      for (let index = 0; index < LEAVES; index++) {
        if (index < 4) {
          yield getBytes(recordLeafHash(leafAt(index)));
        } else {
          // Other leaves need only differ: the rows prove the first ones.
          const leaf = filler.slice();
          new DataView(leaf.buffer).setUint32(0, index);
          yield leaf;
        }
      }
    })(),
  );
  const proofOf = (index: number) => {
    const proof = tree.proof(index);
    requireState(proof.length === 20, "a proof of 20 hashes");
    return { sequence: 1, digest: recordLeafDigest(leafAt(index)), proof };
  };

  requireState((await records.headOf(hospital.address)).sequence === 0n, "the provider's first batch");
  const single = recordLeafHash(leafAt(9));
  const first = await gasOf(records.anchor(1, tree.root, LEAVES));
  const later = await gasOf(records.anchor(2, single, 1));
  requireState((await records.headOf(clinic.address)).sequence === 0n, "the provider's first batch");
  const firstSingle = await gasOf(records.connect(clinicOperator).anchor(1, single, 1));
  const laterMillion = await gasOf(records.connect(clinicOperator).anchor(2, tree.root, LEAVES));

  const [status] = await records.statusOf(hospital.address, proofOf(0).digest);
  requireState(status === 0n, "a record that stands");
  const supersede = await gasOf(records.supersede(proofOf(0), proofOf(1)));
  const retract = await gasOf(records.retract(proofOf(2), 1));
  requireState((await records.verify(hospital.address, 1, leafAt(3), proofOf(3).proof)) === 1n, "anchored");
  return [
    { operation: "records.anchor.first", gas: Math.max(first, firstSingle) },
    { operation: "records.anchor.later", gas: Math.max(later, laterMillion) },
    { operation: "records.supersede", gas: supersede },
    { operation: "records.retract", gas: retract },
  ];
}
