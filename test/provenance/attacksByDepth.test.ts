/** The attacks with proofs, paths, nesting and lists that are as long as can be; none costs more than a block takes. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, id as hashOf, keccak256, type ContractTransactionResponse } from "ethers";

import {
  EVENT,
  LOT,
  NO_ORIGIN,
  PREFIX,
  deploySupplyChain,
  sgtin,
  shipment,
  sscc,
  type Origin,
  type SupplyChain,
} from "../support/provenanceParties";
import { commissionSecondRun, disposition, leafDigest, obstacle, type Entry } from "../support/provenanceStates";
import { passDays } from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";
import { tokenIdOf } from "../../src/provenance/tokenId.js";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR } = ROLES;
/** Most gas of a call; what coverage counts comes on top, there it is the cap on a transaction (EIP-7825). */
const MOST = process.env.COVERAGE === "true" ? 1n << 24n : 12_000_000n;
/** The longest list. */
const LENGTH = 100;
/** So that no transaction is estimated before: there are many. */
const GAS = { gasLimit: 1_000_000 };

const container = (reference: number): bigint => tokenIdOf(sscc(reference));
const packages = Array.from({ length: LENGTH }, (_, i) => tokenIdOf(sgtin(`N${i}`)));

/** Commissions a thing as run 1 or later, under `depth` levels of other hashes. */
async function commissionDeep(
  { provenance, manufacturer }: SupplyChain,
  run: number,
  id: bigint,
  path: bigint[],
  depth: number,
): Promise<Origin> {
  const proof = Array.from({ length: depth }, (_, level) => hashOf(`sibling ${level}`));
  const root = proof.reduce(
    (node, sibling) => keccak256(concat(node < sibling ? [node, sibling] : [sibling, node])),
    keccak256(leafDigest(id, path)),
  );
  await provenance.connect(manufacturer).commissionRun(LOT.key, run, root, PREFIX.length, EVENT);
  return { lot: LOT.key, run, path, proof, prefixLength: PREFIX.length };
}

/** The maker's packages, each by itself in a container in a container …, six around each: as deep as pack goes. */
async function deployNested(): Promise<SupplyChain> {
  const chain = await loadFixture(deploySupplyChain);
  const originOf = await commissionSecondRun(
    chain,
    packages.map((id): Entry => [id]),
  );
  const maker = chain.provenance.connect(chain.manufacturer);
  for (const [i, id] of packages.entries()) {
    await maker.take(id, originOf(i), MANUFACTURER, EVENT, GAS);
    for (let level = 0; level <= 5; level++) {
      const reference = (around: number) => container(1000 + i * 10 + around);
      await maker.pack(reference(level), 7, [level === 0 ? id : reference(level - 1)], MANUFACTURER, EVENT, GAS);
    }
  }
  return chain;
}

describe("attacks that would burn gas", () => {
  it("a proof of 21 hashes, though it leads to the root: one of 20 counts", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    const id = packages[0]!;
    const longest = await commissionDeep(chain, 1, id, [], 20);
    const overlong = await commissionDeep(chain, 2, id, [], 21);
    expect((await provenance.verify(id, longest)).obstacle).to.equal(obstacle("None"));
    expect((await provenance.verify(id, overlong)).obstacle).to.equal(obstacle("NotInLot"));
    await expect(provenance.connect(manufacturer).take(id, overlong, MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(id, obstacle("NotInLot"));
  });

  it("a path of 6 containers, though the tree has it: one of 5 counts", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    const id = packages[0]!;
    const path = Array.from({ length: 6 }, (_, level) => container(500 + level));
    const longest = await commissionDeep(chain, 1, id, path.slice(0, 5), 20);
    const overlong = await commissionDeep(chain, 2, id, path, 20);
    expect((await provenance.verify(id, longest)).obstacle).to.equal(obstacle("None"));
    expect((await provenance.verify(id, overlong)).obstacle).to.equal(obstacle("NotInLot"));
    await expect(provenance.connect(manufacturer).take(id, overlong, MANUFACTURER, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotSaleable")
      .withArgs(id, obstacle("NotInLot"));
  });

  it("the longest proof and path into the deepest nesting", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer } = chain;
    const maker = provenance.connect(manufacturer);
    const path = Array.from({ length: 5 }, (_, level) => container(500 + level));
    const outermost = await commissionDeep(chain, 1, path[4]!, [], 20);
    const origins = [
      await commissionDeep(chain, 2, packages[0]!, path, 20),
      await commissionDeep(chain, 3, packages[1]!, path, 20),
    ];
    await maker.take(path[4]!, outermost, MANUFACTURER, EVENT);
    let inner = path[4]!;
    for (let level = 1; level <= 5; level++) {
      await maker.pack(container(600 + level), 7, [inner], MANUFACTURER, EVENT);
      inner = container(600 + level);
    }
    expect(await provenance.custodianOf(packages[0]!, origins[0]!)).to.equal(manufacturer.address);
    const taken = await maker.take(packages[0]!, origins[0]!, MANUFACTURER, EVENT);
    const disposed = await maker.dispose(packages[1]!, origins[1]!, disposition("Lost"), MANUFACTURER, EVENT);
    for (const transaction of [taken, disposed]) {
      expect((await transaction.wait())!.gasUsed).to.be.lessThan(500_000n);
    }
  });

  it("lists of 100 things, each as deep as can be: every function that takes a list", async () => {
    const chain = await loadFixture(deployNested);
    const { provenance, manufacturer, wholesaler } = chain;
    expect(await provenance.containerOf(container(1004))).to.equal(container(1005));
    const [maker, receiver] = [provenance.connect(manufacturer), provenance.connect(wholesaler)];
    const limit = { gasLimit: 16_700_000 };
    const used: Record<string, bigint> = {};
    const measure = async (name: string, sent: Promise<ContractTransactionResponse>) => {
      used[name] = (await (await sent).wait())!.gasUsed;
    };
    await measure("unpack", maker.unpack(packages, MANUFACTURER, EVENT, limit));
    expect(await provenance.ownerOf(packages[99]!)).to.equal(manufacturer.address);
    const sale = shipment(wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR");
    await measure("ship", maker.ship(packages, sale, limit));
    await measure("refuse", receiver.refuse(packages, WHOLESALE_DISTRIBUTOR, EVENT, limit));
    await measure("restock", maker.restock(packages, MANUFACTURER, EVENT, limit));
    await maker.ship(packages, sale, limit);
    await passDays(15);
    await measure("callBack", maker.callBack(packages, MANUFACTURER, EVENT, limit));
    await maker.restock(packages, MANUFACTURER, EVENT, limit);
    const outermost = packages.map((_, i) => container(1000 + i * 10 + 5));
    await maker.unpack(
      packages.map((_, i) => container(1000 + i * 10 + 4)),
      MANUFACTURER,
      EVENT,
      limit,
    );
    await measure(
      "pack",
      maker.pack(
        container(900),
        7,
        packages.map((_, i) => container(1000 + i * 10 + 4)),
        MANUFACTURER,
        EVENT,
        limit,
      ),
    );
    await maker.ship(outermost, sale, limit);
    await measure("receiveShipment", receiver.receiveShipment(outermost, WHOLESALE_DISTRIBUTOR, EVENT, limit));
    expect(await provenance.ownerOf(outermost[99]!)).to.equal(wholesaler.address);
    expect(await provenance.custodianOf(container(1000), NO_ORIGIN)).to.equal(manufacturer.address);
    expect(Object.keys(used)).to.have.length(7);
    for (const [name, gas] of Object.entries(used)) expect(gas, name).to.be.lessThan(MOST);
  }).timeout(180_000);
});
