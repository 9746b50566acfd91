import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { registrationNumberToBytes32, trialIdOf, versionHash } from "../../src/trials/protocol.js";
import { accredit } from "../support/careproof";
import {
  amend,
  approve,
  DAY,
  deployApproved,
  deployRecruiting,
  deployRegistered,
  deployTrialParties,
  deployUnblinded,
  enrol,
  meaning,
  NUMBER,
  outcomesOf,
  OTHERS,
  phase,
  PRIMARIES,
  protocolWith,
  signApproval,
} from "../support/trialParties";

const NUMBER32 = registrationNumberToBytes32(NUMBER);
/** `IParticipantRegistry.Standing.Unaccredited`. */
const UNACCREDITED = 1n;

describe("TrialRegistry: registration", () => {
  it("registers a trial under its number and sponsor, by a key of the sponsor", async () => {
    const { registry, sponsor, sponsorKey, protocol } = await loadFixture(deployTrialParties);
    const trialId = trialIdOf(NUMBER, sponsor.address);
    const { documents, outcomes } = protocol;
    await expect(registry.connect(sponsorKey).register(NUMBER32, protocol))
      .to.emit(registry, "TrialRegistered")
      .withArgs(trialId, sponsor.address, NUMBER32, [Object.values(documents), Object.values(outcomes)]);

    const facts = await registry.factsOf(trialId);
    expect(facts.phase).to.equal(phase("Registered"));
    expect(facts.sponsor).to.equal(sponsor.address);
    expect(facts.registeredAt).to.equal(await time.latest());
    expect([facts.version, facts.approvedVersion, facts.judgedVersion]).to.deep.equal([1n, 0n, 0n]);
    expect([facts.primaries, facts.others, facts.unreportedPrimaries]).to.deep.equal([2n, 3n, 2n]);
    expect([facts.prospective, facts.reportDue, facts.reportOverdue]).to.deep.equal([false, 0n, false]);
    const version = await registry.versionOf(trialId, 1);
    expect(version.hash).to.equal(versionHash(protocol));
    expect(version.primaryCompletion).to.equal(documents.primaryCompletion);
    expect(version.hasStatisticalAnalysisPlan).to.equal(true);
    expect([version.approvedAt, version.consentSince, version.allocationSince]).to.deep.equal([0n, 1n, 1n]);
  });

  it("refuses who is not accredited as a sponsor", async () => {
    const { registry, participants, stranger, protocol } = await loadFixture(deployTrialParties);
    await expect(registry.connect(stranger).register(NUMBER32, protocol))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.TRIAL_SPONSOR, UNACCREDITED);
  });

  it("registers a number once for each sponsor, and nobody keeps another from it", async () => {
    const { registry, sponsorKey, otherSponsor, trialId, protocol } = await loadFixture(deployTrialParties);
    await registry.connect(otherSponsor).register(NUMBER32, protocol);
    await registry.connect(sponsorKey).register(NUMBER32, protocol);
    await expect(registry.connect(sponsorKey).register(NUMBER32, protocol))
      .to.be.revertedWithCustomError(registry, "AlreadyRegistered")
      .withArgs(trialId);
    expect((await registry.factsOf(trialIdOf(NUMBER, otherSponsor.address))).sponsor).to.equal(otherSponsor.address);
  });

  it("refuses a trial without its number, documents or outcomes", async () => {
    const { registry, sponsorKey, protocol } = await loadFixture(deployTrialParties);
    const register = registry.connect(sponsorKey);
    await expect(register.register(ZeroHash, protocol)).to.be.revertedWithCustomError(
      registry,
      "RegistrationNumberMissing",
    );
    for (const missing of [
      { protocol: ZeroHash },
      { consentForm: ZeroHash },
      { plannedEnrolment: 0 },
      { primaryCompletion: 0 },
    ]) {
      await expect(register.register(NUMBER32, protocolWith(missing))).to.be.revertedWithCustomError(
        registry,
        "ProtocolIncomplete",
      );
    }
    const root = id("root");
    for (const wrong of [
      { primaries: 0 },
      { primaryRoot: ZeroHash },
      { otherRoot: ZeroHash },
      { others: 0 },
      { primaries: 254 },
      { primaryRoot: root, otherRoot: root },
    ]) {
      const { outcomes } = protocolWith({}, wrong);
      await expect(register.register(NUMBER32, protocolWith({}, wrong)))
        .to.be.revertedWithCustomError(registry, "WrongOutcomes")
        .withArgs(outcomes.primaries, outcomes.others);
    }
    await register.register(NUMBER32, protocolWith({}, { primaries: 253 }));
  });
});

