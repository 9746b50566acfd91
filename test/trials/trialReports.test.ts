import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, keccak256, ZeroHash } from "ethers";

import { documentsHash, outcomeLeaf, outcomeTree, versionHash, type OutcomeLeaf } from "../../src/trials/protocol.js";
import {
  amend,
  appoint,
  approve,
  DAY,
  deployRecruiting,
  deployRegistered,
  deployUnblinded,
  enrol,
  outcomesOf,
  OTHERS,
  phase,
  PRIMARIES,
  protocolWith,
  type Trial,
} from "../support/trialParties";

const RESULT = id("result");
const PRIMARY_TREE = outcomeTree(PRIMARIES);
const OTHER_TREE = outcomeTree(OTHERS);

async function report(
  { registry, trialId, protocol, sponsorKey }: Trial,
  outcome: OutcomeLeaf,
  proof: string[],
  version = protocol,
) {
  const documents = documentsHash(version.documents);
  return registry.connect(sponsorKey).reportOutcome(trialId, documents, version.outcomes, outcome, proof, RESULT);
}

describe("TrialRegistry: reports", () => {
  it("counts each outcome once, whatever is corrected", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId } = system;
    let facts = await registry.factsOf(trialId);
    expect([facts.reportedPrimaries, facts.unreportedPrimaries, facts.reportedOthers]).to.deep.equal([0n, 2n, 0n]);
    await expect(report(system, PRIMARIES[1]!, PRIMARY_TREE.prove(1)))
      .to.emit(registry, "OutcomeReported")
      .withArgs(trialId, Object.values(PRIMARIES[1]!), RESULT);
    await report(system, PRIMARIES[1]!, PRIMARY_TREE.prove(1));
    await report(system, OTHERS[2]!, OTHER_TREE.prove(2));
    await report(system, OTHERS[0]!, OTHER_TREE.prove(0));
    facts = await registry.factsOf(trialId);
    expect(facts.phase).to.equal(phase("Reported"));
    expect([facts.reportedPrimaries, facts.unreportedPrimaries, facts.reportedOthers]).to.deep.equal([1n, 1n, 2n]);
    await report(system, PRIMARIES[0]!, PRIMARY_TREE.prove(0));
    facts = await registry.factsOf(trialId);
    expect([facts.reportedPrimaries, facts.unreportedPrimaries, facts.reportedOthers]).to.deep.equal([2n, 0n, 2n]);
  });

  it("refuses an outcome of another trial, another place, another kind, or none", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId } = system;
    const foreign = PRIMARIES.map((leaf) => ({ ...leaf, commitment: id(`foreign ${String(leaf.index)}`) }));
    const cases: [OutcomeLeaf, string[]][] = [
      [foreign[0]!, outcomeTree(foreign).prove(0)],
      [{ ...PRIMARIES[0]!, commitment: id("edited after unblinding") }, PRIMARY_TREE.prove(0)],
      [{ ...PRIMARIES[0]!, index: 1 }, PRIMARY_TREE.prove(0)],
      [{ ...PRIMARIES[0]!, count: 1 }, PRIMARY_TREE.prove(0)],
      [{ ...PRIMARIES[0]!, kind: 1 }, PRIMARY_TREE.prove(0)],
      [{ ...OTHERS[0]!, kind: 0 }, OTHER_TREE.prove(0)],
      [{ ...PRIMARIES[1]!, index: 2 }, PRIMARY_TREE.prove(1)],
    ];
    for (const [outcome, proof] of cases) {
      await expect(report(system, outcome, proof))
        .to.be.revertedWithCustomError(registry, "OutcomeNotRegistered")
        .withArgs(trialId, outcome.index);
    }
  });

  it("judges by the version of the first enrolment, not by one that was written after unblinding", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, protocol } = system;
    const switched = [{ ...PRIMARIES[0]!, count: 1, commitment: id("what came out well") }];
    const next = { ...protocol, outcomes: outcomesOf(switched, []) };
    await amend(system, next);
    await approve(system, next);
    await expect(report(system, switched[0]!, [], next))
      .to.be.revertedWithCustomError(registry, "NotTheProtocol")
      .withArgs(trialId, versionHash(protocol));
    const facts = await registry.factsOf(trialId);
    expect([facts.amendedAfterUnblinding, facts.primariesChanged, facts.unreportedPrimaries]).to.deep.equal([
      true,
      true,
      2n,
    ]);
  });

  it("counts results for outcomes that were never registered", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, sponsorKey } = system;
    await expect(registry.connect(sponsorKey).reportUnregistered(trialId, RESULT))
      .to.emit(registry, "UnregisteredResultReported")
      .withArgs(trialId, RESULT);
    await registry.connect(sponsorKey).reportUnregistered(trialId, RESULT);
    expect((await registry.factsOf(trialId)).unregisteredResults).to.equal(2n);
    await expect(registry.connect(sponsorKey).reportUnregistered(trialId, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "CommitmentMissing",
    );
  });

  it("is the sponsor's, between unblinding and closing, with a result", async () => {
    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, protocol, sponsorKey, otherSponsor } = system;
    const documents = documentsHash(protocol.documents);
    const args = [trialId, documents, protocol.outcomes, PRIMARIES[0]!, PRIMARY_TREE.prove(0)] as const;
    await expect(registry.connect(otherSponsor).reportOutcome(...args, RESULT))
      .to.be.revertedWithCustomError(registry, "NotTheSponsor")
      .withArgs(trialId, otherSponsor.address);
    await expect(registry.connect(sponsorKey).reportOutcome(...args, ZeroHash)).to.be.revertedWithCustomError(
      registry,
      "CommitmentMissing",
    );
    await registry.connect(sponsorKey).close(trialId);
    await expect(registry.connect(sponsorKey).reportOutcome(...args, RESULT))
      .to.be.revertedWithCustomError(registry, "WrongPhase")
      .withArgs(trialId, phase("Closed"));
    const early = await loadFixture(deployRecruiting);
    await expect(report(early, PRIMARIES[0]!, PRIMARY_TREE.prove(0)))
      .to.be.revertedWithCustomError(early.registry, "WrongPhase")
      .withArgs(trialId, phase("Recruiting"));
  });

  it("is overdue 365 days after the planned completion, or after the lock where that is earlier", async () => {
    const recruiting = await loadFixture(deployRecruiting);
    const { primaryCompletion } = recruiting.protocol.documents;
    let facts = await recruiting.registry.factsOf(recruiting.trialId);
    expect(facts.reportDue).to.equal(primaryCompletion + 365 * DAY);

    const system = await loadFixture(deployUnblinded);
    const { registry, trialId, sponsorKey, participants, sponsor } = system;
    facts = await registry.factsOf(trialId);
    const due = Number(facts.lockedAt) + 365 * DAY;
    expect([facts.reportDue, facts.reportOverdue]).to.deep.equal([BigInt(due), false]);
    await report(system, PRIMARIES[0]!, PRIMARY_TREE.prove(0));
    await time.increaseTo(due);
    expect((await registry.factsOf(trialId)).reportOverdue).to.equal(false);
    await time.increaseTo(due + 1);
    expect((await registry.factsOf(trialId)).reportOverdue).to.equal(true);
    // The sponsor's accreditation and key ran out with the year.
    expect(await participants.tryResolve(sponsorKey, 18)).to.deep.equal([sponsor.address, 5n]);
  });

  it("has room for 256 outcomes", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol, sponsorKey, site } = system;
    const many = Array.from({ length: 255 }, (_, index) => ({
      index,
      count: 255,
      kind: 1,
      commitment: id(String(index)),
    }));
    const one = [{ ...PRIMARIES[0]!, count: 1 }];
    const next = { ...protocol, outcomes: outcomesOf(one, many) };
    await amend(system, next);
    await approve(system, next);
    await appoint(system, "Investigator", site);
    await time.increase(10);
    await enrol(system, id("subject 0"), { version: 2 });
    await registry.connect(sponsorKey).lock(trialId, id("data set"));
    await registry.connect(sponsorKey).unblind(trialId);
    await report(system, many[254]!, outcomeTree(many).prove(254), next);
    await report(system, one[0]!, [], next);
    const facts = await registry.factsOf(trialId);
    expect([facts.reportedPrimaries, facts.reportedOthers, facts.others]).to.deep.equal([1n, 1n, 255n]);
  });
});

