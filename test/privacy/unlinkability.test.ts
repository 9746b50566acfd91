import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { hexlify, id, keccak256, randomBytes, type Wallet } from "ethers";
import { ethers } from "hardhat";

import { signGrant } from "../../scripts/journey/grant.js";
import { patientWallet } from "../../src/consent/patientAddress.js";
import { typedData } from "../../src/consent/typedData.js";
import { registrationNumberToBytes32, subjectCommitment, trialIdOf } from "../../src/trials/protocol.js";
import { accredit, deployCareProof, type CareProof } from "../support/careproof.js";
import { contractsOf } from "../support/eventLogs.js";
import {
  appoint,
  approve,
  deployTrialParties,
  NUMBER,
  signEnrolment,
  signWithdrawal,
  type Trial,
} from "../support/trialParties.js";
import { everythingShown, type Shown } from "./scanner";

const DAY = 86_400;

/** Two providers; each has a relayer of its own. */
async function twoProviders() {
  const system = await loadFixture(deployCareProof);
  const [first, second, firstRelayer, secondRelayer] = system.others;
  for (const provider of [first!, second!]) await accredit(system, provider, "PROVIDER");
  return {
    system,
    parties: [
      { provider: first!, relayer: firstRelayer! },
      { provider: second!, relayer: secondRelayer! },
    ],
  };
}

type Party = Awaited<ReturnType<typeof twoProviders>>["parties"][number];

/** Everything one patient does with one provider, at the address `patient`; what the chain shows of it. */
async function relationship(system: CareProof, { provider, relayer }: Party, patient: Wallet): Promise<Shown[]> {
  const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
  const at = { chainId: 31_337, verifyingContract: await system.consents.getAddress() };
  const issuedAt = await time.latest();
  const whose = { patient: patient.address, decidedBy: patient.address, grantee: provider.address, purposes: 1 };
  const grant = {
    ...whose,
    categories: 0xa0n,
    notBefore: 0,
    // Apps choose when a consent ends; the second within a day is drawn, as salts are.
    expiresAt: issuedAt + 30 * DAY + (Number(BigInt(hexlify(randomBytes(4)))) % DAY),
    flags: 1,
    evidence: hexlify(randomBytes(32)),
    issuedAt,
    deadline: issuedAt + DAY,
  };
  const sign = ({ domain, types, message }: { domain: object; types: object; message: object }) =>
    patient.signTypedData(domain, types as never, message as never);
  await system.consents.connect(relayer).grantBySig(grant, await sign(typedData("ConsentGrant", at, grant)));
  await system.records.connect(provider).anchor(1, keccak256(randomBytes(32)), 1);
  await time.increase(60);
  const revocation = { ...whose, issuedAt: issuedAt + 30, deadline: issuedAt + DAY };
  const signature = await sign(typedData("ConsentRevocation", at, revocation));
  await system.consents.connect(relayer).revokeBySig(revocation, signature);
  return everythingShown(ethers.provider, fromBlock);
}

/** The addresses and words of 32 bytes that could tie two sets of transactions together: neither small numbers nor times. */
function identifiersIn(shown: readonly Shown[]): Set<string> {
  const found = new Set<string>();
  for (const { place, hex } of shown) {
    for (let at = place.startsWith("calldata") ? 8 : 0; at + 64 <= hex.length; at += 64) {
      const word = hex.slice(at, at + 64);
      // Numbers are padded on their left, the last byte of a signature (27 or 28) on its right.
      const digits = word.replace(/^0+/, "").replace(/^1[bc]0+$/, "").length;
      if (digits > 24 && digits <= 40) found.add(word.slice(24));
      if (digits > 40) found.add(word);
    }
  }
  return found;
}

const common = (first: Set<string>, second: Set<string>): string[] => [...first].filter((word) => second.has(word));

