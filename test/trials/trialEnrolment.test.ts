import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroAddress, ZeroHash } from "ethers";

import { subjectCommitment } from "../../src/trials/protocol.js";
import { accreditorFor } from "../support/careproof";
import { deployWallet, impersonated } from "../support/signedDecisions";
import {
  amend,
  appoint,
  approve,
  consentToTrial,
  DAY,
  deployApproved,
  deployLocked,
  deployRecruiting,
  deployRegistered,
  enrol,
  phase,
  protocolWith,
  refusal,
  role,
  signEnrolment,
  signEnrolmentList,
  signWithdrawal,
  subjectsOf,
  withdraw,
  type Trial,
} from "../support/trialParties";
import { ROLES } from "../../src/participants/roles.js";
import type { Enrolment } from "../../src/trials/typedData.js";
import type { EnrolmentRefusal } from "../../src/trials/statuses.js";

const SUBJECT = id("a subject");
const SALT = id("salt");

async function expectDenied(
  system: Trial,
  reason: EnrolmentRefusal,
  changes: Partial<Enrolment> = {},
  signer = system.siteKey,
): Promise<void> {
  const { enrolment, signature } = await signEnrolment(system, SUBJECT, changes, signer);
  await expect(system.registry.enrol(enrolment, signature), reason)
    .to.be.revertedWithCustomError(system.registry, "EnrolmentDenied")
    .withArgs(enrolment.trialId, enrolment.subject, refusal(reason));
}

/** As {@link deployRecruiting}, with a second version approved that has another consent form. */
async function deployAmended(): Promise<Trial & { approvedAt: number }> {
  const system = await loadFixture(deployRecruiting);
  await time.increase(DAY);
  const next = protocolWith({ ...system.protocol.documents, consentForm: id("second consent form") });
  await amend(system, next);
  await approve(system, next);
  const approvedAt = await time.latest();
  await time.increase(DAY);
  return { ...system, approvedAt };
}

