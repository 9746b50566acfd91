import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, Wallet, id, keccak256 } from "ethers";
import { ethers } from "hardhat";

import { ROLES, STANDINGS } from "../../src/participants/index.js";
import { accredit, deployCareProof, enlist } from "../support/careproof";
import { leafOf, treeOf } from "../support/merkle";
import { delegate, deployWallet, impersonated, malleated, sign, type KeyHolder } from "../support/signedDecisions";

const STATUSES = ["Unreported", "Unlogged", "Late", "Logged"] as const;
type ReceiptStatus = (typeof STATUSES)[number];
const statusCode = (status: ReceiptStatus): bigint => BigInt(STATUSES.indexOf(status));
const standingCode = (standing: (typeof STANDINGS)[number]): bigint => BigInt(STANDINGS.indexOf(standing));

const WEEK = 7n * 24n * 3600n;
const RECEIPT_LEAF = id("CareProof.ReceiptLeaf(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)");
const SIGNED = {
  domainName: "CareProof DisclosureLog",
  type: "AccessReceipt(address gateway,address signer,bytes32 disclosure,uint40 accessedAt)",
};

interface Receipt {
  gateway: string;
  signer: string;
  disclosure: string;
  accessedAt: bigint;
}

/** The digest of a receipt, by ethers. */
function digestOf({ gateway, signer, disclosure, accessedAt }: Receipt): string {
  const types = ["bytes32", "address", "address", "bytes32", "uint40"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [RECEIPT_LEAF, gateway, signer, disclosure, accessedAt]));
}

async function deployWithGateway() {
  const system = await loadFixture(deployCareProof);
  const [gateway, key, otherGateway, stranger] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  await accredit(system, gateway, "GATEWAY", "PROVIDER");
  await accredit(system, otherGateway, "GATEWAY");
  await enlist(system, gateway, key, "GATEWAY");
  const { disclosures } = system;
  await time.increase(1);
  const accessedAt = BigInt(await time.latest());
  const dueAt = accessedAt + WEEK;
  const receipt: Receipt = {
    gateway: gateway.address,
    signer: key.address,
    disclosure: id("date, recipient, what, purpose"),
    accessedAt,
  };
  const digest = digestOf(receipt);
  /** Other receipts of the same batch. */
  const neighbours = ["a", "b", "c"].map((text) => digestOf({ ...receipt, disclosure: id(text) }));
  const tree = treeOf([digest, ...neighbours]);
  const proof = tree.proofOf(digest);

  const signed = (value: Receipt, signer: KeyHolder, domain = {}) =>
    sign(signer, { contract: disclosures, ...SIGNED }, { ...value }, domain);
  const byStranger = disclosures.connect(stranger);
  const report = async (value: Receipt = receipt, signer: KeyHolder = key) =>
    byStranger.reportUnlogged(value, await signed(value, signer));
  const anchor = (sequence = 1n) => disclosures.connect(key).anchor(sequence, tree.root, tree.count);
  const answer = (sequence = 1n, value: Receipt = receipt) => byStranger.answer(value, sequence, proof);
  const recordOf = async (address = gateway.address) => [...(await disclosures.recordOf(address))];
  return {
    ...system,
    gateway,
    key,
    otherGateway,
    stranger,
    accessedAt,
    dueAt,
    receipt,
    digest,
    tree,
    proof,
    signed,
    byStranger,
    report,
    anchor,
    answer,
    recordOf,
  };
}

/** The gateway anchored the receipt's batch in time as number 1, and again too late as number 2. */
async function deployWithBatches() {
  const system = await loadFixture(deployWithGateway);
  await time.setNextBlockTimestamp(system.dueAt);
  await system.anchor(1n);
  await time.setNextBlockTimestamp(system.dueAt + 1n);
  await system.anchor(2n);
  return system;
}