describe("TrialRegistry: approval", () => {
  it("takes an ethics board's approval of the latest version, whoever relays it", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, board, boardKey, stranger } = system;
    const approval = await signApproval(system, boardKey, versionHash(protocol));
    await expect(registry.connect(stranger).approve(trialId, approval))
      .to.emit(registry, "ProtocolApproved")
      .withArgs(trialId, 1, board.address, boardKey.address, approval.signerName, approval.signedAt);
    const facts = await registry.factsOf(trialId);
    expect(facts.phase).to.equal(phase("Approved"));
    expect(facts.board).to.equal(board.address);
    expect(facts.approvedAt).to.equal(await time.latest());
    expect([facts.approvedVersion, facts.consentVersion]).to.deep.equal([1n, 1n]);
    await expect(registry.approve(trialId, approval))
      .to.be.revertedWithCustomError(registry, "AlreadyApproved")
      .withArgs(trialId, 1);
  });

  it("refuses a signature over another version, trial, contract or chain", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, boardKey, stranger } = system;
    const object = versionHash(protocol);
    const approvals = [
      await signApproval(system, boardKey, versionHash(protocolWith({ protocol: id("another") }))),
      await signApproval(system, boardKey, object, { trialId: id("another") }),
      await signApproval(system, boardKey, object, {}, { chainId: 1n }),
      await signApproval(system, boardKey, object, {}, { verifyingContract: stranger.address }),
      await signApproval(system, stranger, object, { signer: boardKey.address }),
    ];
    for (const approval of approvals) {
      await expect(registry.approve(trialId, approval))
        .to.be.revertedWithCustomError(registry, "InvalidSignature")
        .withArgs(boardKey.address);
    }
  });

  it("refuses a signature that means something else, names nobody, or was altered", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, boardKey } = system;
    const object = versionHash(protocol);
    for (const other of ["None", "Authorship", "Review", "Responsibility"] as const) {
      await expect(registry.approve(trialId, await signApproval(system, boardKey, object, { meaning: meaning(other) })))
        .to.be.revertedWithCustomError(registry, "WrongMeaning")
        .withArgs(meaning(other));
    }
    await expect(
      registry.approve(trialId, await signApproval(system, boardKey, object, { signerName: ZeroHash })),
    ).to.be.revertedWithCustomError(registry, "CommitmentMissing");
    // Signed as a review, and relayed as an approval.
    const review = await signApproval(system, boardKey, object, { meaning: meaning("Review") });
    const approval = await signApproval(system, boardKey, object);
    for (const altered of [
      { ...review, meaning: meaning("Approval") },
      { ...approval, signerName: id("another person") },
      { ...approval, deadline: approval.deadline + 1 },
    ]) {
      await expect(registry.approve(trialId, altered))
        .to.be.revertedWithCustomError(registry, "InvalidSignature")
        .withArgs(boardKey.address);
    }
  });

  it("refuses a signature from before the registration, from the future, and after its deadline", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, boardKey } = system;
    const object = versionHash(protocol);
    const { registeredAt } = await registry.factsOf(trialId);
    const backdated = await signApproval(system, boardKey, object, { signedAt: registeredAt - 1n });
    await expect(registry.approve(trialId, backdated))
      .to.be.revertedWithCustomError(registry, "SignedTooEarly")
      .withArgs(registeredAt - 1n, registeredAt);
    const now = await time.latest();
    const future = await signApproval(system, boardKey, object, { signedAt: now + DAY });
    await expect(registry.approve(trialId, future))
      .to.be.revertedWithCustomError(registry, "IssuedInFuture")
      .withArgs(now + DAY);
    const late = await signApproval(system, boardKey, object, { deadline: now });
    await expect(registry.approve(trialId, late))
      .to.be.revertedWithCustomError(registry, "DeadlinePassed")
      .withArgs(now);
  });

  it("refuses who is no ethics board, and a sponsor that is one", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, participants, trialId, protocol, sponsor, stranger } = system;
    const object = versionHash(protocol);
    await expect(registry.approve(trialId, await signApproval(system, stranger, object)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(stranger.address, ROLES.ETHICS_BOARD, UNACCREDITED);
    await accredit(system, sponsor, "ETHICS_BOARD");
    await expect(registry.approve(trialId, await signApproval(system, sponsor, object)))
      .to.be.revertedWithCustomError(registry, "NotIndependent")
      .withArgs(trialId, sponsor.address);
  });

  it("approves no trial that is not registered", async () => {
    const system = await loadFixture(deployRegistered);
    await expect(system.registry.approve(id("none"), await signApproval(system, system.boardKey, id("none"))))
      .to.be.revertedWithCustomError(system.registry, "WrongPhase")
      .withArgs(id("none"), phase("None"));
  });
});