describe("TrialRegistry: enrolment", () => {
  it("enrols a subject by a signature of a key of the site, whoever relays it", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, site, siteKey, stranger } = system;
    const { enrolment, signature } = await signEnrolment(system, SUBJECT);
    await expect(registry.connect(stranger).enrol(enrolment, signature))
      .to.emit(registry, "SubjectEnrolled")
      .withArgs(trialId, SUBJECT, site.address, 1, siteKey.address, enrolment.signedAt);
    const now = BigInt(await time.latest());
    expect(await registry.subjectOf(trialId, SUBJECT)).to.deep.equal([
      site.address,
      BigInt(enrolment.signedAt),
      0n,
      1n,
      false,
    ]);
    const facts = await registry.factsOf(trialId);
    expect(facts.phase).to.equal(phase("Recruiting"));
    expect([facts.firstEnrolledAt, facts.earliestSignedAt]).to.deep.equal([now, BigInt(enrolment.signedAt)]);
    expect([facts.enrolled, facts.judgedVersion, facts.prospective]).to.deep.equal([1n, 1n, true]);
  });

  it("refuses a signature over another trial, site, version, subject, contract or chain, or altered times", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, siteKey, stranger } = system;
    const { enrolment } = await signEnrolment(system, SUBJECT);
    for (const changes of [
      { trialId: id("another") },
      { site: system.otherSite.address },
      { version: 2 },
      { subject: id("another") },
      { signedAt: enrolment.signedAt - 1 },
      { deadline: enrolment.deadline + 1 },
    ]) {
      const { signature } = await signEnrolment(system, SUBJECT, { ...enrolment, ...changes });
      await expect(registry.enrol(enrolment, signature))
        .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
        .withArgs(trialId, SUBJECT, refusal("InvalidSignature"));
    }
    for (const domain of [{ chainId: 1n }, { verifyingContract: stranger.address }]) {
      const { signature } = await signEnrolment(system, SUBJECT, enrolment, siteKey, domain);
      await expect(registry.enrol(enrolment, signature))
        .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
        .withArgs(trialId, SUBJECT, refusal("InvalidSignature"));
    }
  });

  it("refuses signatures that are from the future or come late, and no subject", async () => {
    const system = await loadFixture(deployApproved);
    const now = await time.latest();
    await expectDenied(system, "SignedInFuture", { signedAt: now + DAY });
    await expectDenied(system, "DeadlinePassed", { deadline: now });
    await expectDenied(system, "SubjectMissing", { subject: ZeroHash });
  });

  it("refuses who does not act for the site", async () => {
    const system = await loadFixture(deployApproved);
    await expectDenied(system, "SignerNotOfSite", {}, system.otherSiteKey);
    await expectDenied(system, "SignerNotOfSite", {}, system.sponsorKey);
    await expectDenied(system, "InvalidSignature", { signer: ZeroAddress });
    await expectDenied(system, "InvalidSignature", { signer: system.site.address }, system.stranger);
    const { participants, site } = system;
    await participants.connect(accreditorFor(system, "INVESTIGATOR_SITE")).suspend(site, ROLES.INVESTIGATOR_SITE);
    await expectDenied(system, "SignerNotOfSite");
  });

  it("refuses a site that is not in the trial, is not yet, was not when it was signed, or was removed", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, sponsorKey, otherSite, otherSiteKey, site } = system;
    const ofOther = { site: otherSite.address };
    await expectDenied(system, "SiteNotAppointed", ofOther, otherSiteKey);
    const now = await time.latest();
    await registry.connect(sponsorKey).appoint(trialId, role("Investigator"), otherSite, now + DAY, now + 2 * DAY);
    await expectDenied(system, "SiteNotAppointed", ofOther, otherSiteKey);
    await time.increaseTo(now + DAY);
    await expectDenied(system, "SiteNotAppointed", { ...ofOther, signedAt: now + DAY - 1 }, otherSiteKey);
    await enrol(system, SUBJECT, { ...ofOther, signedAt: now + DAY }, otherSiteKey);
    const { enrolment, signature } = await signEnrolment(system, id("signed before the removal"));
    await registry.connect(sponsorKey).dismiss(trialId, role("Investigator"), site);
    await expect(registry.enrol(enrolment, signature))
      .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
      .withArgs(trialId, enrolment.subject, refusal("SiteNotAppointed"));
  });

  it("takes nobody before approval, after enrolment closed, after the lock and an unlock, or while halted", async () => {
    const registered = await loadFixture(deployRegistered);
    await appoint(registered, "Investigator", registered.site);
    await expectDenied(registered, "NotRecruiting");

    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, sponsorKey } = system;
    const sponsor = registry.connect(sponsorKey);
    await sponsor.suspend(trialId, id("reason"));
    await expectDenied(system, "TrialHalted");
    await sponsor.resume(trialId);
    await sponsor.closeEnrolment(trialId);
    await expectDenied(system, "NotRecruiting");
    await sponsor.lock(trialId, id("data set"));
    await expectDenied(system, "NotRecruiting");

    const terminated = await loadFixture(deployRecruiting);
    await terminated.registry.connect(sponsorKey).terminate(trialId, id("reason"));
    await expectDenied(terminated, "TrialHalted");
  });

  it("counts a subject once", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, otherSite, otherSiteKey } = system;
    await enrol(system, SUBJECT);
    await expectDenied(system, "AlreadyEnrolled");
    await appoint(system, "Investigator", otherSite);
    await expectDenied(system, "AlreadyEnrolled", { site: otherSite.address }, otherSiteKey);
    expect((await registry.factsOf(trialId)).enrolled).to.equal(1n);
  });

  it("reads as retrospective for ever once somebody signed before the approval", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, sponsorKey, otherSite, otherSiteKey } = system;
    await enrol(system, id("prospective subject"));
    expect((await registry.factsOf(trialId)).prospective).to.equal(true);
    // The sponsor says honestly since when the other site was in the trial.
    const { approvedAt } = await registry.factsOf(trialId);
    const before = Number(approvedAt) - 1;
    await registry
      .connect(sponsorKey)
      .appoint(trialId, role("Investigator"), otherSite, before - DAY, before + 100 * DAY);
    await enrol(system, SUBJECT, { site: otherSite.address, signedAt: before }, otherSiteKey);
    let facts = await registry.factsOf(trialId);
    expect([facts.prospective, facts.earliestSignedAt]).to.deep.equal([false, BigInt(before)]);

    await enrol(system, id("later subject"));
    const next = protocolWith({ ...system.protocol.documents, protocol: id("second") });
    await amend(system, next);
    await approve(system, next);
    await enrol(system, id("much later subject"), { version: 2, signedAt: await time.latest() });
    facts = await registry.factsOf(trialId);
    expect([facts.prospective, facts.earliestSignedAt, facts.enrolled]).to.deep.equal([false, BigInt(before), 4n]);
  });

  it("is prospective where somebody signs in the very second of the approval, and not a second before", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, sponsorKey, site } = system;
    const from = await time.latest();
    await registry.connect(sponsorKey).appoint(trialId, role("Investigator"), site, from, from + DAY);
    await approve(system);
    const approvedAt = await time.latest();
    await enrol(system, id("in time"), { signedAt: approvedAt });
    expect((await registry.factsOf(trialId)).prospective).to.equal(true);
    await enrol(system, id("too early"), { signedAt: approvedAt - 1 });
    expect((await registry.factsOf(trialId)).prospective).to.equal(false);
  });

  it("takes the version that was in force when it was signed, and judges by the earliest", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol } = system;
    await expectDenied(system, "VersionNotInForce", { version: 2 });
    await expectDenied(system, "VersionNotInForce", { version: 0 });
    const second = protocolWith({ ...protocol.documents, protocol: id("second") });
    await amend(system, second);
    await expectDenied(system, "VersionNotInForce", { version: 2 });
    const third = protocolWith({ ...protocol.documents, protocol: id("third") });
    await amend(system, third, second);
    await time.increase(DAY);
    await approve(system, third);
    const approvedAt = await time.latest();
    await time.increase(DAY);
    await expectDenied(system, "VersionNotInForce", { version: 3, signedAt: approvedAt - 1 });
    await expectDenied(system, "VersionNotInForce", { version: 2, signedAt: approvedAt - 1 });
    await expectDenied(system, "VersionNotInForce", { version: 1, signedAt: approvedAt });
    await enrol(system, id("by the third"), { version: 3, signedAt: approvedAt });
    expect((await registry.factsOf(trialId)).judgedVersion).to.equal(3n);
    await enrol(system, id("late, by the first"), { version: 1, signedAt: approvedAt - 1 });
    expect((await registry.factsOf(trialId)).judgedVersion).to.equal(1n);
    const fourth = protocolWith({ ...protocol.documents, protocol: id("fourth") });
    await amend(system, fourth, third);
    await approve(system, fourth);
    await expectDenied(system, "VersionNotInForce", { version: 3, signedAt: approvedAt - 1 });
    await enrol(system, SUBJECT, { version: 3, signedAt: approvedAt + 1 });
  });

  it("takes a contract wallet of the site by ERC-1271", async () => {
    const system = await loadFixture(deployApproved);
    const { participants, site, siteKey, registry, trialId } = system;
    const wallet = await deployWallet(siteKey.address);
    const until = (await time.latest()) + DAY;
    await participants.connect(site).offerOperator(wallet.address, 1n << BigInt(ROLES.INVESTIGATOR_SITE), until);
    await participants.connect(await impersonated(wallet.address)).acceptOperator(site);
    await enrol(system, SUBJECT, { signer: wallet.address });
    expect((await registry.subjectOf(trialId, SUBJECT)).site).to.equal(site.address);
    await wallet.refuse();
    const { enrolment, signature } = await signEnrolment(system, id("second"), { signer: wallet.address });
    await expect(registry.enrol(enrolment, signature))
      .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
      .withArgs(trialId, id("second"), refusal("InvalidSignature"));
  });
});

