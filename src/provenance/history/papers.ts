/**
 * DSCSA papers: transaction information, transaction history and transaction statement (21 U.S.C. 360eee(25), (26), (27)), as far as the
 * chain and the master data given tell. Nothing is invented: what is not known is left out and listed.
 */

import { type HistoryStep, type PackageHistory } from "./packageHistory.js";
import { type MasterData, type PartyOnPaper, partyOnPaper } from "./parties.js";
import { dayOf } from "../../utils/time.js";
import { CareProofError } from "../../errors.js";
import { defined } from "../../utils/defined.js";

/** The seven statements of 21 U.S.C. 360eee(27): what the entity transferring ownership in a transaction states. */
export const TRANSACTION_STATEMENTS = {
  A: "is authorized as required under the Drug Supply Chain Security Act",
  B: "received the product from a person that is authorized as required under the Drug Supply Chain Security Act",
  C: "received transaction information and a transaction statement from the prior owner of the product, as required under section 360eee-1 of this title",
  D: "did not knowingly ship a suspect or illegitimate product",
  E: "had systems and processes in place to comply with verification requirements under section 360eee-1 of this title",
  F: "did not knowingly provide false transaction information",
  G: "did not knowingly alter the transaction history",
} as const;

/** One transaction: its information (21 U.S.C. 360eee(26)), and what the chain knows of it besides. */
export interface Transaction {
  /** (A) The proprietary or established name or names of the product. */
  readonly name?: string;
  /** (B) Its strength. */
  readonly strength?: string;
  /** (B) Its dosage form. */
  readonly dosageForm?: string;
  /** (C) Its National Drug Code number. */
  readonly ndc?: string;
  /** (D) The container size. */
  readonly containerSize?: string;
  /** (E) The number of containers: one package; of a logistic unit the chain does not tell. */
  readonly numberOfContainers?: number;
  /** (F) The lot number. */
  readonly lotNumber?: string;
  /** (G) The day of the transaction, on which the seller bound its papers and sent the product (UTC). */
  readonly transactionDate: string;
  /** (I) From whom ownership is transferred. */
  readonly seller: PartyOnPaper;
  /** (J) To whom. */
  readonly buyer: PartyOnPaper;
  /** Elements of (A) to (J) that are not known here. (H), the date of the shipment, is that of the transaction. */
  readonly unknown: readonly string[];

  /** Product identifier (21 U.S.C. 360eee(14)): GTIN, serial number, last day of use. */
  readonly gtin?: string;
  readonly serial?: string;
  readonly expirationDate?: string;
  /** What was sent, where that is a container with the product in it: its SSCC. */
  readonly sentIn?: string;
  /** Whether it went back along the chain. */
  readonly isReturn: boolean;
  /** The day it was received; absent while it is on its way. */
  readonly receivedDate?: string;
  /** What the seller bound on chain: the commitment to its transaction information (0x-hex of 32 bytes). */
  readonly commitment: string;
  /** Hash of the chain's transaction that sent it (0x-hex of 32 bytes). */
  readonly transaction: string;
}

/** The papers of a package or logistic unit. */
export interface DscsaPapers {
  /** Of the last transaction; absent where there was none. */
  readonly transactionInformation?: Transaction;
  /** Of every transaction going back to the manufacturer, the first one first. */
  readonly transactionHistory: readonly Transaction[];
  /** Each seller's statement. `DrugProvenance` lets nothing be sent without all seven. */
  readonly transactionStatements: readonly {
    readonly by: PartyOnPaper;
    readonly date: string;
    readonly statements: readonly (keyof typeof TRANSACTION_STATEMENTS)[];
    readonly transaction: string;
  }[];
}

/**
 * The DSCSA papers of a thing. Transactions that were refused, called back or ended in quarantine changed no owner and are left out.
 *
 * @throws CareProofError `PRODUCT_MISMATCH` where the master data are of another GTIN.
 */
