/** ERC-721, ERC-165 and EIP-4906: what holds of every token, and the deviations that docs/provenance.md lists. */
import { loadFixture, setCode } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, getAddress } from "ethers";

import { ROLES } from "../../src/participants/roles.js";
import { accredit, enlist, type Account } from "../support/careproof";
import { behavesAsNoToken, behavesAsOwnedToken, type Erc721Subject } from "../support/erc721";
import {
  BRING_INTO,
  DISPOSITION,
  OBSTACLE,
  OTHER_CASE,
  PACKAGE,
  SECOND,
  TOTE,
  deployPharmacies,
  dispense,
  packTote,
  sendCase,
  standing,
  takeOut,
  type Pharmacies,
} from "../support/pharmacies";
import { CASES, EVENT, EVIDENCE, LOOSE, NO_ORIGIN, hand, ids, shipment, sscc } from "../support/provenanceParties";
import { impersonated } from "../support/signedDecisions";

const RESOLVER = "https://id.gs1.org";
const PACKAGE_URI = `${RESOLVER}/01/00614141123452/21/A1`;
const CASE = ids.cases[0]!;

const othersOf = ({ others }: Pharmacies) => others.slice(0, 3) as unknown as Erc721Subject["others"];

/** {@link PACKAGE} as a token of the pharmacy, after `prepare`. The fixtures here build on one deployment. */
const packageAfter = async (prepare: (chain: Pharmacies) => Promise<unknown>): Promise<Erc721Subject> => {
  const chain = await loadFixture(deployPharmacies);
  await prepare(chain);
  const { provenance: token, pharmacy: owner } = chain;
  return { token, id: PACKAGE, owner, balance: 2n, uri: PACKAGE_URI, others: othersOf(chain) };
};
const reactivate = async (chain: Pharmacies) => {
  await BRING_INTO.Dispensed(chain);
  await chain.provenance.connect(chain.pharmacy).reactivate(PACKAGE, EVENT);
};
const deployTaken = () => packageAfter(takeOut);
const deployReturning = () => packageAfter(BRING_INTO.ReturnInTransit);
const deployRefused = () => packageAfter(BRING_INTO.Returned);
const deploySuspect = () => packageAfter(BRING_INTO.Suspect);
const deployIllegitimate = () => packageAfter(BRING_INTO.Illegitimate);
const deployOpened = () => packageAfter(BRING_INTO.PartiallyDispensed);
const deployReactivated = () => packageAfter(reactivate);

const caseUri = (index: number) => `${RESOLVER}/00/${CASES[index]!.sscc}`;
async function deployReceived(): Promise<Erc721Subject> {
  const chain = await loadFixture(deployPharmacies);
  const { provenance: token, pharmacy: owner } = chain;
  return { token, id: CASE, owner, balance: 1n, uri: caseUri(0), others: othersOf(chain) };
}
async function deployInTransit(): Promise<Erc721Subject> {
  const chain = await loadFixture(deployPharmacies);
  await sendCase(chain);
  const { provenance: token, wholesaler: owner } = chain;
  return { token, id: OTHER_CASE, owner, balance: 2n, uri: caseUri(1), others: othersOf(chain) };
}
async function deployTote(): Promise<Erc721Subject> {
  const chain = await loadFixture(deployPharmacies);
  await packTote(chain);
  const { provenance: token, pharmacy: owner } = chain;
  const uri = `${RESOLVER}/00/${sscc(7, "9521321").sscc}`;
  return { token, id: TOTE, owner, balance: 2n, uri, others: othersOf(chain) };
}

const OWNED = {
  "a package taken out of its case": deployTaken,
  "a package on its way back": deployReturning,
  "a package whose return was refused": deployRefused,
  "a suspect package": deploySuspect,
  "an illegitimate package": deployIllegitimate,
  "an opened package": deployOpened,
  "a reactivated package": deployReactivated,
  "a case that was received": deployReceived,
  "a case in transit, which is its sender's": deployInTransit,
  "a tote": deployTote,
};