describe("TrialRegistry: consent to a later version", () => {
  it("is recorded, and counts nobody again", async () => {
    const system = await loadFixture(deployAmended);
    const { registry, trialId, site, siteKey, approvedAt } = system;
    const subject = id("subject 0");
    const before = await registry.subjectOf(trialId, subject);
    expect(await registry.consentOutdated(trialId, subject, approvedAt - 1)).to.equal(false);
    expect(await registry.consentOutdated(trialId, subject, approvedAt)).to.equal(true);

    await registry.connect(system.sponsorKey).closeEnrolment(trialId);
    const { enrolment, signature } = await signEnrolment(system, subject, { version: 2 });
    await expect(registry.enrol(enrolment, signature))
      .to.emit(registry, "SubjectReconsented")
      .withArgs(trialId, subject, site.address, 2, siteKey.address, enrolment.signedAt);
    expect(await registry.subjectOf(trialId, subject)).to.deep.equal([site.address, before.signedAt, 0n, 2n, false]);
    const facts = await registry.factsOf(trialId);
    expect([facts.enrolled, facts.judgedVersion, facts.phase]).to.deep.equal([1n, 1n, phase("Active")]);
    // What was captured in between stays what it was.
    expect(await registry.consentOutdated(trialId, subject, approvedAt)).to.equal(true);
    expect(await registry.consentOutdated(trialId, subject, enrolment.signedAt - 1)).to.equal(true);
    expect(await registry.consentOutdated(trialId, subject, enrolment.signedAt)).to.equal(false);
    expect(await registry.consentOutdated(trialId, subject, approvedAt - 1)).to.equal(false);
    expect(await registry.consentOutdated(trialId, id("nobody"), approvedAt)).to.equal(false);
  });

  it("is not asked for where the consent form is the same, and follows each that changed", async () => {
    const system = await loadFixture(deployAmended);
    const { registry, trialId, protocol } = system;
    const subject = id("subject 0");
    const second = protocolWith({ ...protocol.documents, consentForm: id("second consent form") });
    await enrol(system, subject, { version: 2 });
    const third = protocolWith({ ...second.documents, protocol: id("third") });
    await amend(system, third, second);
    await approve(system, third);
    await time.increase(DAY);
    expect(await registry.consentOutdated(trialId, subject, await time.latest())).to.equal(false);
    expect((await registry.factsOf(trialId)).consentVersion).to.equal(2n);
    const fourth = protocolWith({ ...third.documents, consentForm: id("third consent form") });
    await amend(system, fourth, third);
    await approve(system, fourth);
    const approvedAt = await time.latest();
    await time.increase(DAY);
    await enrol(system, subject, { version: 4 });
    expect(await registry.consentOutdated(trialId, subject, approvedAt)).to.equal(true);
    expect(await registry.consentOutdated(trialId, subject, approvedAt - 1)).to.equal(false);
    expect(await registry.consentOutdated(trialId, subject, await time.latest())).to.equal(false);
  });

  it("is refused before the last consent, after a withdrawal, and once the data are locked", async () => {
    const system = await loadFixture(deployAmended);
    const { registry, trialId, approvedAt, sponsorKey } = system;
    const again = { subject: id("subject 0"), version: 2 };
    await expectDenied(system, "VersionNotInForce", { ...again, signedAt: approvedAt - 1 });
    const { signedAt } = await registry.subjectOf(trialId, again.subject);
    await expectDenied(system, "SignedBeforeEnrolment", { ...again, signedAt: signedAt - 1n });
    await withdraw(system, again.subject);
    await expectDenied(system, "SubjectWithdrawn", again);
    await registry.connect(sponsorKey).lock(trialId, id("data set"));
    await expectDenied(system, "NotRecruiting", again);
  });
});

