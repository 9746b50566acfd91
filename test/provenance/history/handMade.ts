/** Histories of events made by hand, without a chain. */
import { id as digest, ZeroAddress } from "ethers";

import {
  attributeEvents,
  lotKey,
  lotNumberBytes,
  OBSTACLES,
  packageHistory,
  type PackageHistory,
  type ProvenanceEvent,
  type ProvenanceEventName,
  type ProvenanceEvents,
  tokenIdOf,
} from "../../../src/provenance/index.js";

/** A package of an invented product, in a case on a pallet. Check digits by GS1's calculator. */
export const PACKAGE = { kind: "sgtin", gtin: "09521141123454", serial: 'A<1"' } as const;
export const CASE = { kind: "sscc", sscc: "395211410000000022" } as const;
export const PALLET = { kind: "sscc", sscc: "395211410000000015" } as const;
export const [packageId, caseId, palletId] = [PACKAGE, CASE, PALLET].map(tokenIdOf) as [bigint, bigint, bigint];
export const LOT_NUMBER = "ABC/1";
export const LOT = lotKey(PACKAGE.gtin, LOT_NUMBER);

export const [MAKER, WHOLESALER, PHARMACY, OTHER_PHARMACY, REGULATOR, OPERATOR] = [
  "0x1111111111111111111111111111111111111111",
  "0x2222222222222222222222222222222222222222",
  "0x3333333333333333333333333333333333333333",
  "0x4444444444444444444444444444444444444444",
  "0x5555555555555555555555555555555555555555",
  "0x6666666666666666666666666666666666666666",
] as const;

/** 2026-01-01T00:00:00Z: the time of block 0. Each block takes an hour. */
export const START = 1_767_225_600;
/** 2028-02-29 in days since 1970-01-01. */
export const EXPIRATION_DAY = 21_243n;
export const EVENT_HASH = `0x${"ab".repeat(32)}`;

/** Arguments that many events have, where the test gives none. */
const COMMON = {
  operator: OPERATOR,
  eventHash: EVENT_HASH,
  evidence: digest("evidence"),
  isReturn: false,
  transactionInformation: digest("transaction information"),
  proofs: digest("proofs"),
  lot: LOT,
};

let logs = 0;

/** An event in a block; those of one block are one transaction. */
export function event<Name extends ProvenanceEventName>(
  block: number,
  name: Name,
  args: Partial<ProvenanceEvents[Name]>,
): ProvenanceEvent {
  const log = {
    address: ZeroAddress,
    topics: [],
    data: "0x",
    transactionHash: digest(`transaction ${block}`),
    blockNumber: block,
    index: logs++,
  };
  const own = ARGUMENTS[name].map((key) => [key, COMMON[key]] as const);
  return { name, args: { ...Object.fromEntries(own), ...args }, log } as unknown as ProvenanceEvent;
}

/** Which of the common arguments an event has. */
const ARGUMENTS: Readonly<Record<ProvenanceEventName, readonly (keyof typeof COMMON)[]>> = {
  LotCommissioned: ["lot", "operator", "eventHash"],
  RunCommissioned: ["lot", "operator", "eventHash"],
  LotRecalled: ["lot", "operator", "eventHash"],
  Unpacked: ["lot", "operator", "eventHash"],
  Packed: ["operator", "eventHash"],
  Disposed: ["lot", "operator", "eventHash"],
  Shipped: ["isReturn", "operator", "transactionInformation", "proofs", "eventHash"],
  Received: ["isReturn", "operator", "eventHash"],
  ShipmentRefused: ["operator", "eventHash"],
  ShipmentCalledBack: ["operator", "eventHash"],
  Restocked: ["operator", "eventHash"],
  Dispensed: ["lot", "operator", "eventHash"],
  DuplicateDispense: ["operator", "eventHash"],
  Reactivated: ["operator", "eventHash"],
  Transfer: [],
  Quarantined: ["operator", "evidence"],
  Cleared: ["operator", "evidence"],
  Condemned: ["operator", "evidence"],
  NoticeGiven: ["operator"],
  IncidentClosed: ["operator", "evidence"],
  Asked: ["operator", "evidence"],
  Answered: ["operator", "evidence"],
  TelemetryBound: ["operator"],
};

/** The lot is commissioned in block 0. */
export const commissioned = (): ProvenanceEvent =>
  event(0, "LotCommissioned", {
    maker: MAKER,
    gtin: BigInt(PACKAGE.gtin),
    lotNumber: lotNumberBytes(LOT_NUMBER),
    expirationDate: EXPIRATION_DAY,
    units: 1n,
    root: digest("root"),
  });

/** A thing is sent straight out of its lot. */
export const sentFromLot = (
  block: number,
  id: bigint,
  container: bigint,
  from: string,
  to: string,
): ProvenanceEvent[] => [event(block, "Shipped", { id, from, to }), event(block, "Unpacked", { id, container })];

/** The way of the package: the pallet to the wholesaler in blocks 1 and 2, its case to the pharmacy in 3 and 30. */
export const toPharmacy = (): ProvenanceEvent[] => [
  commissioned(),
  ...sentFromLot(1, palletId, 0n, MAKER, WHOLESALER),
  event(2, "Received", { id: palletId, from: MAKER, to: WHOLESALER }),
  ...sentFromLot(3, caseId, palletId, WHOLESALER, PHARMACY),
  event(30, "Received", { id: caseId, from: WHOLESALER, to: PHARMACY }),
];

/** Dispensed whole, out of the case. */
export const dispensed = (block: number, change: Partial<ProvenanceEvents["Dispensed"]> = {}): ProvenanceEvent =>
  event(block, "Dispensed", {
    id: packageId,
    dispenser: PHARMACY,
    container: caseId,
    units: 1n,
    left: 0n,
    supplied: true,
    ...change,
  });

/** What the chain would say of it. */
export interface Says {
  obstacle?: (typeof OBSTACLES)[number];
  disposition?: bigint;
  custodian?: string;
  contestedBy?: string;
  subject?: bigint;
  path?: readonly bigint[];
}

/** The history that events make, with the proof of the package. */
export function historyOf(events: readonly ProvenanceEvent[], says: Says = {}): PackageHistory {
  const { obstacle = "None", disposition = 1n, custodian = PHARMACY, contestedBy = ZeroAddress } = says;
  const { subject = packageId, path = [caseId, palletId] } = says;
  const attributed = attributeEvents({ subject, events, path, lot: LOT, run: 0 });
  return packageHistory({
    chainId: 1n,
    contract: "0x9999999999999999999999999999999999999999",
    tokenId: subject,
    asOf: { block: 100, time: START + 100 * 3600 },
    attributed,
    events,
    times: new Map(events.map(({ log }) => [log.blockNumber, START + log.blockNumber * 3600])),
    verification: {
      obstacle: BigInt(OBSTACLES.indexOf(obstacle)),
      disposition,
      custodian,
      receivedFrom: ZeroAddress,
    },
    contestedBy,
    run: 0,
    proofGiven: true,
    proofHolds: true,
  });
}
