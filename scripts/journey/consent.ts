/** The journey of consent and records: granted, relayed, checked, revoked, overridden in an emergency; anchored, verified. */
import { Wallet, getBytes, hexlify, randomBytes, type ContractTransactionResponse, type Provider } from "ethers";

import type { Chain } from "./chain";
import type { Contracts, CareProofSystem } from "./deployment";
import type { FhirInput } from "./input";
import { sampleConsent } from "./sample";
import { accreditation } from "./organisations";
import type { Outcome, Report } from "./report";
import { readConsent } from "../../src/consent/fhir/readConsent";
import type { ConsentGrant } from "../../src/consent/fhir/terms";
import { categoriesToMask, flagsToMask, purposesToMask } from "../../src/consent/masks";
import { patientWallet } from "../../src/consent/patientAddress";
import { commitRecords, type CommittedRecord } from "../../src/consent/recordBatch";
import { recordLeafDigest } from "../../src/consent/recordLeaf";
import { PURPOSES, type Category, type Purpose } from "../../src/consent/codes";
import { DENIALS, RECORD_STATUSES, REPRESENTATION_STATUSES } from "../../src/consent/statuses";
import { typedData } from "../../src/consent/typedData";
import { roleMask } from "../../src/participants/roles";
import { canonicalize } from "../../src/utils/canonical";
import { commit, newSalt } from "../../src/utils/commitment";
import { MerkleTree } from "../../src/utils/merkle";

const DAY = 86_400;