describe("TrialRegistry: misdeclared outcomes", () => {
  /** A trial registered with these leaves in its trees, whatever they say. */
  async function registerWith(primaries: OutcomeLeaf[], others: OutcomeLeaf[], counts = {}) {
    const system = await loadFixture(deployRegistered);
    const protocol = protocolWith({}, { ...outcomesOf(primaries, others), ...counts });
    const number = id("another number");
    const trialId = await system.registry.connect(system.sponsorKey).register.staticCall(number, protocol);
    await system.registry.connect(system.sponsorKey).register(number, protocol);
    return { ...system, protocol, trialId };
  }

  const cases: [string, OutcomeLeaf[], OutcomeLeaf[], object, "primaries" | "others", number][] = [
    [
      "a primary outcome among the others",
      [{ ...PRIMARIES[0]!, count: 1 }],
      [OTHERS[0]!, { ...OTHERS[1]!, kind: 0 }, OTHERS[2]!],
      {},
      "others",
      1,
    ],
    ["an outcome beyond the count", PRIMARIES, OTHERS, { others: 2 }, "others", 2],
    ["another count in a leaf", PRIMARIES, OTHERS, { primaries: 1 }, "primaries", 0],
    ["an outcome among the primaries that is none", [{ ...PRIMARIES[0]!, count: 1, kind: 2 }], [], {}, "primaries", 0],
  ];
  for (const [name, primaries, others, counts, tree, index] of cases) {
    it(`shows ${name}, for ever`, async () => {
      const { registry, trialId, protocol, stranger } = await registerWith(primaries, others, counts);
      const leaf = { primaries, others }[tree][index]!;
      const proof = outcomeTree({ primaries, others }[tree]).prove(index);
      const documents = documentsHash(protocol.documents);
      await expect(registry.connect(stranger).reportMisdeclared(trialId, 1, documents, protocol.outcomes, leaf, proof))
        .to.emit(registry, "OutcomesMisdeclared")
        .withArgs(trialId, 1, Object.values(leaf));
      expect((await registry.factsOf(trialId)).misdeclared).to.equal(true);
    });
  }

  it("convicts nobody by what fits, is no leaf, or is of another version", async () => {
    const system = await loadFixture(deployRegistered);
    const { registry, trialId, protocol } = system;
    const documents = documentsHash(protocol.documents);
    for (const [leaf, proof] of [
      [PRIMARIES[0]!, PRIMARY_TREE.prove(0)],
      [OTHERS[2]!, OTHER_TREE.prove(2)],
      [{ ...OTHERS[2]!, kind: 0 }, OTHER_TREE.prove(2)],
    ] as const) {
      await expect(registry.reportMisdeclared(trialId, 1, documents, protocol.outcomes, leaf, proof))
        .to.be.revertedWithCustomError(registry, "NotMisdeclared")
        .withArgs(trialId, leaf.index);
    }
    await expect(registry.reportMisdeclared(trialId, 2, documents, protocol.outcomes, OTHERS[2]!, OTHER_TREE.prove(2)))
      .to.be.revertedWithCustomError(registry, "NotTheProtocol")
      .withArgs(trialId, ZeroHash);
  });

  it("has one outcome at each place: an alternative for the same place cannot be shown", async () => {
    // A tree of two leaves that both say that they are the first of one.
    const first = { ...PRIMARIES[0]!, count: 1 };
    const second = { ...first, commitment: id("alternative") };
    const root = keccak256(outcomeLeaf(first) + outcomeLeaf(second).slice(2));
    const { registry, trialId, protocol } = await registerWith([first], [], { primaryRoot: root });
    const documents = documentsHash(protocol.documents);
    await expect(registry.reportMisdeclared(trialId, 1, documents, protocol.outcomes, second, [outcomeLeaf(first)]))
      .to.be.revertedWithCustomError(registry, "NotMisdeclared")
      .withArgs(trialId, 0);
  });
});