describe("TrialRegistry: enrolment of a subject with an address", () => {
  async function deployConsenting() {
    const system = await loadFixture(deployApproved);
    await consentToTrial(system, system.person);
    return { ...system, subject: subjectCommitment(system.person.address, SALT) };
  }

  it("takes the subject's own signature, sent by the site, with consent in the registry", async () => {
    const system = await loadFixture(deployConsenting);
    const { registry, trialId, site, siteKey, person, subject } = system;
    const { enrolment, signature } = await signEnrolment(system, subject, {}, person);
    await expect(registry.connect(siteKey).enrolWithConsent(enrolment, person, SALT, signature))
      .to.emit(registry, "SubjectEnrolled")
      .withArgs(trialId, subject, site.address, 1, person.address, enrolment.signedAt);
    expect((await registry.factsOf(trialId)).enrolled).to.equal(1n);
  });

  it("refuses another sender, person or salt, a signature of the site, and one that comes late", async () => {
    const system = await loadFixture(deployConsenting);
    const { registry, trialId, site, siteKey, otherSiteKey, person, stranger, subject } = system;
    const { enrolment, signature } = await signEnrolment(system, subject, {}, person);
    for (const sender of [stranger, otherSiteKey]) {
      await expect(registry.connect(sender).enrolWithConsent(enrolment, person, SALT, signature))
        .to.be.revertedWithCustomError(registry, "NotTheSite")
        .withArgs(site.address, sender.address);
    }
    const bySite = registry.connect(siteKey);
    await expect(bySite.enrolWithConsent(enrolment, stranger, SALT, signature))
      .to.be.revertedWithCustomError(registry, "NotTheSubject")
      .withArgs(subject, person.address);
    await expect(bySite.enrolWithConsent(enrolment, person, id("other salt"), signature))
      .to.be.revertedWithCustomError(registry, "NotTheSubject")
      .withArgs(subject, person.address);
    const unsalted = subjectCommitment(person.address, ZeroHash);
    const zero = await signEnrolment(system, unsalted, {}, person);
    await expect(bySite.enrolWithConsent(zero.enrolment, person, ZeroHash, zero.signature))
      .to.be.revertedWithCustomError(registry, "NotTheSubject")
      .withArgs(unsalted, person.address);
    const forged = await signEnrolment(system, subject, { signer: person.address }, siteKey);
    await expect(bySite.enrolWithConsent(forged.enrolment, person, SALT, forged.signature))
      .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
      .withArgs(trialId, subject, refusal("InvalidSignature"));
    const late = await signEnrolment(system, subject, { deadline: await time.latest() }, person);
    await expect(bySite.enrolWithConsent(late.enrolment, person, SALT, late.signature))
      .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
      .withArgs(trialId, subject, refusal("DeadlinePassed"));
    // Without the consent, such a signature is none of the site.
    await expect(registry.enrol(enrolment, signature))
      .to.be.revertedWithCustomError(registry, "EnrolmentDenied")
      .withArgs(trialId, subject, refusal("SignerNotOfSite"));
  });

  it("refuses a subject who did not consent, or took it back", async () => {
    const system = await loadFixture(deployConsenting);
    const { registry, consents, site, siteKey, person, subject } = system;
    const { enrolment, signature } = await signEnrolment(system, subject, {}, person);
    await consents.connect(person).revoke(site, 1n << 5n);
    await expect(registry.connect(siteKey).enrolWithConsent(enrolment, person, SALT, signature))
      .to.be.revertedWithCustomError(consents, "ConsentDenied")
      .withArgs(person.address, site.address, 5, 11);
  });
});