/** Takes every step of the chapter `consent`. `seed`: the one from which the patients' addresses are derived (0x-hex). */
export async function consentChapter(
  chain: Chain,
  system: CareProofSystem,
  input: FhirInput,
  seed: string,
  report: Report,
): Promise<void> {
  const { contracts } = system;
  const observed = system.connect(chain.observer);
  const { participants, representatives, consents, records, disclosures } = contracts;
  const at = async (contract: { getAddress(): Promise<string> }) => ({
    chainId: chain.chainId,
    verifyingContract: await contract.getAddress(),
  });
  const atConsents = await at(consents);
  const start = await chain.tick();
  const nextYear = start + 365 * DAY;

  report.begin("consent", "Organisations: who is accredited for what");
  const hospital = await chain.funded();
  const key = await chain.funded();
  const institute = await chain.funded();
  const privacyOfficer = await chain.funded();
  const gateway = await chain.funded();
  const relayer = await chain.funded();
  const accredit = accreditation({ system, observed, report, validUntil: nextYear });
  await accredit("Hospital", hospital, "PROVIDER", "EMERGENCY_CARE");
  await accredit("Research institute", institute, "HEALTH_DATA_USER");
  await accredit("Privacy office", privacyOfficer, "PRIVACY_OFFICER");
  await accredit("Gateway", gateway, "GATEWAY");
  await report.take({
    step: "Hospital names a clinician's key, which accepted by signature",
    signs: "clinician's key",
    pays: "hospital",
    send: async () => {
      const deadline = (await chain.tick()) + DAY;
      const roles = roleMask("PROVIDER", "EMERGENCY_CARE");
      const nonce = await participants.nonces(key.address);
      const message = {
        operator: key.address,
        principal: hospital.address,
        roles,
        expiresAt: nextYear,
        nonce,
        deadline,
      };
      const signature = await sign(key, typedData("OperatorAcceptance", await at(participants), message));
      return participants.connect(hospital).nameOperator(key.address, roles, nextYear, deadline, signature);
    },
    outcome: async () => ({
      found:
        (await observed.participants.principalOf(key.address)) === hospital.address ? "acts for the hospital" : "no",
      expected: "acts for the hospital",
    }),
  });

  report.begin("consent", "Consent: asked before each use; patients sign, others pay");
  // A patient has one address for each relationship, all from one seed, and no funds at any.
  const patient = onChain(patientWallet(seed, "hospital"), chain.provider);
  const donor = onChain(patientWallet(seed, "research institute"), chain.provider);
  const mother = chain.unfunded();
  const daughter = chain.unfunded();
  const unconscious = chain.unfunded();
  const objector = chain.unfunded();

  const asks =
    (whose: Wallet, accessor: Wallet, purpose: Purpose, categories: Category[], expected: string) =>
    async (): Promise<Outcome> => {
      const mask = categoriesToMask(categories);
      const { permitted, denial } = await observed.consents.check(
        whose.address,
        accessor.address,
        PURPOSES[purpose],
        mask,
      );
      return { found: permitted ? "permitted" : `denied: ${DENIALS[Number(denial)]}`, expected };
    };
  const question = (step: string, outcome: () => Promise<Outcome>): Promise<void> => report.take({ step, outcome });

  const document = sampleConsent({
    patient: patient.address,
    grantee: hospital.address,
    chainId: chain.chainId,
    issuedAt: start,
    expiresAt: nextYear,
  });
  const [readTerms] = readConsent(document) as [ConsentGrant];
  const grantMessage = async (whose: Wallet, decidedBy: Wallet, grantee: string, terms: ConsentGrant) => {
    const issuedAt = await chain.tick();
    return {
      patient: whose.address,
      decidedBy: decidedBy.address,
      grantee,
      purposes: purposesToMask(terms.purposes),
      categories: categoriesToMask(terms.categories),
      notBefore: terms.notBefore,
      expiresAt: terms.expiresAt,
      flags: flagsToMask(terms.flags),
      evidence: commit("consentDocument", canonicalize(JSON.stringify(document)), "json#data", newSalt()),
      issuedAt,
      deadline: issuedAt + DAY,
    };
  };
  const grantBySig = async (whose: Wallet, decidedBy: Wallet, grantee: string, terms: ConsentGrant) => {
    const message = await grantMessage(whose, decidedBy, grantee, terms);
    const signature = await sign(decidedBy, typedData("ConsentGrant", atConsents, message));
    return { message, signature };
  };
  const revokeBySig = async (
    whose: Wallet,
    grantee: string,
    purposes: Purpose[],
  ): Promise<ContractTransactionResponse> => {
    const issuedAt = await chain.tick();
    const message = {
      patient: whose.address,
      decidedBy: whose.address,
      grantee,
      purposes: purposesToMask(purposes),
      issuedAt,
      deadline: issuedAt + DAY,
    };
    const signature = await sign(whose, typedData("ConsentRevocation", atConsents, message));
    return consents.connect(relayer).revokeBySig(message, signature);
  };

  await question(
    "Clinician asks for laboratory results for treatment",
    asks(patient, key, "TREAT", ["LABORATORY"], "denied: NeverGranted"),
  );
  const held = await grantBySig(patient, patient, hospital.address, readTerms);
  await report.take({
    step: "Patient allows the hospital treatment, from a FHIR Consent",
    signs: "patient",
    pays: "relayer",
    send: () => consents.connect(relayer).grantBySig(held.message, held.signature),
    outcome: asks(patient, key, "TREAT", ["LABORATORY"], "permitted"),
  });
  await question(
    "Clinician asks for a protected kind: HIV",
    asks(patient, key, "TREAT", ["LABORATORY", "HIV"], "denied: CategoryNotCovered"),
  );
  await question(
    "Clinician asks for another purpose: research",
    asks(patient, key, "HRESCH", ["LABORATORY"], "denied: OperatorRoleMissing"),
  );
  await question("A stranger asks", asks(patient, relayer, "TREAT", ["LABORATORY"], "denied: Unaccredited"));
  const research: ConsentGrant = {
    ...readTerms,
    purposes: ["HRESCH"],
    categories: ["LABORATORY"],
    flags: ["NORDSCLCD"],
  };
  await report.take({
    step: "The same person, by another address, allows research on laboratory results",
    signs: "patient",
    pays: "relayer",
    send: async () => {
      const { message, signature } = await grantBySig(donor, donor, institute.address, research);
      return consents.connect(relayer).grantBySig(message, signature);
    },
    outcome: asks(donor, institute, "HRESCH", ["LABORATORY"], "permitted"),
  });
  await question(
    "Institute asks for more than was allowed",
    asks(donor, institute, "HRESCH", ["LABORATORY", "GENOMICS"], "denied: CategoryNotCovered"),
  );
  await report.take({
    step: "Patient revokes",
    signs: "patient",
    pays: "relayer",
    send: () => revokeBySig(patient, hospital.address, ["TREAT"]),
    outcome: asks(patient, key, "TREAT", ["LABORATORY"], "denied: Revoked"),
    faultHere: true,
  });
  await report.take({
    step: "Somebody relays the old grant again",
    signs: "patient, earlier",
    pays: "relayer",
    send: () => consents.connect(relayer).grantBySig(held.message, held.signature),
    refusal: "ConsentSuperseded",
    outcome: asks(patient, key, "TREAT", ["LABORATORY"], "denied: Revoked"),
  });

  report.begin("consent", "Representatives, emergencies, and the last word");
  await report.take({
    step: "A mother names her daughter to decide about treatment",
    signs: "mother",
    pays: "relayer",
    send: async () => {
      const issuedAt = await chain.tick();
      const message = {
        patient: mother.address,
        representative: daughter.address,
        purposes: purposesToMask(["TREAT"]),
        expiresAt: nextYear,
        issuedAt,
        deadline: issuedAt + DAY,
      };
      const signature = await sign(mother, typedData("RepresentativeNaming", await at(representatives), message));
      const { patient: whose, representative, purposes, expiresAt, deadline } = message;
      return representatives
        .connect(relayer)
        .nameRepresentativeBySig(whose, representative, purposes, expiresAt, issuedAt, deadline, signature);
    },
    outcome: async () => ({
      found:
        REPRESENTATION_STATUSES[
          Number((await observed.representatives.representationOf(mother.address, daughter.address)).status)
        ]!.toLowerCase(),
      expected: "named",
    }),
  });
  await report.take({
    step: "The daughter allows the hospital treatment",
    signs: "daughter",
    pays: "relayer",
    send: async () => {
      const { message, signature } = await grantBySig(mother, daughter, hospital.address, readTerms);
      return consents.connect(relayer).grantBySig(message, signature);
    },
    outcome: asks(mother, key, "TREAT", ["LABORATORY"], "permitted"),
  });
  await report.take({
    step: "The mother removes her: what she allowed ends too",
    signs: "mother",
    pays: "relayer",
    send: async () => {
      const issuedAt = await chain.tick();
      const message = { patient: mother.address, representative: daughter.address, issuedAt, deadline: issuedAt + DAY };
      const signature = await sign(mother, typedData("RepresentativeRemoval", await at(representatives), message));
      return representatives
        .connect(relayer)
        .removeRepresentativeBySig(mother.address, daughter.address, issuedAt, message.deadline, signature);
    },
    outcome: asks(mother, key, "TREAT", ["LABORATORY"], "denied: RepresentationEnded"),
  });
  const breaksGlass = (whose: Wallet) => (): Promise<ContractTransactionResponse> =>
    consents
      .connect(key)
      .breakGlass(whose.address, categoriesToMask(["ALLERGIES", "MEDICATIONS", "LABORATORY"]), 1, newSalt());
  await report.take({
    step: "A patient forbids breaking the glass",
    signs: "objector",
    pays: "relayer",
    send: async () => {
      const issuedAt = await chain.tick();
      const message = { patient: objector.address, forbidden: true, issuedAt, deadline: issuedAt + DAY };
      const signature = await sign(objector, typedData("BreakGlassPreference", atConsents, message));
      return consents
        .connect(relayer)
        .setBreakGlassPreferenceBySig(objector.address, true, issuedAt, message.deadline, signature);
    },
    outcome: async () => ({
      found: (await observed.consents.patientOf(objector.address)).breakGlassForbidden ? "forbidden" : "not forbidden",
      expected: "forbidden",
    }),
  });
  await report.take({
    step: "Clinician breaks the glass for who forbade it",
    signs: "clinician's key",
    pays: "clinician's key",
    send: breaksGlass(objector),
    refusal: "EmergencyForbidden",
    outcome: asks(objector, key, "ETREAT", ["ALLERGIES"], "denied: NeverGranted"),
  });
  await report.take({
    step: "Clinician breaks the glass for an unconscious patient: eight hours",
    signs: "clinician's key",
    pays: "clinician's key",
    send: breaksGlass(unconscious),
    outcome: asks(unconscious, key, "ETREAT", ["ALLERGIES"], "permitted"),
  });
  await report.take({
    step: "The same key breaks it again before the first is reviewed",
    signs: "clinician's key",
    pays: "clinician's key",
    send: breaksGlass(mother),
    refusal: "EmergencyUnreviewed",
    outcome: asks(mother, key, "ETREAT", ["ALLERGIES"], "denied: NeverGranted"),
  });
  await report.take({
    step: "An independent privacy officer rejects it: it ends, and counts",
    signs: "privacy officer",
    pays: "privacy officer",
    send: async () => {
      const { openedAt } = await observed.consents.pendingReviewOf(key.address);
      return consents.connect(privacyOfficer).reviewEmergency(key.address, unconscious.address, openedAt, false);
    },
    outcome: asks(unconscious, key, "ETREAT", ["ALLERGIES"], "denied: NeverGranted"),
  });
  await report.take({
    step: "Patient revokes everything, in one write",
    signs: "patient",
    pays: "relayer",
    send: async () => {
      const issuedAt = await chain.tick();
      const message = { patient: donor.address, decidedBy: donor.address, issuedAt, deadline: issuedAt + DAY };
      const signature = await sign(donor, typedData("RevokeAll", atConsents, message));
      return consents
        .connect(relayer)
        .revokeAllBySig(donor.address, donor.address, issuedAt, message.deadline, signature);
    },
    outcome: asks(donor, institute, "HRESCH", ["LABORATORY"], "denied: RevokedAll"),
  });

  await recordSteps({ chain, records, disclosures, observed, input, report, hospital, key, gateway, relayer });
}

