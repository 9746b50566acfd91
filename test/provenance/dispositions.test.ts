/** The state machine of docs/provenance.md: every disposition with every action, the allowed and the forbidden ones. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress, type ContractTransactionResponse } from "ethers";

import { accredit, type Account } from "../support/careproof";
import { EVENT, LOT, NO_ORIGIN, PACKAGES, hand, ids, shipment, type SupplyChain } from "../support/provenanceParties";
import {
  DISPOSITIONS,
  OBSTACLES,
  disposition,
  obstacle,
  stateOf,
  type Disposition,
  type Obstacle,
} from "../support/provenanceStates";
import { condemn, deployWithPallet, giveBack, passDays, quarantine, sale, tote } from "../support/provenanceStock";
import { ROLES } from "../../src/participants/roles.js";

const { WHOLESALE_DISTRIBUTOR, DISPENSER, MANUFACTURER } = ROLES;
const A1 = ids.packages[0]!;

/** The package is in its lot; in the wholesaler's tote; or as its disposition says. */
type State = "in its lot" | "Packed" | Exclude<Disposition, "None">;

/**
 * One partner in all parts that a holder can have, so that every action could be its: a wholesaler that dispenses too. It holds
 * A1, from the maker.
 */
async function deployHolder(): Promise<SupplyChain> {
  const chain = await loadFixture(deployWithPallet);
  await accredit(chain, chain.wholesaler, "DISPENSER");
  return chain;
}

const take = ({ provenance, wholesaler, run }: SupplyChain) =>
  provenance.connect(wholesaler).take(A1, run.originOf(PACKAGES[0]!), WHOLESALE_DISTRIBUTOR, EVENT);
const dispense = ({ provenance, wholesaler }: SupplyChain, units: number, supplied: boolean) =>
  provenance.connect(wholesaler).dispense(A1, NO_ORIGIN, units, supplied, EVENT);
const dispose = ({ provenance, wholesaler, run }: SupplyChain, end: Disposition, untouched = false) =>
  provenance
    .connect(wholesaler)
    .dispose(A1, untouched ? run.originOf(PACKAGES[0]!) : NO_ORIGIN, disposition(end), WHOLESALE_DISTRIBUTOR, EVENT);

