/** Who may call the functions of Items and Shipments, in which role, and with how long a list. */
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { EVENT, NO_ORIGIN, ids, shipment, type SupplyChain } from "../support/provenanceParties";
import { OTHER_ROLES, disposition, standing, supervise } from "../support/provenanceStates";
import { deployWithPackages, passDays, tote } from "../support/provenanceStock";
import type { DrugProvenance } from "../../src/bindings/index.js";
import { ROLES, type Standing } from "../../src/participants/roles.js";
import type { Account } from "../support/careproof";

type Call = (
  contract: DrugProvenance,
  list: bigint[],
  role: number,
  chain: SupplyChain,
) => Promise<ContractTransactionResponse>;

const papers = (chain: SupplyChain, senderRole: number) =>
  shipment(chain.pharmacy, "WHOLESALE_DISTRIBUTOR", "DISPENSER", { senderRole });

/** Ended by whoever had a part in the transit, whatever its standing. */
const TRANSIT_ENDS: Record<string, Call> = {
  refuse: (contract, list, role) => contract.refuse(list, role, EVENT),
  callBack: (contract, list, role) => contract.callBack(list, role, EVENT),
};
const LISTS: Record<string, Call> = {
  unpack: (contract, list, role) => contract.unpack(list, role, EVENT),
  pack: (contract, list, role) => contract.pack(tote(1), 7, list, role, EVENT),
  ship: (contract, list, role, chain) => contract.ship(list, papers(chain, role)),
  receiveShipment: (contract, list, role) => contract.receiveShipment(list, role, EVENT),
  restock: (contract, list, role) => contract.restock(list, role, EVENT),
};
const SINGLES: Record<string, Call> = {
  take: (contract, [id], role) => contract.take(id!, NO_ORIGIN, role, EVENT),
  dispose: (contract, [id], role) => contract.dispose(id!, NO_ORIGIN, disposition("Lost"), role, EVENT),
  shipFromLot: (contract, [id], role, chain) => contract.shipFromLot(id!, NO_ORIGIN, papers(chain, role)),
};

const { WHOLESALE_DISTRIBUTOR, MANUFACTURER } = ROLES;
const OWNED = ids.packages.slice(0, 1);

/** How a caller comes to each standing, and in which role it then calls. */
const BAD_STANDINGS: {
  name: Standing;
  caller: (chain: SupplyChain) => Account;
  role: number;
  arrange?: (chain: SupplyChain) => Promise<void>;
}[] = [
  { name: "Unaccredited", caller: (chain) => chain.wholesaler, role: MANUFACTURER },
  {
    name: "Suspended",
    caller: (chain) => chain.wholesaler,
    role: WHOLESALE_DISTRIBUTOR,
    arrange: (chain) => supervise(chain, "suspend", chain.wholesaler, "WHOLESALE_DISTRIBUTOR"),
  },
  {
    name: "Withdrawn",
    caller: (chain) => chain.wholesalerKey,
    role: WHOLESALE_DISTRIBUTOR,
    arrange: (chain) => supervise(chain, "withdraw", chain.wholesaler, "WHOLESALE_DISTRIBUTOR"),
  },
  {
    name: "Expired",
    caller: (chain) => chain.wholesaler,
    role: WHOLESALE_DISTRIBUTOR,
    arrange: () => passDays(366),
  },
];
const BAD_KEYS: typeof BAD_STANDINGS = [
  {
    name: "OperatorExpired",
    caller: (chain) => chain.wholesalerKey,
    role: WHOLESALE_DISTRIBUTOR,
    arrange: () => passDays(366),
  },
  { name: "OperatorRoleMissing", caller: (chain) => chain.wholesalerKey, role: MANUFACTURER },
];

describe("who may call Items and Shipments", () => {
  for (const [name, call] of Object.entries({ ...SINGLES, ...LISTS, ...TRANSIT_ENDS })) {
    it(`${name} is for roles in which medicines are owned`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance } = chain;
      for (const role of OTHER_ROLES) {
        for (const caller of [chain.wholesaler, chain.wholesalerKey]) {
          await expect(call(provenance.connect(caller), OWNED, role, chain))
            .to.be.revertedWithCustomError(provenance, "RoleNotFit")
            .withArgs(role);
        }
      }
    });

    const standings = name in TRANSIT_ENDS ? BAD_KEYS : [...BAD_STANDINGS, ...BAD_KEYS];
    for (const { name: reason, caller, role, arrange } of standings) {
      it(`${name} is refused to a caller that is ${reason}`, async () => {
        const chain = await loadFixture(deployWithPackages);
        const { provenance, participants } = chain;
        await arrange?.(chain);
        const account = caller(chain);
        await expect(call(provenance.connect(account), OWNED, role, chain))
          .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
          .withArgs(account.address, role, standing(reason));
      });
    }
  }

  for (const [name, call] of Object.entries({ ...LISTS, ...TRANSIT_ENDS })) {
    it(`${name} takes 1 to 100 things`, async () => {
      const chain = await loadFixture(deployWithPackages);
      const { provenance, wholesalerKey } = chain;
      for (const length of [0, 101]) {
        const list = Array<bigint>(length).fill(OWNED[0]!);
        await expect(call(provenance.connect(wholesalerKey), list, WHOLESALE_DISTRIBUTOR, chain))
          .to.be.revertedWithCustomError(provenance, "ListLengthInvalid")
          .withArgs(length);
      }
    });
  }
});
