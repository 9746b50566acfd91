/** Gas of drug provenance: every row a transaction of its own, sent by an operator key, on the state that it declares. */
import { time } from "@nomicfoundation/hardhat-network-helpers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { id } from "ethers";

import {
  buildMillionLot,
  caseAt,
  LOT,
  originIn,
  packageAt,
  PACKAGES,
  PACKAGES_A_CASE,
  PACKAGES_A_PALLET,
  palletAt,
  type Thing,
} from "./millionLot";
import { gasOf, requireState, type Measurement } from "./operation";
import { ROLES, type RoleName } from "../../src/participants/roles.js";
import { lotKey, lotNumberBytes } from "../../src/provenance/lot.js";
import type { LotProof } from "../../src/provenance/proofFile.js";
import { tokenIdOf, type Sscc } from "../../src/provenance/tokenId.js";
import { checkDigit } from "../../src/provenance/checkDigit.js";
import { accredit, enlist, type CareProof } from "../../test/support/careproof";

const { MANUFACTURER, WHOLESALE_DISTRIBUTOR, DISPENSER } = ROLES;
const EVENT = id("an EPCIS event");
const EVIDENCE = id("evidence");
/** The disposition of that name. */
const DESTROYED = 11;
/** Days after which a shipment can be called back, and one more. */
const CALL_BACK_SECONDS = 16 * 86_400;
/** Packages of the lot that `verify` is asked about. */
const VERIFIED = 64;
/** Packages packed and unpacked at once. */
const PACKED = 10;
/** A GS1 company prefix of the wholesaler's, from GS1's range of examples. */
const WHOLESALER_PREFIX = { prefix: 9_521_999n, length: 7 };

/** An origin for what is a token already. */
const TOKEN: LotProof = { lot: 0n, run: 0, path: [], proof: [], prefixLength: 0 };

/** An organisation and the key that acts for it. */
interface Partner {
  readonly organisation: HardhatEthersSigner;
  readonly key: HardhatEthersSigner;
  readonly role: RoleName;
}