/** {@link PACKAGE} as no token, after `prepare`. */
const nothingAfter = async (prepare?: (chain: Pharmacies) => Promise<unknown>) => {
  const chain = await loadFixture(deployPharmacies);
  await prepare?.(chain);
  return { token: chain.provenance, id: PACKAGE, owner: chain.pharmacy, others: othersOf(chain) };
};
const deployUntouched = () => nothingAfter();
const deployDispensed = () => nothingAfter(BRING_INTO.Dispensed);
const deploySupplied = () =>
  nothingAfter(async (chain) => {
    await takeOut(chain);
    await dispense(chain, chain.pharmacy, { origin: NO_ORIGIN });
  });
const deployLost = () => nothingAfter(BRING_INTO.Lost);

const ABSENT = {
  "a package that nothing concerned alone so far": deployUntouched,
  "a dispensed package": deployDispensed,
  "a package that was a token and is dispensed": deploySupplied,
  "a lost package": deployLost,
};

describe("DrugProvenance as ERC-721", () => {
  for (const [name, fixture] of Object.entries(OWNED))
    describe(name, () => {
      behavesAsOwnedToken(fixture);
    });
  for (const [name, fixture] of Object.entries(ABSENT))
    describe(name, () => {
      behavesAsNoToken(fixture);
    });

  it("says which interfaces it has (ERC-165): itself, ERC-721, its metadata, EIP-4906", async () => {
    const { provenance } = await loadFixture(deployPharmacies);
    for (const [interfaceId, has] of [
      ["0x01ffc9a7", true],
      ["0x80ac58cd", true],
      ["0x5b5e139f", true],
      ["0x49064906", true],
      // Enumerable, ERC-1155, and what no contract has.
      ["0x780e9d63", false],
      ["0xd9b67a26", false],
      ["0xffffffff", false],
    ] as const) {
      expect(await provenance.supportsInterface(interfaceId), interfaceId).to.equal(has);
    }
  });

  it("has a name and a symbol", async () => {
    const { provenance } = await loadFixture(deployPharmacies);
    expect(await provenance.name()).to.equal("CareProof Drug Provenance");
    expect(await provenance.symbol()).to.equal("RX");
  });

  it("has no balance of the zero address", async () => {
    const { provenance } = await loadFixture(deployPharmacies);
    await expect(provenance.balanceOf(ZeroAddress))
      .to.be.revertedWithCustomError(provenance, "ERC721InvalidOwner")
      .withArgs(ZeroAddress);
  });
});