describe("one patient with two providers", () => {
  const seed = id("a seed for tests alone");

  it("is two addresses with nothing in common but the contracts' own constants", async () => {
    const { system, parties } = await loadFixture(twoProviders);
    const shown = [];
    for (const [place, party] of parties.entries()) {
      const patient = patientWallet(seed, `provider ${place}`) as unknown as Wallet;
      shown.push(identifiersIn(await relationship(system, party, patient)));
    }
    const [first, second] = shown as [Set<string>, Set<string>];
    expect(first.size).to.be.greaterThan(8);
    const { interface: consents } = system.consents;
    const signatures = ["ConsentGranted", "ConsentRevoked"].map((name) => consents.getEvent(name as never));
    const constants = new Set([
      ...signatures.map(({ topicHash }) => topicHash.slice(2)),
      system.records.interface.getEvent("BatchAnchored").topicHash.slice(2),
      ...Object.values(await contractsOf(system)).map((address) => address.slice(2).toLowerCase()),
    ]);
    expect(common(first, second).filter((word) => !constants.has(word))).to.deep.equal([]);
  });

  it("would be seen to be one with the same address at both", async () => {
    const { system, parties } = await loadFixture(twoProviders);
    const shown = [];
    for (const party of parties) {
      const patient = patientWallet(seed, "everybody") as unknown as Wallet;
      shown.push(identifiersIn(await relationship(system, party, patient)));
    }
    const [first, second] = shown as [Set<string>, Set<string>];
    const address = (patientWallet(seed, "everybody") as { address: string }).address.slice(2).toLowerCase();
    expect(common(first, second)).to.include(address);
  });
});

/** Two trials of two sponsors, each with a site and a relayer of its own. */
async function twoTrials(): Promise<Trial[]> {
  const system = await loadFixture(deployTrialParties);
  const { otherSponsor, otherBoard, otherSite, otherSiteKey, dataManager } = system;
  const other: Trial = {
    ...{ ...system, sponsor: otherSponsor, sponsorKey: otherSponsor, board: otherBoard, boardKey: otherBoard },
    ...{ site: otherSite, siteKey: otherSiteKey, stranger: dataManager },
    trialId: trialIdOf(NUMBER, otherSponsor.address),
  };
  for (const trial of [system, other]) {
    await trial.registry.connect(trial.sponsorKey).register(registrationNumberToBytes32(NUMBER), trial.protocol);
    await approve(trial);
    await appoint(trial, "Investigator", trial.site);
  }
  return [system, other];
}

/** Everything one person does in a trial, at the address `person`; what the chain shows of it. */
async function participation(trial: Trial, person: Wallet): Promise<Shown[]> {
  const { consents, registry, site, siteKey, stranger: relayer } = trial;
  const fromBlock = (await ethers.provider.getBlockNumber()) + 1;
  const at = { chainId: 31_337, verifyingContract: await consents.getAddress() };
  const grant = await signGrant(at, person, {
    ...{ grantee: site.address, purpose: "CLINTRCH", category: "TRIAL_DATA", issuedAt: await time.latest() },
  });
  await consents.connect(relayer).grantBySig(grant.message, grant.signature);
  const salt = hexlify(randomBytes(32));
  const subject = subjectCommitment(person.address, salt);
  const enrolment = await signEnrolment(trial, subject, { signer: person.address }, person);
  await registry.connect(siteKey).enrolWithConsent(enrolment.enrolment, person, salt, enrolment.signature);
  await time.increase(60);
  const withdrawal = await signWithdrawal(trial, subject, { signer: person.address }, person);
  await registry.connect(relayer).withdraw(withdrawal.withdrawal, salt, withdrawal.signature);
  return everythingShown(ethers.provider, fromBlock);
}

describe("one person in two trials", () => {
  const seed = id("a seed for tests alone");
  const at = (name: string): Wallet => patientWallet(seed, name) as unknown as Wallet;

  it("is two addresses and two commitments with nothing in common but the contracts' own constants", async () => {
    const trials = await loadFixture(twoTrials);
    const shown = [];
    for (const [place, trial] of trials.entries()) {
      shown.push(identifiersIn(await participation(trial, at(`trial ${place}`))));
    }
    const [first, second] = shown as [Set<string>, Set<string>];
    expect(first.size).to.be.greaterThan(8);
    const { registry, consents } = trials[0]!;
    const constants = new Set([
      consents.interface.getEvent("ConsentGranted").topicHash.slice(2),
      registry.interface.getEvent("SubjectEnrolled").topicHash.slice(2),
      registry.interface.getEvent("SubjectWithdrawn").topicHash.slice(2),
    ]);
    expect(common(first, second).filter((word) => !constants.has(word))).to.deep.equal([]);
  });

  it("would be seen to be one with the same address in both", async () => {
    const shown = [];
    for (const trial of await loadFixture(twoTrials)) {
      shown.push(identifiersIn(await participation(trial, at("everybody"))));
    }
    const [first, second] = shown as [Set<string>, Set<string>];
    expect(common(first, second)).to.include(at("everybody").address.slice(2).toLowerCase());
  });
});