/** Measures all rows of drug provenance. */
export async function measureProvenance(system: CareProof): Promise<Measurement[]> {
  const { provenance, investigations, companyPrefixes } = system;
  const accounts = system.others.values();
  const enlisted = async (role: RoleName): Promise<Partner> => {
    const [organisation, key] = [accounts.next().value!, accounts.next().value!];
    await accredit(system, organisation, role);
    await enlist(system, organisation, key, role);
    requireState((await system.participants.principalOf(key.address)) === organisation.address, "an operator key");
    return { organisation, key, role };
  };
  const maker = await enlisted("MANUFACTURER");
  const wholesaler = await enlisted("WHOLESALE_DISTRIBUTOR");
  const otherWholesaler = await enlisted("WHOLESALE_DISTRIBUTOR");
  const pharmacy = await enlisted("DISPENSER");
  const regulator = await enlisted("DRUG_REGULATOR");
  const registry = companyPrefixes.connect(system.gs1MemberOrganisation);
  await registry.register(BigInt(LOT.companyPrefix), LOT.prefixLength, maker.organisation);
  await registry.register(WHOLESALER_PREFIX.prefix, WHOLESALER_PREFIX.length, wholesaler.organisation);

  const rows = new Map<string, number>();
  /** Where an operation is measured on several states, its row is the dearest. */
  const row = async (operation: string, sent: Parameters<typeof gasOf>[0]): Promise<void> => {
    const gas = await gasOf(sent);
    rows.set(`provenance.${operation}`, Math.max(gas, rows.get(`provenance.${operation}`) ?? 0));
  };
  const by = ({ key }: Partner): typeof provenance => provenance.connect(key);
  const balanceOf = async ({ organisation }: Partner): Promise<bigint> => provenance.balanceOf(organisation);
  const papers = (from: Partner, to: Partner) => ({
    to: to.organisation.address,
    transactionInformation: id("transaction information"),
    senderRole: ROLES[from.role],
    transactionStatement: 0x7f,
    proofs: id("proof file"),
    receiverRole: ROLES[to.role],
    eventHash: EVENT,
  });
  const isToken = async (token: bigint): Promise<boolean> => (await provenance.itemOf(token)).disposition !== 0n;

  // Lots
  const tree = await buildMillionLot();
  const terms = {
    gtin: BigInt(LOT.gtin),
    prefixLength: LOT.prefixLength,
    lotNumber: lotNumberBytes(LOT.lotNumber),
    expirationDate: Math.floor(Date.parse(LOT.expirationDate) / 86_400_000),
    units: 30,
  };
  await row("commissionLot", by(maker).commissionLot(terms, tree.root, EVENT));
  rows.set("provenance.commissionLot.package", rows.get("provenance.commissionLot")! / PACKAGES);
  await row("commissionRun", by(maker).commissionRun(tree.lot, 1, id("another run"), LOT.prefixLength, EVENT));
  await by(maker).commissionLot({ ...terms, lotNumber: lotNumberBytes("RECALLED") }, id("its run"), EVENT);
  await row("recallLot", by(maker).recallLot(lotKey(LOT.gtin, "RECALLED"), 1, MANUFACTURER, EVENT));
  for (let n = 0; n < VERIFIED; n++) {
    const thing = packageAt(Math.floor((n * (PACKAGES - 1)) / (VERIFIED - 1)));
    const origin = await originIn(tree, thing);
    requireState(origin.proof.length <= 20, "a proof of at most 20 hashes");
    requireState(origin.path.length === 3, "three containers deep");
    const { obstacle, custodian } = await provenance.verify(idOf(thing), origin);
    requireState(obstacle === 0n && custodian === maker.organisation.address, "verified, with its maker");
  }

  /** The origin of a thing of the lot, which is no token so far, by a proof of 20 hashes. */
  const originOf = async (thing: Thing): Promise<LotProof> => {
    const origin = await originIn(tree, thing);
    requireState(origin.proof.length === 20, "a proof of 20 hashes");
    requireState(!(await isToken(idOf(thing))), "not a token so far");
    return origin;
  };
  const [firstPallet, secondPallet, thirdPallet] = [idOf(palletAt(0)), idOf(palletAt(1)), idOf(palletAt(2))];

  // Out of the lot, to the wholesaler
  requireState((await balanceOf(maker)) === 0n, "the sender owns no other token");
  const toWholesaler = papers(maker, wholesaler);
  await row("shipFromLot.first", by(maker).shipFromLot(firstPallet, await originOf(palletAt(0)), toWholesaler));
  for (const pallet of [palletAt(1), palletAt(2)]) {
    requireState((await balanceOf(maker)) > 0n, "the sender owns another token");
    await row("shipFromLot", by(maker).shipFromLot(idOf(pallet), await originOf(pallet), toWholesaler));
  }
  requireState((await balanceOf(wholesaler)) === 0n, "the receiver's balance is 0");
  await row("receive.first", by(wholesaler).receiveShipment([firstPallet], WHOLESALE_DISTRIBUTOR, EVENT));
  await row("receive.later", by(wholesaler).receiveShipment([secondPallet], WHOLESALE_DISTRIBUTOR, EVENT));
  await row("refuse", by(wholesaler).refuse([thirdPallet], WHOLESALE_DISTRIBUTOR, EVENT));
  await row("restock", by(maker).restock([thirdPallet], MANUFACTURER, EVENT));

  // Out of the first pallet: its first case, and packages of its second, three containers deep
  const aCase = idOf(caseAt(0));
  await row("take", by(wholesaler).take(aCase, await originOf(caseAt(0)), WHOLESALE_DISTRIBUTOR, EVENT));
  const taken = Array.from({ length: PACKED }, (_, index) => packageAt(PACKAGES_A_CASE + index));
  for (const thing of taken) {
    await row("take", by(wholesaler).take(idOf(thing), await originOf(thing), WHOLESALE_DISTRIBUTOR, EVENT));
  }
  const tote = tokenIdOf(toteOf(1));
  requireState(!(await isToken(tote)), "a new tote");
  const packed = taken.map(idOf);
  await row("pack", by(wholesaler).pack(tote, WHOLESALER_PREFIX.length, packed, WHOLESALE_DISTRIBUTOR, EVENT));
  await row("unpack", by(wholesaler).unpack(packed, WHOLESALE_DISTRIBUTOR, EVENT));

  // The second pallet goes on by two hops to the pharmacy; a case goes there, back, and is sold again
  const hand = async (token: bigint, from: Partner, to: Partner): Promise<void> => {
    await row("ship", by(from).ship([token], papers(from, to)));
    await by(to).receiveShipment([token], ROLES[to.role], EVENT);
  };
  await hand(secondPallet, wholesaler, otherWholesaler);
  await hand(aCase, wholesaler, pharmacy);
  await hand(secondPallet, otherWholesaler, pharmacy);
  await hand(aCase, pharmacy, wholesaler);
  await by(wholesaler).restock([aCase], WHOLESALE_DISTRIBUTOR, EVENT);
  await row("ship", by(wholesaler).ship([aCase], papers(wholesaler, pharmacy)));
  await time.increase(CALL_BACK_SECONDS);
  await row("callBack", by(wholesaler).callBack([aCase], WHOLESALE_DISTRIBUTOR, EVENT));

  // Dispensed out of the second pallet, which the pharmacy owns
  const inSecond = (index: number): Thing => packageAt(PACKAGES_A_PALLET + index);
  for (const [index, supplied] of [
    [0, false],
    [1, true],
  ] as const) {
    const token = idOf(inSecond(index));
    await row("dispense", by(pharmacy).dispense(token, await originOf(inSecond(index)), 0, supplied, EVENT));
  }
  await row("dispense.duplicate", by(pharmacy).dispense(idOf(inSecond(1)), TOKEN, 0, true, EVENT));
  await row("reactivate", by(pharmacy).reactivate(idOf(inSecond(0)), EVENT));
  await row("dispense.token", by(pharmacy).dispense(idOf(inSecond(0)), TOKEN, 0, true, EVENT));
  const opened = idOf(inSecond(2));
  await row("dispense.part.first", by(pharmacy).dispense(opened, await originOf(inSecond(2)), 10, true, EVENT));
  await row("dispense.part.later", by(pharmacy).dispense(opened, TOKEN, 10, true, EVENT));

  // Suspect and illegitimate product, questions, telemetry, the end
  const doubts = investigations.connect(pharmacy.key);
  const suspect = idOf(inSecond(3));
  await row("quarantine", doubts.quarantine(suspect, await originOf(inSecond(3)), DISPENSER, EVIDENCE));
  await row("clear", investigations.connect(maker.key).clear(suspect, MANUFACTURER, EVIDENCE));
  await doubts.quarantine(suspect, TOKEN, DISPENSER, EVIDENCE);
  await row("condemn", doubts.condemn(suspect, DISPENSER, EVIDENCE));
  await row("giveNotice", doubts.giveNotice(suspect, DISPENSER, EVIDENCE));
  const authority = investigations.connect(regulator.key);
  await row("closeIncident", authority.closeIncident(suspect, false, id("incident"), EVIDENCE));
  await row("ask", doubts.ask(idOf(inSecond(4)), LOT.prefixLength, 0, DISPENSER, EVIDENCE));
  await row("answer", investigations.connect(maker.key).answer(1, 1, MANUFACTURER, EVIDENCE));
  const source = system.deployer.address;
  await row("bindTelemetry", doubts.bindTelemetry(secondPallet, source, id("stream"), DISPENSER));
  await row("dispose", by(pharmacy).dispose(opened, TOKEN, DESTROYED, DISPENSER, EVENT));

  // An event that means nothing else on the chain
  await row("recordEvent", system.eventLog.connect(maker.key).record([EVENT], MANUFACTURER));

  return [...rows].map(([operation, gas]) => ({ operation, gas }));
}

function idOf({ identifier }: Thing): bigint {
  return tokenIdOf(identifier);
}

/** A tote under the wholesaler's prefix. */
function toteOf(reference: number): Sscc {
  const digits = `0${WHOLESALER_PREFIX.prefix}${String(reference).padStart(9, "0")}`;
  return { kind: "sscc", sscc: `${digits}${checkDigit(digits)}` };
}