describe("DrugProvenance as ERC-721: how tokens come, move and end", () => {
  it("comes from the zero address where it is taken, and goes there where it is dispensed", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, origins } = chain;
    await expect(provenance.connect(pharmacy).take(PACKAGE, origins.package, ROLES.DISPENSER, EVENT))
      .to.emit(provenance, "Transfer")
      .withArgs(ZeroAddress, pharmacy.address, PACKAGE);
    expect(await provenance.balanceOf(pharmacy)).to.equal(2n);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN, supplied: false }))
      .to.emit(provenance, "Transfer")
      .withArgs(pharmacy.address, ZeroAddress, PACKAGE);
    expect(await provenance.balanceOf(pharmacy)).to.equal(1n);
    await expect(provenance.connect(pharmacy).reactivate(PACKAGE, EVENT))
      .to.emit(provenance, "Transfer")
      .withArgs(ZeroAddress, pharmacy.address, PACKAGE);
    expect(await provenance.balanceOf(pharmacy)).to.equal(2n);
  });

  it("moves from its sender where it is received, which ends every approval for it", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, wholesaler, otherPharmacy, stranger } = chain;
    await sendCase(chain);
    await provenance.connect(wholesaler).approve(stranger, OTHER_CASE);
    await expect(provenance.connect(otherPharmacy).receiveShipment([OTHER_CASE], ROLES.DISPENSER, EVENT))
      .to.emit(provenance, "Transfer")
      .withArgs(wholesaler.address, otherPharmacy.address, OTHER_CASE);
    expect(await provenance.ownerOf(OTHER_CASE)).to.equal(otherPharmacy.address);
    expect(await provenance.getApproved(OTHER_CASE)).to.equal(ZeroAddress);
    expect(await provenance.balanceOf(wholesaler)).to.equal(1n);
    expect(await provenance.balanceOf(otherPharmacy)).to.equal(1n);
  });

  it("has no approved account any more once it is packed, burnt or minted again", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, stranger } = chain;
    await takeOut(chain);
    await provenance.connect(pharmacy).approve(stranger, PACKAGE);
    await dispense(chain, pharmacy, { origin: NO_ORIGIN, supplied: false });
    await provenance.connect(pharmacy).reactivate(PACKAGE, EVENT);
    expect(await provenance.getApproved(PACKAGE)).to.equal(ZeroAddress);
    await provenance.connect(pharmacy).approve(stranger, PACKAGE);
    await provenance.connect(pharmacy).pack(TOTE, 7, [PACKAGE], ROLES.DISPENSER, EVENT);
    expect(await provenance.getApproved(PACKAGE)).to.equal(ZeroAddress);
  });

  it("keeps its approval in transit", async () => {
    const { provenance, pharmacy, wholesaler, stranger } = await loadFixture(deployPharmacies);
    await provenance.connect(pharmacy).approve(stranger, CASE);
    await provenance.connect(pharmacy).ship([CASE], shipment(wholesaler, "DISPENSER", "WHOLESALE_DISTRIBUTOR"));
    expect(await provenance.ownerOf(CASE)).to.equal(pharmacy.address);
    expect(await provenance.getApproved(CASE)).to.equal(stranger.address);
  });

  it("is the contract's own while it is packed: who holds the container neither owns nor approves it", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, stranger } = chain;
    await packTote(chain);
    const contract = await provenance.getAddress();
    expect(await provenance.ownerOf(PACKAGE)).to.equal(contract);
    expect(await provenance.balanceOf(contract)).to.equal(2n);
    expect(await provenance.custodianOf(PACKAGE, NO_ORIGIN)).to.equal(pharmacy.address);
    await expect(provenance.connect(pharmacy).approve(stranger, PACKAGE))
      .to.be.revertedWithCustomError(provenance, "ERC721InvalidApprover")
      .withArgs(pharmacy.address);
    await expect(provenance.connect(pharmacy).unpack([PACKAGE], ROLES.DISPENSER, EVENT))
      .to.emit(provenance, "Transfer")
      .withArgs(contract, pharmacy.address, PACKAGE);
    expect(await provenance.balanceOf(contract)).to.equal(1n);
  });

  it("has new metadata (EIP-4906) where it is doubted and where that ends, not where it moves or ends", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, investigations, pharmacy, manufacturer } = chain;
    await takeOut(chain);
    await expect(investigations.connect(pharmacy).quarantine(PACKAGE, NO_ORIGIN, ROLES.DISPENSER, EVIDENCE))
      .to.emit(provenance, "MetadataUpdate")
      .withArgs(PACKAGE);
    await expect(investigations.connect(manufacturer).clear(PACKAGE, ROLES.MANUFACTURER, EVIDENCE))
      .to.emit(provenance, "MetadataUpdate")
      .withArgs(PACKAGE);
    await expect(dispense(chain, pharmacy, { origin: NO_ORIGIN })).not.to.emit(provenance, "MetadataUpdate");
  });
});