interface RecordSteps {
  chain: Chain;
  records: Contracts["records"];
  disclosures: Contracts["disclosures"];
  observed: Contracts;
  input: FhirInput;
  report: Report;
  hospital: Wallet;
  key: Wallet;
  gateway: Wallet;
  relayer: Wallet;
}

async function recordSteps(steps: RecordSteps): Promise<void> {
  const { chain, records, disclosures, observed, input, report, hospital, key, gateway, relayer } = steps;
  report.begin(
    "consent",
    `Records: ${input.resources} FHIR resources of ${input.patients} patients, from ${input.source}`,
  );
  const recordedAt = await chain.tick();
  const committed: CommittedRecord[] = [];
  for await (const record of commitRecords(input.texts, { patient: input.patientOf, recordedAt }))
    committed.push(record);
  const tree = await MerkleTree.build(committed.map(({ leaf }) => getBytes(leaf)));
  const original = committed[0]!;
  const status =
    (sequence: number, leaf: CommittedRecord, proof: string[], expected: string) => async (): Promise<Outcome> => {
      const { patient, commitment, category, supersedes } = leaf;
      const fields = { patient, commitment, category, recordedAt: leaf.recordedAt, supersedes };
      const found = await observed.records.verify(hospital.address, sequence, fields, proof);
      return { found: RECORD_STATUSES[Number(found)]!.toLowerCase(), expected };
    };
  await report.take({
    step: "Hospital anchors all of them under one root",
    signs: "clinician's key",
    pays: "clinician's key",
    send: () => records.connect(key).anchor(1, tree.root, committed.length),
    outcome: status(1, original, tree.proof(0), "anchored"),
  });
  await report.take({
    step: "The same batch is sent again",
    signs: "clinician's key",
    pays: "clinician's key",
    send: () => records.connect(key).anchor(1, tree.root, committed.length),
    refusal: "BatchOutOfSequence",
    outcome: async () => ({
      found: `${(await observed.records.headOf(hospital.address)).sequence} batch`,
      expected: "1 batch",
    }),
  });
  const altered = { ...original, commitment: hexlify(randomBytes(32)) };
  await report.take({
    step: "A record with one byte changed is shown",
    outcome: status(1, altered, tree.proof(0), "unknown"),
  });
  const digest = recordLeafDigest(original);
  const [correction] = await collect(
    commitRecords(input.texts.slice(0, 1), { patient: input.patientOf, recordedAt, supersedes: () => digest }),
  );
  const correctionTree = await MerkleTree.build([getBytes(correction!.leaf)]);
  await report.take({
    step: "Hospital anchors a correction",
    signs: "clinician's key",
    pays: "clinician's key",
    send: () => records.connect(key).anchor(2, correctionTree.root, 1),
    outcome: status(2, correction!, [], "anchored"),
  });
  await report.take({
    step: "… and puts it in the first one's place",
    signs: "clinician's key",
    pays: "clinician's key",
    send: () =>
      records
        .connect(key)
        .supersede(
          { sequence: 1, digest, proof: tree.proof(0) },
          { sequence: 2, digest: recordLeafDigest(correction!), proof: [] },
        ),
    outcome: status(1, original, tree.proof(0), "superseded"),
  });

  const accessedAt = (await chain.tick()) - 8 * DAY;
  const receipt = {
    gateway: gateway.address,
    signer: gateway.address,
    disclosure: commit("disclosure", new TextEncoder().encode("an access"), "json#data", newSalt()),
    accessedAt,
  };
  await report.take({
    step: "A signed receipt of an access, in no log after a week, is posted",
    signs: "gateway, earlier",
    pays: "relayer",
    send: async () => {
      const where = { chainId: chain.chainId, verifyingContract: await disclosures.getAddress() };
      const signature = await sign(gateway, typedData("AccessReceipt", where, receipt));
      return disclosures.connect(relayer).reportUnlogged(receipt, signature);
    },
    outcome: async () => ({
      found: `${(await observed.disclosures.recordOf(gateway.address)).unlogged} unlogged`,
      expected: "1 unlogged",
    }),
  });
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function onChain(wallet: { privateKey: string }, provider: Provider): Wallet {
  return new Wallet(wallet.privateKey, provider);
}

async function sign(
  wallet: Wallet,
  { domain, types, message }: { domain: object; types: object; message: object },
): Promise<string> {
  return wallet.signTypedData(domain, types as never, message as never);
}