describe("TrialRegistry: enrolment of many", () => {
  it("enrols all but those it refuses, and says why", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, site, siteKey, stranger } = system;
    const [first, unsigned, last] = subjectsOf(3) as [string, string, string];
    const item = async (subject: string, changes: Partial<Enrolment> = {}, signer = siteKey) => {
      const { enrolment, signature } = await signEnrolment(system, subject, changes, signer);
      return { ...enrolment, signature };
    };
    const now = await time.latest();
    const items = [
      await item(first),
      await item(first),
      { ...(await item(unsigned)), signature: "0x" },
      await item(unsigned, {}, stranger),
      await item(unsigned, { deadline: now }),
      await item(unsigned, { signedAt: now + DAY }),
      await item(ZeroHash),
      await item(unsigned, { trialId: id("another") }),
      await item(last),
    ];
    const sent = registry.connect(stranger).enrolMany(trialId, site, 1, items);
    for (const subject of [first, last])
      await expect(sent)
        .to.emit(registry, "SubjectEnrolled")
        .withArgs(trialId, subject, site.address, 1, siteKey.address, (i: bigint) => i >= BigInt(now));
    const refused = await registry.queryFilter(registry.filters.EnrolmentRefused());
    expect(refused.map(({ args }) => [args.subject, args.refusal])).to.deep.equal([
      [first, refusal("AlreadyEnrolled")],
      [unsigned, refusal("InvalidSignature")],
      [unsigned, refusal("SignerNotOfSite")],
      [unsigned, refusal("DeadlinePassed")],
      [unsigned, refusal("SignedInFuture")],
      [ZeroHash, refusal("SubjectMissing")],
      [unsigned, refusal("InvalidSignature")],
    ]);
    const facts = await registry.factsOf(trialId);
    expect([facts.enrolled, facts.phase, facts.earliestSignedAt]).to.deep.equal([
      2n,
      phase("Recruiting"),
      BigInt(items[0]!.signedAt),
    ]);
    expect((await registry.subjectOf(trialId, unsigned)).site).to.equal(ZeroAddress);
  });

  it("changes nothing where all are refused", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, otherSite, otherSiteKey } = system;
    const { enrolment, signature } = await signEnrolment(system, SUBJECT, { site: otherSite.address }, otherSiteKey);
    await expect(registry.enrolMany(trialId, otherSite, 1, [{ ...enrolment, signature }]))
      .to.emit(registry, "EnrolmentRefused")
      .withArgs(trialId, SUBJECT, refusal("SiteNotAppointed"));
    const facts = await registry.factsOf(trialId);
    expect([facts.phase, facts.enrolled, facts.firstEnrolledAt]).to.deep.equal([phase("Approved"), 0n, 0n]);
  });

  it("takes 1 to 100, and 100 with all to be written within 12 million gas", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, site } = system;
    const items = [];
    for (const subject of subjectsOf(101)) {
      const { enrolment, signature } = await signEnrolment(system, subject);
      items.push({ ...enrolment, signature });
    }
    for (const wrong of [[], items]) {
      await expect(registry.enrolMany(trialId, site, 1, wrong))
        .to.be.revertedWithCustomError(registry, "WrongNumberOfEnrolments")
        .withArgs(wrong.length);
    }
    const receipt = (await (await registry.enrolMany(trialId, site, 1, items.slice(1))).wait())!;
    expect(receipt.gasUsed).to.be.lessThan(12_000_000n);
    expect((await registry.factsOf(trialId)).enrolled).to.equal(100n);
    expect(await registry.MAX_ENROLMENTS()).to.equal(100n);
  });

  it("takes a list that an investigator signed, and each subject by itself", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, site, siteKey, stranger } = system;
    const subjects = [id("subject 0"), ...subjectsOf(2)];
    const { list, signature } = await signEnrolmentList(system, subjects);
    const sent = await registry.connect(stranger).enrolManyByInvestigator(list, signature);
    await expect(sent)
      .to.emit(registry, "SubjectEnrolled")
      .withArgs(trialId, subjects[2], site.address, 1, siteKey.address, list.signedAt[2]);
    await expect(sent).to.emit(registry, "EnrolmentRefused").withArgs(trialId, subjects[0], refusal("AlreadyEnrolled"));
    expect((await registry.factsOf(trialId)).enrolled).to.equal(3n);
    // Once more: nobody twice.
    expect(await registry.enrolManyByInvestigator.staticCall(list, signature)).to.equal(0n);
  });

  it("refuses all of a list that is altered, late, or of who does not act for the site", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, sponsorKey } = system;
    const subjects = subjectsOf(2);
    const { list, signature } = await signEnrolmentList(system, subjects);
    const late = await signEnrolmentList(system, subjects, { deadline: await time.latest() });
    const foreign = await signEnrolmentList(system, subjects, {}, sponsorKey);
    const cases: [typeof list, string, Parameters<typeof refusal>[0]][] = [
      [{ ...list, subjects: [...list.subjects].reverse() }, signature, "InvalidSignature"],
      [{ ...list, signedAt: [list.signedAt[0]!, list.signedAt[1]! - 1] }, signature, "InvalidSignature"],
      [{ ...list, deadline: list.deadline + 1 }, signature, "InvalidSignature"],
      [late.list, late.signature, "DeadlinePassed"],
      [foreign.list, foreign.signature, "SignerNotOfSite"],
    ];
    for (const [wrong, by, reason] of cases) {
      await expect(registry.enrolManyByInvestigator(wrong, by))
        .to.emit(registry, "EnrolmentRefused")
        .withArgs(trialId, wrong.subjects[0], refusal(reason));
    }
    expect((await registry.factsOf(trialId)).enrolled).to.equal(0n);
    for (const wrong of [
      { ...list, subjects: [] },
      { ...list, subjects: [...list.subjects, SUBJECT] },
      { ...list, subjects: subjectsOf(101), signedAt: Array<number>(101).fill(1) },
    ]) {
      await expect(registry.enrolManyByInvestigator(wrong, signature))
        .to.be.revertedWithCustomError(registry, "WrongNumberOfEnrolments")
        .withArgs(wrong.subjects.length);
    }
  });
});