describe("TrialRegistry: amendments", () => {
  it("registers a version, which counts once it is approved", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol, otherBoard } = system;
    const next = protocolWith({ ...protocol.documents, consentForm: id("second consent form") });
    await expect(amend(system, next))
      .to.emit(registry, "ProtocolAmended")
      .withArgs(trialId, 2, [Object.values(next.documents), Object.values(next.outcomes)], id("reason"), false);
    let facts = await registry.factsOf(trialId);
    expect([facts.version, facts.approvedVersion, facts.consentVersion]).to.deep.equal([2n, 1n, 1n]);
    await approve(system, next, otherBoard);
    facts = await registry.factsOf(trialId);
    expect([facts.version, facts.approvedVersion, facts.consentVersion]).to.deep.equal([2n, 2n, 2n]);
    expect(facts.board).to.equal(otherBoard.address);
    expect([facts.primariesChanged, facts.othersChanged, facts.amendedAfterUnblinding]).to.deep.equal([
      false,
      false,
      false,
    ]);
  });

  it("does not take an old approval for a version that says the same again", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, boardKey } = system;
    const approval = await signApproval(system, boardKey, versionHash(protocol));
    const second = protocolWith({ ...protocol.documents, protocol: id("second") });
    await amend(system, second);
    await expect(registry.approve(trialId, approval))
      .to.be.revertedWithCustomError(registry, "SignedTooEarly")
      .withArgs(approval.signedAt, (await registry.versionOf(trialId, 2)).registeredAt);
    await amend(system, protocol, second);
    await expect(registry.approve(trialId, approval)).to.be.revertedWithCustomError(registry, "SignedTooEarly");
  });

  it("refuses an amendment that is no sponsor's, not of the latest version, empty, incomplete or without reason", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol, sponsorKey, otherSponsor } = system;
    const next = protocolWith({ protocol: id("second") });
    await expect(registry.connect(otherSponsor).amend(trialId, protocol, next, id("reason")))
      .to.be.revertedWithCustomError(registry, "NotTheSponsor")
      .withArgs(trialId, otherSponsor.address);
    await expect(amend(system, protocol, next))
      .to.be.revertedWithCustomError(registry, "NotTheProtocol")
      .withArgs(trialId, versionHash(protocol));
    await expect(amend(system, protocol)).to.be.revertedWithCustomError(registry, "NothingChanged").withArgs(trialId);
    await expect(amend(system, protocolWith({ protocol: ZeroHash }))).to.be.revertedWithCustomError(
      registry,
      "ProtocolIncomplete",
    );
    await expect(amend(system, protocolWith({}, { primaries: 0 })))
      .to.be.revertedWithCustomError(registry, "WrongOutcomes")
      .withArgs(0, 3);
    await expect(registry.connect(sponsorKey).amend(trialId, protocol, next, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "CommitmentMissing",
    );
  });

  it("keeps the allocation list once somebody is enrolled, whatever was registered in between", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol } = system;
    const other = protocolWith({ ...protocol.documents, allocationRoot: id("another list") });
    await amend(system, other);
    await enrol(system, id("subject 0"));
    await expect(approve(system, other)).to.be.revertedWithCustomError(registry, "AllocationFixed").withArgs(trialId);
    const third = protocolWith({ ...protocol.documents, allocationRoot: id("a third list") });
    await expect(amend(system, third, other))
      .to.be.revertedWithCustomError(registry, "AllocationFixed")
      .withArgs(trialId);
    // Back to the list that is in use, and everything goes on.
    const back = protocolWith({ ...protocol.documents, protocol: id("second") });
    await amend(system, back, other);
    await approve(system, back);
    expect((await registry.versionOf(trialId, 3)).allocationSince).to.equal(1n);
  });

  it("flags outcomes that change after the first enrolment for ever, and judges by the old ones", async () => {
    const system = await loadFixture(deployRecruiting);
    const { registry, trialId, protocol } = system;
    const fewer = { ...protocol, outcomes: outcomesOf([{ ...PRIMARIES[0]!, count: 1 }], OTHERS) };
    await amend(system, fewer);
    await approve(system, fewer);
    let facts = await registry.factsOf(trialId);
    expect([facts.primariesChanged, facts.othersChanged]).to.deep.equal([true, false]);
    expect([facts.judgedVersion, facts.primaries]).to.deep.equal([1n, 2n]);
    // Back again: still flagged.
    await amend(system, protocol, fewer);
    facts = await registry.factsOf(trialId);
    expect([facts.primariesChanged, facts.othersChanged]).to.deep.equal([true, false]);
    const noOthers = { ...protocol, outcomes: outcomesOf(PRIMARIES, []) };
    await amend(system, noOthers, protocol);
    expect((await registry.factsOf(trialId)).othersChanged).to.equal(true);
  });

  it("flags a change that was registered before the first enrolment and is not what the subjects enrolled under", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol } = system;
    const fewer = { ...protocol, outcomes: outcomesOf([{ ...PRIMARIES[0]!, count: 1 }], OTHERS) };
    await amend(system, fewer);
    await enrol(system, id("subject 0"));
    await approve(system, fewer);
    const facts = await registry.factsOf(trialId);
    expect([facts.primariesChanged, facts.judgedVersion]).to.deep.equal([true, 1n]);
  });

  it("does not flag what was changed and approved before the first enrolment", async () => {
    const system = await loadFixture(deployApproved);
    const { registry, trialId, protocol } = system;
    const fewer = { ...protocol, outcomes: outcomesOf([{ ...PRIMARIES[0]!, count: 1 }], []) };
    await amend(system, fewer);
    await approve(system, fewer);
    await time.increase(10);
    await enrol(system, id("subject 0"), { version: 2 });
    const facts = await registry.factsOf(trialId);
    expect([facts.primariesChanged, facts.othersChanged, facts.judgedVersion]).to.deep.equal([false, false, 2n]);
    expect([facts.primaries, facts.others, facts.prospective]).to.deep.equal([1n, 0n, true]);
  });

  it("flags what is registered after unblinding, and takes nothing once closed", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, protocol, sponsorKey } = system;
    const next = protocolWith({ ...protocol.documents, protocol: id("second") });
    await expect(amend(system, next))
      .to.emit(registry, "ProtocolAmended")
      .withArgs(trialId, 2, [Object.values(next.documents), Object.values(next.outcomes)], id("reason"), true);
    expect((await registry.factsOf(trialId)).amendedAfterUnblinding).to.equal(true);
    await registry.connect(sponsorKey).close(trialId);
    await expect(amend(system, protocol, next))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Closed"));
    await expect(approve(system, next))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Closed"));
    expect((await registry.factsOf(trialId)).amendedAfterUnblinding).to.equal(true);
  });

  it("has 255 versions at most", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, sponsorKey } = system;
    const versionOf = (n: number) => protocolWith({ ...protocol.documents, plannedEnrolment: 10 + n });
    for (let n = 1; n < 255; ++n) {
      await registry.connect(sponsorKey).amend(trialId, versionOf(n - 1), versionOf(n), id("reason"));
    }
    expect((await registry.factsOf(trialId)).version).to.equal(255n);
    await expect(amend(system, versionOf(255), versionOf(254)))
      .to.be.revertedWithCustomError(registry, "TooManyVersions")
      .withArgs(trialId);
  });
});
