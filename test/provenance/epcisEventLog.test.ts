import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id, ZeroHash } from "ethers";

import { ROLES, type RoleName } from "../../src/participants/roles.js";
import { accredit, enlist, type Account } from "../support/careproof";
import { deploySupplyChain, EVENT, type SupplyChain } from "../support/provenanceParties";
import { standing } from "../support/provenanceStates";

const OTHER_EVENT = id("another EPCIS event");
/** The most that a transaction of 100 events may cost. */
const GAS_OF_A_LONG_LIST = 12_000_000n;

interface Deployed extends SupplyChain {
  /** The roles that may record, with an organisation and a key of each. */
  recorders: readonly (readonly [RoleName, Account, Account])[];
}

async function deployWithKeys(): Promise<Deployed> {
  const chain = await loadFixture(deploySupplyChain);
  const [carrierKey, regulatorKey] = [chain.others[0]!, chain.others[1]!];
  await enlist(chain, chain.carrier, carrierKey, "THIRD_PARTY_LOGISTICS_PROVIDER");
  await enlist(chain, chain.regulator, regulatorKey, "DRUG_REGULATOR");
  return {
    ...chain,
    recorders: [
      ["MANUFACTURER", chain.manufacturer, chain.manufacturerKey],
      ["WHOLESALE_DISTRIBUTOR", chain.wholesaler, chain.wholesalerKey],
      ["DISPENSER", chain.pharmacy, chain.pharmacyKey],
      ["THIRD_PARTY_LOGISTICS_PROVIDER", chain.carrier, carrierKey],
      ["DRUG_REGULATOR", chain.regulator, regulatorKey],
    ],
  };
}

describe("EPCIS event log", () => {
  it("records events for an organisation, sent by itself or by its key, in each role", async () => {
    const { eventLog, recorders } = await loadFixture(deployWithKeys);
    for (const [role, organisation, key] of recorders) {
      for (const sender of [organisation, key]) {
        await expect(eventLog.connect(sender).record([EVENT, OTHER_EVENT], ROLES[role]))
          .to.emit(eventLog, "EventRecorded")
          .withArgs(EVENT, organisation.address, sender.address)
          .and.to.emit(eventLog, "EventRecorded")
          .withArgs(OTHER_EVENT, organisation.address, sender.address);
      }
    }
  });

  it("is found by hash and by organisation, in the order of the list", async () => {
    const { eventLog, manufacturer, manufacturerKey, wholesaler } = await loadFixture(deployWithKeys);
    await eventLog.connect(manufacturerKey).record([OTHER_EVENT, EVENT], ROLES.MANUFACTURER);
    await eventLog.connect(wholesaler).record([EVENT], ROLES.WHOLESALE_DISTRIBUTOR);
    const ofMaker = await eventLog.queryFilter(eventLog.filters.EventRecorded(undefined, manufacturer.address));
    expect(ofMaker.map(({ args }) => args.eventHash)).to.deep.equal([OTHER_EVENT, EVENT]);
    const ofEvent = await eventLog.queryFilter(eventLog.filters.EventRecorded(EVENT));
    expect(ofEvent.map(({ args }) => args.by)).to.deep.equal([manufacturer.address, wholesaler.address]);
  });

  it("records again what was recorded before, also twice in one list", async () => {
    const { eventLog, manufacturer } = await loadFixture(deployWithKeys);
    await eventLog.connect(manufacturer).record([EVENT], ROLES.MANUFACTURER);
    await eventLog.connect(manufacturer).record([EVENT, EVENT], ROLES.MANUFACTURER);
    expect(await eventLog.queryFilter(eventLog.filters.EventRecorded(EVENT))).to.have.length(3);
  });

  it("is for partners, carriers and regulators only, also where somebody is accredited for something else", async () => {
    const chain = await loadFixture(deployWithKeys);
    const { eventLog, stranger } = chain;
    const others = (Object.keys(ROLES) as RoleName[]).filter(
      (role) => !chain.recorders.some(([name]) => name === role),
    );
    expect(others).to.include.members(["PROVIDER", "PRIVACY_OFFICER", "GUARDIANSHIP_AUTHORITY"]);
    await accredit(chain, stranger, ...others);
    for (const role of [...others.map((name) => ROLES[name]), 15, 55, 56, 65_535]) {
      await expect(eventLog.connect(stranger).record([EVENT], role))
        .to.be.revertedWithCustomError(eventLog, "RoleNotFit")
        .withArgs(role);
    }
  });

  it("is not for who is not accredited for the role, nor for a key without it", async () => {
    const { eventLog, participants, wholesaler, stranger, manufacturerKey, recorders } =
      await loadFixture(deployWithKeys);
    for (const [role] of recorders) {
      await expect(eventLog.connect(stranger).record([EVENT], ROLES[role]))
        .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
        .withArgs(stranger.address, ROLES[role], standing("Unaccredited"));
    }
    await expect(eventLog.connect(wholesaler).record([EVENT], ROLES.MANUFACTURER))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(wholesaler.address, ROLES.MANUFACTURER, standing("Unaccredited"));
    await expect(eventLog.connect(manufacturerKey).record([EVENT], ROLES.DISPENSER))
      .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
      .withArgs(manufacturerKey.address, ROLES.DISPENSER, standing("OperatorRoleMissing"));
  });

  it("takes 1 to 100 events, within 12 million gas", async () => {
    const { eventLog, manufacturer, manufacturerKey } = await loadFixture(deployWithKeys);
    const events = Array.from({ length: 101 }, (_, index) => id(`event ${index}`));
    for (const list of [[], events]) {
      await expect(eventLog.connect(manufacturerKey).record(list, ROLES.MANUFACTURER))
        .to.be.revertedWithCustomError(eventLog, "ListLengthInvalid")
        .withArgs(list.length);
    }
    const sent = await eventLog.connect(manufacturerKey).record(events.slice(1), ROLES.MANUFACTURER);
    expect((await sent.wait())!.gasUsed).to.be.below(GAS_OF_A_LONG_LIST);
    const logs = await eventLog.queryFilter(eventLog.filters.EventRecorded(undefined, manufacturer.address));
    expect(logs.map(({ args }) => args.eventHash)).to.deep.equal(events.slice(1));
  });

  it("takes no empty hash, and then none of the list", async () => {
    const { eventLog, manufacturer } = await loadFixture(deployWithKeys);
    await expect(eventLog.connect(manufacturer).record([EVENT, OTHER_EVENT, ZeroHash], ROLES.MANUFACTURER))
      .to.be.revertedWithCustomError(eventLog, "EmptyEventHash")
      .withArgs(2);
    expect(await eventLog.queryFilter(eventLog.filters.EventRecorded())).to.deep.equal([]);
  });
});