describe("TrialRegistry: withdrawal", () => {
  it("is recorded by the site, from when the subject said so, once", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, siteKey, site, stranger } = system;
    const subject = id("subject 0");
    const { withdrawal, signature } = await signWithdrawal(system, subject);
    const before = await registry.subjectOf(trialId, subject);
    await expect(registry.connect(stranger).withdraw(withdrawal, ZeroHash, signature))
      .to.emit(registry, "SubjectWithdrawn")
      .withArgs(trialId, subject, siteKey.address, withdrawal.signedAt);
    expect(await registry.subjectOf(trialId, subject)).to.deep.equal([
      site.address,
      before.signedAt,
      BigInt(withdrawal.signedAt),
      1n,
      false,
    ]);
    const facts = await registry.factsOf(trialId);
    expect([facts.enrolled, facts.withdrawn]).to.deep.equal([1n, 1n]);
    await expect(withdraw(system, subject))
      .to.be.revertedWithCustomError(registry, "AlreadyWithdrawn")
      .withArgs(trialId, subject);
  });

  it("is taken from the subject's own address, even when the data are locked", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, person, sponsorKey } = system;
    const subject = subjectCommitment(person.address, SALT);
    await enrol(system, subject);
    const signedAt = await time.latest();
    await registry.connect(sponsorKey).lock(trialId, id("data set"));
    await expect(withdraw(system, subject, {}, system.stranger, SALT))
      .to.be.revertedWithCustomError(registry, "NotTheSubject")
      .withArgs(subject, system.stranger.address);
    await withdraw(system, subject, { signedAt }, person, SALT);
    expect((await registry.subjectOf(trialId, subject)).withdrawnAt).to.equal(signedAt);
  });

  it("cannot be dated before the lock by a site after it: nobody's data is dropped that way", async () => {
    const system = await loadFixture(deployLocked);
    const { registry, trialId } = system;
    const { lockedAt } = await registry.factsOf(trialId);
    await expect(withdraw(system, id("subject 0"), { signedAt: lockedAt - 1n }))
      .to.be.revertedWithCustomError(registry, "DataAreLocked")
      .withArgs(trialId, lockedAt);
    await withdraw(system, id("subject 0"), { signedAt: lockedAt });
  });

  it("refuses others, times that cannot be, and signatures over something else", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, site, siteKey, otherSiteKey } = system;
    const subject = id("subject 0");
    const now = await time.latest();
    await expect(withdraw(system, id("nobody")))
      .to.be.revertedWithCustomError(registry, "NotEnrolled")
      .withArgs(trialId, id("nobody"));
    await expect(withdraw(system, subject, {}, otherSiteKey))
      .to.be.revertedWithCustomError(registry, "NotTheSite")
      .withArgs(site.address, otherSiteKey.address);
    const { signedAt } = await registry.subjectOf(trialId, subject);
    await expect(withdraw(system, subject, { signedAt: signedAt - 1n }))
      .to.be.revertedWithCustomError(registry, "SignedTooEarly")
      .withArgs(signedAt - 1n, signedAt);
    await expect(withdraw(system, subject, { signedAt: now + DAY }))
      .to.be.revertedWithCustomError(registry, "IssuedInFuture")
      .withArgs(now + DAY);
    await expect(withdraw(system, subject, { deadline: now }))
      .to.be.revertedWithCustomError(registry, "DeadlinePassed")
      .withArgs(now);
    const { withdrawal } = await signWithdrawal(system, subject);
    const { signature } = await signWithdrawal(system, subject, { trialId: id("another") });
    await expect(registry.withdraw(withdrawal, ZeroHash, signature))
      .to.be.revertedWithCustomError(registry, "InvalidSignature")
      .withArgs(siteKey.address);
  });
});