describe("DisclosureLog", () => {
  it("names the registry of participants that it asks, its leaf's tag and the period", async () => {
    const { disclosures, participants } = await loadFixture(deployWithGateway);
    expect(await disclosures.participants()).to.equal(await participants.getAddress());
    expect(await disclosures.RECEIPT_LEAF()).to.equal(RECEIPT_LEAF);
    expect(await disclosures.LOG_PERIOD()).to.equal(WEEK);
  });

  it("hashes a receipt to its digest, of which every member is a part", async () => {
    const { disclosures, receipt, digest, stranger } = await loadFixture(deployWithGateway);
    expect(await disclosures.digestOf(receipt)).to.equal(digest);
    for (const change of [
      { gateway: stranger.address },
      { signer: stranger.address },
      { disclosure: id("another") },
      { accessedAt: receipt.accessedAt + 1n },
    ]) {
      const other = await disclosures.digestOf({ ...receipt, ...change });
      expect(other).to.equal(digestOf({ ...receipt, ...change }));
      expect(other).not.to.equal(digest);
    }
  });

  describe("anchor", () => {
    for (const who of ["gateway", "key"] as const) {
      it(`appends a batch to the gateway's stream, sent by ${who === "key" ? "a key of it" : "itself"}`, async () => {
        const system = await loadFixture(deployWithGateway);
        const { disclosures, gateway, tree, recordOf } = system;
        const at = BigInt(await time.latest()) + 100n;
        await time.setNextBlockTimestamp(at);
        await expect(disclosures.connect(system[who]).anchor(1n, tree.root, tree.count))
          .to.emit(disclosures, "DisclosuresAnchored")
          .withArgs(gateway.address, 1n, tree.root, tree.count, system[who].address);
        expect([...(await disclosures.headOf(gateway.address))]).to.deep.equal([1n, 4n, at]);
        expect([...(await disclosures.batchOf(gateway.address, 1n))]).to.deep.equal([tree.root, at]);
        expect([...(await disclosures.batchOf(gateway.address, 2n))]).to.deep.equal([ethers.ZeroHash, 0n]);
        expect(await recordOf()).to.deep.equal([0n, 0n]);
      });
    }

    it("refuses an empty batch", async () => {
      const { disclosures, gateway, tree } = await loadFixture(deployWithGateway);
      const byGateway = disclosures.connect(gateway);
      for (const [root, count] of [
        [ethers.ZeroHash, 1n],
        [tree.root, 0n],
      ] as const) {
        await expect(byGateway.anchor(1n, root, count))
          .to.be.revertedWithCustomError(disclosures, "EmptyBatch")
          .withArgs();
      }
    });

    for (const [attack, sequence] of [
      ["appended twice", 1n],
      ["out of order", 3n],
    ] as const) {
      it(`attack: a batch ${attack} is refused`, async () => {
        const { disclosures, gateway, anchor } = await loadFixture(deployWithGateway);
        await anchor();
        const batch = [...(await disclosures.batchOf(gateway.address, 1n))];
        await expect(anchor(sequence))
          .to.be.revertedWithCustomError(disclosures, "BatchOutOfSequence")
          .withArgs(2n, sequence);
        // Nor does a refused batch move the time at which the first was anchored.
        expect([...(await disclosures.batchOf(gateway.address, 1n))]).to.deep.equal(batch);
      });
    }

    it("attack: a batch appended by another goes to that one's own stream, or nowhere", async () => {
      const { disclosures, participants, gateway, otherGateway, stranger, tree } = await loadFixture(deployWithGateway);
      await expect(disclosures.connect(stranger).anchor(1n, tree.root, tree.count))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES.GATEWAY, standingCode("Unaccredited"));
      await disclosures.connect(otherGateway).anchor(1n, tree.root, tree.count);
      expect([...(await disclosures.headOf(gateway.address))]).to.deep.equal([0n, 0n, 0n]);
    });

    for (const lost of ["suspend", "withdraw", "expire"] as const) {
      it(`lets a gateway still account for what it released after ${lost}`, async () => {
        const { disclosures, participants, accreditors, gateway, key, tree, ...system } =
          await loadFixture(deployWithGateway);
        const { validUntil } = await participants.accreditationOf(gateway.address, ROLES.GATEWAY);
        await participants.connect(gateway).offerOperator(key.address, 8n, validUntil + WEEK);
        if (lost === "expire") await time.increaseTo(validUntil);
        else await participants.connect(accreditors.healthDataAccessBody)[lost](gateway.address, ROLES.GATEWAY);
        await system.anchor();
        expect((await disclosures.batchOf(gateway.address, 1n)).root).to.equal(tree.root);
      });
    }

    it("refuses a key that the gateway named for something else", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, participants, gateway, stranger, tree } = system;
      await enlist(system, gateway, stranger, "PROVIDER");
      await expect(disclosures.connect(stranger).anchor(1n, tree.root, tree.count))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES.GATEWAY, standingCode("OperatorRoleMissing"));
    });
  });

  describe("reportUnlogged", () => {
    for (const who of ["gateway", "key"] as const) {
      it(`counts against the gateway a receipt that ${who === "key" ? "a key of it" : "it"} signed`, async () => {
        const system = await loadFixture(deployWithGateway);
        const { disclosures, gateway, accessedAt, dueAt, report, recordOf } = system;
        const receipt = { ...system.receipt, signer: system[who].address };
        await time.setNextBlockTimestamp(dueAt + 1n);
        await expect(report(receipt, system[who]))
          .to.emit(disclosures, "DisclosureUnlogged")
          .withArgs(gateway.address, digestOf(receipt), accessedAt);
        expect(await disclosures.statusOf(digestOf(receipt))).to.equal(statusCode("Unlogged"));
        expect(await recordOf()).to.deep.equal([1n, 0n]);
        expect(await recordOf(system.otherGateway.address)).to.deep.equal([0n, 0n]);
      });
    }

    it("attack: cannot be reported before 7 days have passed, the last second included", async () => {
      const { disclosures, digest, accessedAt, dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      for (const at of [accessedAt + 100n, dueAt]) {
        await time.setNextBlockTimestamp(at);
        await expect(report()).to.be.revertedWithCustomError(disclosures, "ReceiptNotDue").withArgs(dueAt);
      }
      expect(await disclosures.statusOf(digest)).to.equal(statusCode("Unreported"));
      expect(await recordOf()).to.deep.equal([0n, 0n]);
      await time.setNextBlockTimestamp(dueAt + 1n);
      await report();
      expect(await recordOf()).to.deep.equal([1n, 0n]);
    });

    it("refuses a receipt dated in the future", async () => {
      const { disclosures, receipt, dueAt, report } = await loadFixture(deployWithGateway);
      const accessedAt = dueAt + WEEK;
      await time.increaseTo(dueAt + 1n);
      await expect(report({ ...receipt, accessedAt }))
        .to.be.revertedWithCustomError(disclosures, "ReceiptNotDue")
        .withArgs(accessedAt + WEEK);
    });

    it("refuses a receipt dated so late that it could never be due", async () => {
      const { disclosures, receipt, report } = await loadFixture(deployWithGateway);
      const accessedAt = 2n ** 40n - 1n;
      await expect(report({ ...receipt, accessedAt }))
        .to.be.revertedWithCustomError(disclosures, "ReceiptNotDue")
        .withArgs(accessedAt + WEEK);
    });

    it("counts each receipt once, many receipts each", async () => {
      const { disclosures, receipt, digest, dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      await time.increaseTo(dueAt + 1n);
      await report();
      await expect(report())
        .to.be.revertedWithCustomError(disclosures, "WrongReceiptStatus")
        .withArgs(digest, statusCode("Unlogged"));
      await report({ ...receipt, disclosure: id("another disclosure") });
      expect(await recordOf()).to.deep.equal([2n, 0n]);
    });

    it("a receipt stays good for ever", async () => {
      const { dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      await time.increaseTo(dueAt + 1000n * WEEK);
      await report();
      expect(await recordOf()).to.deep.equal([1n, 0n]);
    });

    it("a key removed since is still the gateway's for what it signed while it served", async () => {
      const { disclosures, participants, gateway, key, receipt, dueAt, report } = await loadFixture(deployWithGateway);
      await time.increase(1000);
      await participants.connect(gateway).removeOperator(key.address);
      const { until } = await participants.tenureOf(key.address, gateway.address);
      const lastSecond = { ...receipt, accessedAt: until - 1n };
      const tooLate = { ...receipt, accessedAt: until };
      await time.increaseTo(dueAt + 2000n);
      await report();
      await report(lastSecond);
      expect(await disclosures.statusOf(digestOf(lastSecond))).to.equal(statusCode("Unlogged"));
      await expect(report(tooLate))
        .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
        .withArgs(gateway.address, key.address);
    });

    it("a key is the gateway's from its first second, not before", async () => {
      const { disclosures, participants, gateway, key, receipt, dueAt, report } = await loadFixture(deployWithGateway);
      const { since } = await participants.tenureOf(key.address, gateway.address);
      await time.increaseTo(dueAt + 1n);
      await expect(report({ ...receipt, accessedAt: since - 1n }))
        .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
        .withArgs(gateway.address, key.address);
      await report({ ...receipt, accessedAt: since });
      expect(await disclosures.statusOf(digestOf({ ...receipt, accessedAt: since }))).to.equal(statusCode("Unlogged"));
    });

    it("a gateway that lost its accreditation still answers for its receipts", async () => {
      const { participants, accreditors, gateway, dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      await participants.connect(accreditors.healthDataAccessBody).withdraw(gateway.address, ROLES.GATEWAY);
      await time.increaseTo(dueAt + 1n);
      await report();
      expect(await recordOf()).to.deep.equal([1n, 0n]);
    });

    it("attack: nobody but the gateway and its keys signs receipts that count against it", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, gateway, otherGateway, stranger, receipt, dueAt, report, recordOf } = system;
      const foreignKey = system.others[5]!;
      await enlist(system, otherGateway, foreignKey, "GATEWAY");
      await time.increaseTo(dueAt + 1n);
      for (const signer of [stranger, otherGateway, foreignKey]) {
        await expect(report({ ...receipt, signer: signer.address }, signer))
          .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
          .withArgs(gateway.address, signer.address);
      }
      expect(await recordOf()).to.deep.equal([0n, 0n]);
    });

    it("attack: a key that was offered but never accepted signs nothing for the gateway", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, participants, gateway, stranger, receipt, dueAt, report } = system;
      await participants.connect(gateway).offerOperator(stranger.address, 8n, dueAt + WEEK);
      await time.increaseTo(dueAt + 1n);
      await expect(report({ ...receipt, signer: stranger.address }, stranger))
        .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
        .withArgs(gateway.address, stranger.address);
    });

    it("attack: signatures by another, altered, malleated, for another chain or deployment are refused", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, gateway, key, receipt, dueAt, signed, byStranger, recordOf } = system;
      await time.increaseTo(dueAt + 1n);
      const { chainId } = await ethers.provider.getNetwork();
      const own = await signed(receipt, key);
      const signatures = {
        "another's": await signed(receipt, gateway),
        "of another receipt": await signed({ ...receipt, disclosure: id("another") }, key),
        malleated: malleated(own),
        empty: "0x",
        "for another chain": await signed(receipt, key, { chainId: chainId + 1n }),
        "for another deployment": await signed(receipt, key, { verifyingContract: Wallet.createRandom().address }),
      };
      for (const [what, signature] of Object.entries(signatures)) {
        await expect(byStranger.reportUnlogged(receipt, signature), what)
          .to.be.revertedWithCustomError(disclosures, "InvalidSignature")
          .withArgs(key.address);
      }
      expect(await recordOf()).to.deep.equal([0n, 0n]);
    });

    it("attack: a receipt signed for one gateway does not count against another", async () => {
      const { disclosures, otherGateway, key, receipt, dueAt, signed, byStranger } =
        await loadFixture(deployWithGateway);
      await time.increaseTo(dueAt + 1n);
      const signature = await signed(receipt, key);
      await expect(byStranger.reportUnlogged({ ...receipt, gateway: otherGateway.address }, signature))
        .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
        .withArgs(otherGateway.address, key.address);
    });

    it("refuses what a contract wallet accepts, since it could disown it later", async () => {
      const { disclosures, receipt, key, dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      const wallet = await deployWallet(key.address);
      await time.increaseTo(dueAt + 1n);
      await expect(report({ ...receipt, gateway: wallet.address, signer: wallet.address }, key))
        .to.be.revertedWithCustomError(disclosures, "InvalidSignature")
        .withArgs(wallet.address);
      expect(await recordOf(wallet.address)).to.deep.equal([0n, 0n]);
    });

    it("attack: a key that the gateway named for something else signs no receipts for it", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, gateway, stranger, receipt, dueAt, report } = system;
      await enlist(system, gateway, stranger, "PROVIDER");
      await time.increaseTo(dueAt + WEEK);
      await expect(report({ ...receipt, signer: stranger.address, accessedAt: dueAt - 1n }, stranger))
        .to.be.revertedWithCustomError(disclosures, "NotGatewaySigner")
        .withArgs(gateway.address, stranger.address);
    });

    it("counts what the own key of a gateway delegated by EIP-7702 signed, whatever the delegate says", async () => {
      const { receipt, stranger, dueAt, report, recordOf } = await loadFixture(deployWithGateway);
      const account = new Wallet(Wallet.createRandom().privateKey);
      const refusing = await deployWallet(stranger.address);
      await delegate(account, refusing.address);
      await time.increaseTo(dueAt + 1n);
      await report({ ...receipt, gateway: account.address, signer: account.address }, account);
      expect(await recordOf(account.address)).to.deep.equal([1n, 0n]);
    });
  });

  describe("answer", () => {
    it("clears a receipt that was anchored in time, in the last second", async () => {
      const { disclosures, gateway, digest, report, answer, recordOf } = await loadFixture(deployWithBatches);
      await report();
      expect(await recordOf()).to.deep.equal([1n, 0n]);
      await expect(answer(1n)).to.emit(disclosures, "DisclosureLogged").withArgs(gateway.address, digest, 1n);
      expect(await disclosures.statusOf(digest)).to.equal(statusCode("Logged"));
      expect(await recordOf()).to.deep.equal([0n, 0n]);
    });

    it("a receipt anchored a second too late stays counted, as late", async () => {
      const { disclosures, gateway, digest, report, answer, recordOf } = await loadFixture(deployWithBatches);
      await report();
      await expect(answer(2n)).to.emit(disclosures, "DisclosureLate").withArgs(gateway.address, digest, 2n);
      expect(await disclosures.statusOf(digest)).to.equal(statusCode("Late"));
      expect(await recordOf()).to.deep.equal([0n, 1n]);
    });

    it("leaves what else counts against the gateway", async () => {
      const { receipt, report, answer, recordOf } = await loadFixture(deployWithBatches);
      await report();
      await report({ ...receipt, disclosure: id("never logged") });
      await answer(1n);
      expect(await recordOf()).to.deep.equal([1n, 0n]);
    });

    it("refuses a proof of another receipt, of a batch that does not have it, and of none", async () => {
      const { disclosures, gateway, key, digest, receipt, tree, report, byStranger } =
        await loadFixture(deployWithBatches);
      await report();
      await disclosures.connect(key).anchor(3n, id("a batch without it"), 1n);
      const neighbour = tree.proofOf(digestOf({ ...receipt, disclosure: id("a") }));
      for (const [sequence, proof] of [
        [1n, neighbour],
        [1n, []],
        [3n, tree.proofOf(digest)],
        [4n, tree.proofOf(digest)],
        [0n, []],
      ] as const) {
        await expect(byStranger.answer(receipt, sequence, [...proof]))
          .to.be.revertedWithCustomError(disclosures, "ReceiptNotInBatch")
          .withArgs(gateway.address, sequence, digest);
      }
    });

    it("attack: a batch of another gateway answers nothing", async () => {
      const { disclosures, gateway, otherGateway, digest, tree, dueAt, report, answer } =
        await loadFixture(deployWithGateway);
      await disclosures.connect(otherGateway).anchor(1n, tree.root, tree.count);
      await time.increaseTo(dueAt + 1n);
      await report();
      await expect(answer(1n))
        .to.be.revertedWithCustomError(disclosures, "ReceiptNotInBatch")
        .withArgs(gateway.address, 1n, digest);
    });

    it("attack: neither an inner node nor a leaf of another type answers a receipt", async () => {
      const { disclosures, gateway, key, receipt, digest, tree, dueAt, report, byStranger } =
        await loadFixture(deployWithGateway);
      // The EIP-712 struct hash has the same members under another tag; the digest alone is hashed only once.
      const structHash = ethers.TypedDataEncoder.hashStruct(
        "AccessReceipt",
        {
          AccessReceipt: [
            { name: "gateway", type: "address" },
            { name: "signer", type: "address" },
            { name: "disclosure", type: "bytes32" },
            { name: "accessedAt", type: "uint40" },
          ],
        },
        receipt,
      );
      const byKey = disclosures.connect(key);
      await byKey.anchor(1n, tree.root, tree.count);
      await byKey.anchor(2n, leafOf(structHash), 1n);
      await byKey.anchor(3n, digest, 1n);
      await time.increaseTo(dueAt + 1n);
      await report();
      for (const [sequence, proof] of [
        [1n, tree.parentOf(digest).proof],
        [2n, []],
        [3n, []],
      ] as const) {
        await expect(byStranger.answer(receipt, sequence, [...proof]))
          .to.be.revertedWithCustomError(disclosures, "ReceiptNotInBatch")
          .withArgs(gateway.address, sequence, digest);
      }
    });

    it("attack: a record leaf of the same organisation answers no receipt", async () => {
      const system = await loadFixture(deployWithGateway);
      const { disclosures, records, gateway, digest, tree, dueAt, report, answer } = system;
      await records.connect(await impersonated(gateway.address)).anchor(1n, tree.root, tree.count);
      await time.increaseTo(dueAt + 1n);
      await report();
      await expect(answer(1n))
        .to.be.revertedWithCustomError(disclosures, "ReceiptNotInBatch")
        .withArgs(gateway.address, 1n, digest);
    });
  });

  describe("every action in every status", () => {
    type System = Awaited<ReturnType<typeof deployWithBatches>>;
    const ACTIONS = {
      report: ({ report }: System) => report(),
      "prove it in time": ({ answer }: System) => answer(1n),
      "prove it late": ({ answer }: System) => answer(2n),
    };
    type Action = keyof typeof ACTIONS;
    const TRANSITIONS: Record<ReceiptStatus, Partial<Record<Action, ReceiptStatus>>> = {
      Unreported: { report: "Unlogged" },
      Unlogged: { "prove it in time": "Logged", "prove it late": "Late" },
      Late: { "prove it in time": "Logged" },
      Logged: {},
    };
    const COUNTED: Record<ReceiptStatus, bigint[]> = {
      Unreported: [0n, 0n],
      Unlogged: [1n, 0n],
      Late: [0n, 1n],
      Logged: [0n, 0n],
    };
    for (const from of STATUSES) {
      for (const action of Object.keys(ACTIONS) as Action[]) {
        const to = TRANSITIONS[from][action];
        it(`${from}: ${action} ${to === undefined ? "is refused" : `leads to ${to}`}`, async () => {
          const system = await loadFixture(deployWithBatches);
          const { disclosures, digest, report, answer, recordOf } = system;
          if (from !== "Unreported") await report();
          if (from === "Logged") await answer(1n);
          if (from === "Late") await answer(2n);
          if (to === undefined) {
            await expect(ACTIONS[action](system))
              .to.be.revertedWithCustomError(disclosures, "WrongReceiptStatus")
              .withArgs(digest, statusCode(from));
          } else {
            await ACTIONS[action](system);
          }
          expect(await disclosures.statusOf(digest)).to.equal(statusCode(to ?? from));
          expect(await recordOf()).to.deep.equal(COUNTED[to ?? from]);
        });
      }
    }
  });
});