const STATES: Record<State, (chain: SupplyChain) => Promise<unknown>> = {
  "in its lot": () => Promise.resolve(),
  Packed: async (chain) => {
    await take(chain);
    await chain.provenance.connect(chain.wholesaler).pack(tote(9), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
  },
  Active: take,
  InTransit: async (chain) => {
    await take(chain);
    await chain.provenance.connect(chain.wholesaler).ship([A1], sale(chain.pharmacy));
  },
  ReturnInTransit: async (chain) => {
    await take(chain);
    await chain.provenance.connect(chain.wholesaler).ship([A1], giveBack(chain.manufacturer));
  },
  Returned: async (chain) => {
    await STATES.InTransit(chain);
    await chain.provenance.connect(chain.pharmacy).refuse([A1], DISPENSER, EVENT);
  },
  Suspect: async (chain) => {
    await take(chain);
    await quarantine(chain, A1);
  },
  Illegitimate: async (chain) => {
    await take(chain);
    await condemn(chain, A1);
  },
  PartiallyDispensed: async (chain) => {
    await take(chain);
    await dispense(chain, 10, true);
  },
  Dispensed: async (chain) => {
    await take(chain);
    await dispense(chain, 0, false);
  },
  Supplied: async (chain) => {
    await take(chain);
    await dispense(chain, 0, true);
  },
  Exported: async (chain) => {
    await take(chain);
    await dispose(chain, "Exported");
  },
  Destroyed: async (chain) => {
    await take(chain);
    await dispose(chain, "Destroyed");
  },
  Stolen: async (chain) => {
    await take(chain);
    await dispose(chain, "Stolen");
  },
  Lost: async (chain) => {
    await take(chain);
    await dispose(chain, "Lost");
  },
};

/** Who would receive or refuse: whom it was sent to. */
async function receiverOf(chain: SupplyChain): Promise<[Account, number]> {
  const isReturn = (await stateOf(chain, A1).catch(() => undefined))?.disposition === "ReturnInTransit";
  return isReturn ? [chain.manufacturer, MANUFACTURER] : [chain.pharmacy, DISPENSER];
}

type Action = (chain: SupplyChain, state: State) => Promise<ContractTransactionResponse>;
const ACTIONS: Record<string, Action> = {
  take: ({ provenance, wholesaler, run }, state) =>
    provenance
      .connect(wholesaler)
      .take(A1, state === "in its lot" ? run.originOf(PACKAGES[0]!) : NO_ORIGIN, WHOLESALE_DISTRIBUTOR, EVENT),
  unpack: ({ provenance, wholesaler }) => provenance.connect(wholesaler).unpack([A1], WHOLESALE_DISTRIBUTOR, EVENT),
  pack: ({ provenance, wholesaler }) =>
    provenance.connect(wholesaler).pack(tote(1), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT),
  ship: ({ provenance, wholesaler, otherPharmacy }) => provenance.connect(wholesaler).ship([A1], sale(otherPharmacy)),
  shipBack: ({ provenance, wholesaler, manufacturer }) =>
    provenance.connect(wholesaler).ship([A1], giveBack(manufacturer)),
  shipFromLot: ({ provenance, wholesaler, otherPharmacy, run }) =>
    provenance.connect(wholesaler).shipFromLot(A1, run.originOf(PACKAGES[0]!), sale(otherPharmacy)),
  receiveShipment: async (chain) => {
    const [receiver, role] = await receiverOf(chain);
    return chain.provenance.connect(receiver).receiveShipment([A1], role, EVENT);
  },
  refuse: async (chain) => {
    const [receiver, role] = await receiverOf(chain);
    return chain.provenance.connect(receiver).refuse([A1], role, EVENT);
  },
  callBack: async ({ provenance, wholesaler }) => {
    await passDays(15);
    return provenance.connect(wholesaler).callBack([A1], WHOLESALE_DISTRIBUTOR, EVENT);
  },
  restock: ({ provenance, wholesaler }) => provenance.connect(wholesaler).restock([A1], WHOLESALE_DISTRIBUTOR, EVENT),
  export: (chain, state) => dispose(chain, "Exported", state === "in its lot"),
  destroy: (chain, state) => dispose(chain, "Destroyed", state === "in its lot"),
  steal: (chain, state) => dispose(chain, "Stolen", state === "in its lot"),
  lose: (chain, state) => dispose(chain, "Lost", state === "in its lot"),
};

/** What is allowed, and what it leads to: docs/provenance.md, "Dispositions". Everything else is forbidden. */
const ALLOWED: Record<State, Partial<Record<keyof typeof ACTIONS, Disposition>>> = {
  "in its lot": {
    take: "Active",
    shipFromLot: "InTransit",
    export: "Exported",
    destroy: "Destroyed",
    steal: "Stolen",
    lose: "Lost",
  },
  Packed: {
    take: "Active",
    unpack: "Active",
    export: "Exported",
    destroy: "Destroyed",
    steal: "Stolen",
    lose: "Lost",
  },
  Active: {
    pack: "Active",
    ship: "InTransit",
    shipBack: "ReturnInTransit",
    export: "Exported",
    destroy: "Destroyed",
    steal: "Stolen",
    lose: "Lost",
  },
  InTransit: {
    receiveShipment: "Active",
    refuse: "Returned",
    callBack: "Returned",
    steal: "Stolen",
    lose: "Lost",
  },
  ReturnInTransit: {
    receiveShipment: "Returned",
    refuse: "Returned",
    callBack: "Returned",
    steal: "Stolen",
    lose: "Lost",
  },
  Returned: { restock: "Active", destroy: "Destroyed", steal: "Stolen", lose: "Lost" },
  Suspect: { steal: "Stolen", lose: "Lost" },
  Illegitimate: {},
  PartiallyDispensed: { destroy: "Destroyed", steal: "Stolen", lose: "Lost" },
  Dispensed: {},
  Supplied: {},
  Exported: {},
  Destroyed: {},
  Stolen: {},
  Lost: {},
};

const GONE: State[] = ["Dispensed", "Supplied", "Exported", "Destroyed", "Stolen", "Lost"];

/** The error that says why an action is forbidden in a state. */
function refusal(chain: SupplyChain, state: State, action: string): [string, unknown[]] {
  const why = (OBSTACLES as readonly string[]).includes(state) ? (state as Obstacle) : "None";
  const own = state === "in its lot" ? "None" : state === "Packed" ? "Active" : state;
  const notSaleable: [string, unknown[]] = ["NotSaleable", [A1, obstacle(why)]];
  const wrongDisposition: [string, unknown[]] = ["WrongDisposition", [A1, disposition(own)]];
  const isNoToken = state === "in its lot" || GONE.includes(state);
  const isPacked = state === "Packed";
  switch (action) {
    case "take":
    case "unpack":
      if (state === "in its lot") return ["NotCustodian", [A1, ZeroAddress, chain.wholesaler.address]];
      return why === "None" ? ["NotPacked", [A1]] : notSaleable;
    case "pack":
    case "ship":
    case "shipBack":
    case "callBack":
    case "restock":
      if (isNoToken) return ["NotMaterialised", [A1]];
      if (isPacked) return ["StillPacked", [A1, tote(9)]];
      return action.startsWith("ship") ? notSaleable : wrongDisposition;
    case "shipFromLot":
    case "receiveShipment":
    case "refuse":
      return wrongDisposition;
    default:
      return notSaleable;
  }
}

describe("dispositions of a package", () => {
  for (const state of Object.keys(STATES) as State[]) {
    describe(state, () => {
      async function deployInState(): Promise<SupplyChain> {
        const chain = await loadFixture(deployHolder);
        await STATES[state](chain);
        return chain;
      }

      it("is what is stored", async () => {
        const chain = await loadFixture(deployInState);
        const expected = { "in its lot": "None", Packed: "Active" }[state as string] ?? state;
        expect(DISPOSITIONS[Number((await chain.provenance.itemOf(A1)).disposition)]).to.equal(expected);
      });

      for (const [name, action] of Object.entries(ACTIONS)) {
        const after = ALLOWED[state][name];
        it(after === undefined ? `forbids ${name}` : `becomes ${after} by ${name}`, async () => {
          const chain = await loadFixture(deployInState);
          const { provenance } = chain;
          if (after !== undefined) {
            await action(chain, state);
            expect(await stateOf(chain, A1)).to.include({ disposition: after, lot: LOT.key });
            return;
          }
          const before = await provenance.itemOf(A1);
          const [error, args] = refusal(chain, state, name);
          await expect(action(chain, state))
            .to.be.revertedWithCustomError(provenance, error)
            .withArgs(...args);
          expect(await provenance.itemOf(A1)).to.deep.equal(before);
        });
      }
    });
  }
});

describe("what stops a container", () => {
  const stops: Partial<Record<Obstacle, (chain: SupplyChain) => Promise<unknown>>> = {
    InTransit: ({ provenance, otherWholesaler, pharmacy }) =>
      provenance.connect(otherWholesaler).ship([tote(9)], sale(pharmacy)),
    ReturnInTransit: ({ provenance, otherWholesaler, wholesaler }) =>
      provenance
        .connect(otherWholesaler)
        .ship([tote(9)], shipment(wholesaler, "WHOLESALE_DISTRIBUTOR", "WHOLESALE_DISTRIBUTOR")),
    Returned: async (chain) => {
      await stops.InTransit!(chain);
      await chain.provenance.connect(chain.pharmacy).refuse([tote(9)], DISPENSER, EVENT);
    },
    Suspect: (chain) => quarantine(chain, tote(9)),
    Illegitimate: (chain) => condemn(chain, tote(9)),
  };
  for (const [why, stop] of Object.entries(stops) as [Obstacle, NonNullable<typeof stops.Suspect>][]) {
    it(`stops what is in it: ${why}`, async () => {
      const chain = await loadFixture(deployHolder);
      const { provenance, wholesaler, otherWholesaler } = chain;
      await take(chain);
      await provenance.connect(wholesaler).pack(tote(9), 7, [A1], WHOLESALE_DISTRIBUTOR, EVENT);
      await hand(chain, [tote(9)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [otherWholesaler, "WHOLESALE_DISTRIBUTOR"]);
      await stop(chain);
      const holder = provenance.connect(otherWholesaler);
      for (const attempt of [
        () => holder.unpack([A1], WHOLESALE_DISTRIBUTOR, EVENT),
        () => holder.dispose(A1, NO_ORIGIN, disposition("Exported"), WHOLESALE_DISTRIBUTOR, EVENT),
      ]) {
        await expect(attempt()).to.be.revertedWithCustomError(provenance, "NotSaleable").withArgs(A1, obstacle(why));
      }
      expect(await stateOf(chain, A1)).to.include({ disposition: "Active", custodian: otherWholesaler.address });
    });
  }
});