export function dscsaPapers(history: PackageHistory, data: MasterData = {}): DscsaPapers {
  const product = productOf(history, data);
  const transactions = transactionsOf(history).map((transaction) =>
    transactionInformation(history, transaction, { ...data, product }),
  );
  const last = transactions.at(-1);
  return {
    ...(last === undefined ? {} : { transactionInformation: last }),
    transactionHistory: transactions,
    transactionStatements: transactions.map(({ seller, transactionDate, transaction }) => ({
      by: seller,
      date: transactionDate,
      statements: Object.keys(TRANSACTION_STATEMENTS) as (keyof typeof TRANSACTION_STATEMENTS)[],
      transaction,
    })),
  };
}

/** A shipment, and when it was received. */
export interface ShipmentOfThing {
  readonly step: HistoryStep & { readonly event: { readonly name: "Shipped" } };
  /** Unix seconds; undefined while it is on its way. */
  readonly receivedAt?: number;
}

/** The shipments that changed the owner of a thing, and one that is on its way. */
export function transactionsOf({ steps }: PackageHistory): ShipmentOfThing[] {
  const shipments: ShipmentOfThing[] = [];
  /** Places in the list of what is on its way, by token id of what was sent. */
  const pending = new Map<bigint, number>();
  for (const step of steps) {
    const { event } = step;
    if (event.name === "Shipped") {
      pending.set(event.args.id, shipments.push({ step: { ...step, event } }) - 1);
    } else if (event.name === "Received") {
      const place = pending.get(event.args.id);
      const shipment = place === undefined ? undefined : shipments[place];
      if (place === undefined || shipment === undefined) continue;
      shipments[place] = { ...shipment, receivedAt: step.time };
      pending.delete(event.args.id);
    } else if (ENDS_TRANSIT.has(event.name) && "id" in event.args) {
      const place = pending.get(event.args.id);
      if (place === undefined) continue;
      pending.delete(event.args.id);
      shipments.splice(place, 1);
      for (const [id, later] of pending) if (later > place) pending.set(id, later - 1);
    }
  }
  return shipments;
}

/** What ends a transit without a new owner. */
const ENDS_TRANSIT = new Set(["ShipmentRefused", "ShipmentCalledBack", "Quarantined", "Disposed"]);

/** The master data of the product, if they are of this thing's GTIN. */
export function productOf(
  { identifier, lot }: PackageHistory,
  { product = {} }: MasterData,
): NonNullable<MasterData["product"]> {
  const gtin = identifier.kind === "sgtin" ? identifier.gtin : lot?.gtin;
  if (product.gtin !== undefined && gtin !== undefined && product.gtin !== gtin) {
    const message = `the product's master data are of GTIN ${product.gtin}, not of ${gtin}`;
    throw new CareProofError("PRODUCT_MISMATCH", message);
  }
  return product;
}

function transactionInformation(
  { identifier, lot }: PackageHistory,
  { step, receivedAt }: ShipmentOfThing,
  data: MasterData & { readonly product: NonNullable<MasterData["product"]> },
): Transaction {
  const { args, log } = step.event;
  const { name, strength, dosageForm, ndc, containerSize } = data.product;
  const seller = partyOnPaper(args.from, data);
  const buyer = partyOnPaper(args.to, data);
  const known = {
    name,
    strength,
    dosageForm,
    ndc,
    containerSize,
    numberOfContainers: identifier.kind === "sgtin" ? 1 : undefined,
    lotNumber: lot?.lotNumber,
  };
  const unknown = [
    ...Object.entries(known).flatMap(([element, value]) => (value === undefined ? [element] : [])),
    ...unknownOf("seller", seller),
    ...unknownOf("buyer", buyer),
  ];
  return {
    ...defined(known),
    transactionDate: dayOf(step.time),
    seller,
    buyer,
    unknown,
    ...(identifier.kind === "sgtin" ? { gtin: identifier.gtin, serial: identifier.serial } : {}),
    ...(lot === undefined ? {} : { expirationDate: lot.expirationDate }),
    ...(step.concern === "container" && step.thing?.kind === "sscc" ? { sentIn: step.thing.sscc } : {}),
    isReturn: args.isReturn,
    ...(receivedAt === undefined ? {} : { receivedDate: dayOf(receivedAt) }),
    commitment: args.transactionInformation,
    transaction: log.transactionHash,
  };
}

function unknownOf(side: string, { name, address }: PartyOnPaper): string[] {
  return [...(name === undefined ? [`${side}.name`] : []), ...(address === undefined ? [`${side}.address`] : [])];
}