describe("DrugProvenance deviates from ERC-721: approved accounts", () => {
  /** The carrier is approved for the wholesaler's pallet, and has a key. */
  async function deployApproved(): Promise<Pharmacies & { carrierKey: Account }> {
    const chain = await loadFixture(deployPharmacies);
    const carrierKey = chain.others[5]!;
    await enlist(chain, chain.carrier, carrierKey, "THIRD_PARTY_LOGISTICS_PROVIDER");
    await chain.provenance.connect(chain.wholesaler).approve(chain.carrier, ids.pallet);
    return { ...chain, carrierKey };
  }
  const downstream = ({ otherPharmacy }: Pharmacies) => shipment(otherPharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER");

  for (const by of ["carrier", "carrierKey"] as const) {
    it(`ship for the owner, as accredited third-party logistics providers: ${by}`, async () => {
      const chain = await loadFixture(deployApproved);
      const { provenance, wholesaler, otherPharmacy } = chain;
      const { transactionInformation, proofs, eventHash, ...papers } = downstream(chain);
      await expect(
        provenance.connect(chain[by]).ship([ids.pallet], { ...papers, transactionInformation, proofs, eventHash }),
      )
        .to.emit(provenance, "Shipped")
        .withArgs(
          ids.pallet,
          wholesaler.address,
          otherPharmacy.address,
          false,
          chain[by].address,
          transactionInformation,
          proofs,
          eventHash,
        );
      expect(await provenance.ownerOf(ids.pallet)).to.equal(wholesaler.address);
    });
  }

  it("ship for the owner, as operators for all its tokens as well", async () => {
    const chain = await loadFixture(deployApproved);
    const { provenance, wholesaler, carrier } = chain;
    await provenance.connect(wholesaler).approve(ZeroAddress, ids.pallet);
    await provenance.connect(wholesaler).setApprovalForAll(carrier, true);
    await expect(provenance.connect(carrier).ship([ids.pallet], downstream(chain))).to.emit(provenance, "Shipped");
  });

  it("ship nothing that they are not approved for", async () => {
    const chain = await loadFixture(deployApproved);
    const { provenance, carrier, wholesaler, pharmacy, origins } = chain;
    await provenance.connect(wholesaler).take(OTHER_CASE, origins.case, ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await expect(provenance.connect(carrier).ship([ids.pallet, OTHER_CASE], downstream(chain)))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(OTHER_CASE, wholesaler.address, carrier.address);
    await expect(provenance.connect(carrier).ship([CASE], downstream(chain)))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(CASE, pharmacy.address, carrier.address);
  });

  it("ship nothing without that accreditation, whatever else they are", async () => {
    const chain = await loadFixture(deployApproved);
    const { provenance, participants, wholesaler, stranger, otherPharmacy } = chain;
    for (const approved of [stranger, otherPharmacy]) {
      await provenance.connect(wholesaler).approve(approved, ids.pallet);
      await expect(
        provenance.connect(approved).ship([ids.pallet], shipment(chain.pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER")),
      )
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(approved.address, ROLES.THIRD_PARTY_LOGISTICS_PROVIDER, standing("Unaccredited"));
    }
  });

  it("do nothing else", async () => {
    const chain = await loadFixture(deployApproved);
    const { provenance, investigations, participants, carrier, origins } = chain;
    const { WHOLESALE_DISTRIBUTOR, DISPENSER, THIRD_PARTY_LOGISTICS_PROVIDER } = ROLES;
    const asCarrier = provenance.connect(carrier);
    const asInvestigator = investigations.connect(carrier);
    const calls: [number, (role: number) => Promise<unknown>][] = [
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.take(OTHER_CASE, origins.case, role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.unpack([OTHER_CASE], role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.pack(ids.pallet, 7, [CASE], role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.receiveShipment([ids.pallet], role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.restock([ids.pallet], role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asCarrier.dispose(ids.pallet, NO_ORIGIN, DISPOSITION.Lost, role, EVENT)],
      [WHOLESALE_DISTRIBUTOR, (role) => asInvestigator.quarantine(ids.pallet, NO_ORIGIN, role, EVIDENCE)],
      [WHOLESALE_DISTRIBUTOR, (role) => asInvestigator.condemn(ids.pallet, role, EVIDENCE)],
      [WHOLESALE_DISTRIBUTOR, (role) => asInvestigator.bindTelemetry(ids.pallet, carrier, EVIDENCE, role)],
    ];
    for (const [role, call] of calls) {
      await expect(call(role))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(carrier.address, role, standing("Unaccredited"));
      await expect(call(THIRD_PARTY_LOGISTICS_PROVIDER))
        .to.be.revertedWithCustomError(provenance, "RoleNotFit")
        .withArgs(THIRD_PARTY_LOGISTICS_PROVIDER);
    }
    await expect(asCarrier.shipFromLot(OTHER_CASE, origins.case, downstream(chain)))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(carrier.address, WHOLESALE_DISTRIBUTOR, standing("Unaccredited"));
    await expect(asCarrier.dispense(ids.packages[3]!, origins.elsewhere, 0, true, EVENT))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(carrier.address, DISPENSER, standing("Unaccredited"));
  });

  it("neither call back nor refuse what they shipped", async () => {
    const chain = await loadFixture(deployApproved);
    const { provenance, carrier, wholesaler, otherPharmacy } = chain;
    await provenance.connect(carrier).ship([ids.pallet], downstream(chain));
    await expect(provenance.connect(carrier).callBack([ids.pallet], ROLES.WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotCustodian")
      .withArgs(ids.pallet, wholesaler.address, carrier.address);
    await expect(provenance.connect(carrier).refuse([ids.pallet], ROLES.WHOLESALE_DISTRIBUTOR, EVENT))
      .to.be.revertedWithCustomError(provenance, "NotReceiver")
      .withArgs(ids.pallet, otherPharmacy.address, carrier.address);
  });
});

describe("DrugProvenance deviates from ERC-721: onERC721Received", () => {
  it("is never called: a partner whose code reverts every call receives and is sent back", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, pharmacy, run } = chain;
    const address = getAddress("0x00000000000000000000000000000000000c0de1");
    // INVALID, whatever is called.
    await setCode(address, "0xfe");
    const contract = Object.assign(await impersonated(address), { address }) as Account;
    await expect(chain.deployer.call({ to: address, data: "0x150b7a02" })).to.be.rejected;
    await accredit(chain, contract, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR");

    const loose = ids.loose;
    await provenance
      .connect(chain.manufacturer)
      .shipFromLot(loose, run.originOf(LOOSE), shipment(contract, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR"));
    await expect(provenance.connect(contract).receiveShipment([loose], ROLES.WHOLESALE_DISTRIBUTOR, EVENT))
      .to.emit(provenance, "Transfer")
      .withArgs(chain.manufacturer.address, address, loose);
    await hand(chain, [loose], [contract, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    await hand(chain, [loose], [pharmacy, "DISPENSER"], [contract, "WHOLESALE_DISTRIBUTOR"]);
    expect(await provenance.ownerOf(loose)).to.equal(address);
  });

  it("is not called where such a partner takes a thing, or reactivates one", async () => {
    const chain = await loadFixture(deployPharmacies);
    const { provenance, wholesaler, pharmacy, origins } = chain;
    for (const { address } of [wholesaler, pharmacy]) await setCode(address, "0xfe");
    const asWholesaler = provenance.connect(await impersonated(wholesaler.address));
    await asWholesaler.take(OTHER_CASE, origins.case, ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    expect(await provenance.ownerOf(OTHER_CASE)).to.equal(wholesaler.address);
    const asPharmacy = provenance.connect(await impersonated(pharmacy.address));
    await asPharmacy.dispense(PACKAGE, origins.package, 0, false, EVENT);
    await asPharmacy.reactivate(PACKAGE, EVENT);
    await asPharmacy.dispense(SECOND, origins.second, 1, true, EVENT);
    expect(await provenance.balanceOf(pharmacy)).to.equal(3n);
    expect((await provenance.verify(SECOND, NO_ORIGIN)).obstacle).to.equal(OBSTACLE.PartiallyDispensed);
  });
});
