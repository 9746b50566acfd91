/** The tables of docs/gas.md, from what a bench measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";

import type { GasRow } from "./gasRow";
import type { MerkleBench } from "./merkle";
import { root } from "../processes";

/** What each operation does, on which state. */
const STATES: Readonly<Record<string, string>> = {
  "consent.grant.first": "the patient sends; one purpose, all general categories; nothing decided for the pair before",
  "consent.grant.again": "the same consent again, in a later second",
  "consent.grantBySig.first": "as the first, signed by the patient, relayed by a key",
  "consent.revoke": "the patient sends; the consent stands",
  "consent.revoke.never": "the patient sends; nothing was ever granted: leaves a tombstone",
  "consent.revokeBySig": "signed by the patient, relayed by a key; the consent stands",
  "consent.revokeAll.first": "the patient sends, for the first time; whatever the number of consents",
  "consent.revokeAll.later": "the same again",
  "consent.check.principal": "what the call costs a contract that asks; accessor is the organisation, permitted",
  "consent.check.operator": "the same, accessor is a key of the organisation",
  "consent.check.emergency": "the same, ETREAT without a consent, permitted by an open emergency",
  "consent.breakGlass": "a provider's key, its first emergency and the provider's first",
  "records.anchor.first": "a provider's key, the provider's first batch; the dearer of 1 and 2^20 records",
  "records.anchor.later": "a provider's key, a later batch; the dearer of 1 and 2^20 records",
  "records.supersede": "a provider's key; two proofs of 20 hashes in a tree of 2^20",
  "records.retract": "a provider's key; one proof of 20 hashes",
  "provenance.commissionLot": "a lot of a million packages, or of one",
  "provenance.commissionLot.package": "the same, for each of a million packages",
  "provenance.commissionRun": "a second run of a lot, of any size",
  "provenance.recallLot": "a lot of any size",
  "provenance.shipFromLot": "a pallet out of its lot, 20 hashes; the sender owns another token",
  "provenance.shipFromLot.first": "the same; the sender owns none",
  "provenance.ship": "a pallet or case that is a token, first and later hops and back; the dearest",
  "provenance.receive.first": "a pallet; the receiver's balance was 0, the sender keeps another token",
  "provenance.receive.later": "the same; the receiver owns another token",
  "provenance.refuse": "a pallet",
  "provenance.callBack": "a case, 16 days after it was sent",
  "provenance.restock": "a pallet that came back",
  "provenance.take": "out of a pallet, 20 hashes: a case, or a package three containers deep; the dearest",
  "provenance.pack": "ten packages into a new tote",
  "provenance.unpack": "the same ten",
  "provenance.dispense":
    "an untouched package out of a pallet, three containers deep, 20 hashes; handed out or not; the dearer",
  "provenance.dispense.token": "a package that is a token",
  "provenance.dispense.part.first": "10 of 30 units of an untouched package, which becomes a token",
  "provenance.dispense.part.later": "10 more",
  "provenance.dispense.duplicate": "a package that was handed out before: changes nothing, and is reported",
  "provenance.reactivate": "a package that was not handed out",
  "provenance.dispose": "an opened package, destroyed",
  "provenance.quarantine": "an untouched package out of a pallet, 20 hashes, by its dispenser",
  "provenance.clear": "by its manufacturer",
  "provenance.condemn": "by its dispenser",
  "provenance.giveNotice": "by its dispenser",
  "provenance.closeIncident": "by a regulator; the package is destroyed",
  "provenance.ask": "about any package, by a dispenser",
  "provenance.answer": "by the manufacturer that was asked",
  "provenance.bindTelemetry": "a pallet, by its owner",
  "provenance.recordEvent": "the hash of one event, whether it was recorded before or not",
  "claims.submit.first":
    "a claim of one line, 14 hashes; the provider had nothing of the currency, nothing of the limits was used",
  "claims.submit.later": "the same; the provider has some, of a family of which some was used",
  "claims.submit.laterFamily": "the same; the first claim of the year of a family whose use is in a word of its own",
  "claims.submit.denied": "the same, of a family that the plan does not cover",
  "claims.submit.line": "each of ten further lines all over the schedule, with 14 hashes of its own",
  "claims.submit.lineMulti": "each of ten further lines all over a section of 512 fees; one multiproof for all",
  "claims.submit.lineMulti.adjacent": "the same; lines beside one another in the schedule",
  "claims.submit.lineMulti.spread":
    "the same; lines all over the schedule, where a proof of its own for each is cheaper",
  "claims.submitMany.new.each": "each of 20 claims of one line; nothing of any policy's limits was used",
  "claims.submitMany.seen.each": "the same; of every policy's limits some was used",
  "claims.submit.pended": "as later; another claim looks like it, so its amount is reserved",
  "claims.approve": "by a key of the payer, in time",
  "claims.approve.overdue": "by anyone after the payer's deadline, with interest",
  "claims.deny": "by a key of the payer",
  "claims.appeal": "signed by the member, relayed by a key",
  "claims.review.uphold": "by an independent reviewer",
  "claims.review.overturn": "by an independent reviewer; paid with interest if late",
  "claims.void": "by a key of the provider, which pays back",
  "claims.submit.replacement": "as later, in place of a claim that was voided",
  "claims.submit.secondary":
    "as later, at the second payer of the same person, after the first paid; nothing of the limits was used",
  "claims.parametric":
    "a laboratory's key attests, somebody else relays; the member, who never had any of the currency, is paid",
  "claims.publishProduct": "a benefit of a fixed sum, by a key of the payer",
  "claims.enrol": "a policy in such a product, by a key of the payer",
  "claims.createVault": "by a key of the payer: deploys a contract",
  "claims.publish": "a plan of eight service families",
  "claims.issue": "a policy with a premium",
  "claims.declareSubjectTag": "for a policy and a year, by the enrolment authority",
  "claims.authorize": "a service before it is given, by a key of the payer",
  "claims.payPremium": "a month; the first of the vault, a later one, or one beside others; the dearest",
  "claims.cancel": "by a key of the payer; premium of 49 days goes back",
  "claims.pauseAutomaticPayments": "by a key of the payer, for the first time",
  "claims.deposit": "the first of a vault, or a later one; the dearer",
  "claims.requestWithdraw": "an investor's first",
  "claims.redeem": "after the notice; nobody counted premiums for 30 days",
  "trials.register": "a sponsor's key; 1 to 256 outcomes, the same but for the bytes of the transaction; the dearest",
  "trials.approve.first": "an ethics board's signature, relayed by a key; the first of the trial",
  "trials.approve": "a later version, signed by the same board, relayed by a key",
  "trials.amend": "by a sponsor's key; another consent form, after subjects were enrolled",
  "trials.appoint": "by a sponsor's key; who was never appointed in that role",
  "trials.appoint.again": "the same; who was dismissed",
  "trials.dismiss": "by a sponsor's key",
  "trials.enrol.first": "the first subject of the trial, otherwise as the next",
  "trials.enrol": "a further subject; one signature by a site's key, relayed by another",
  "trials.enrol.again": "a subject's consent to a later version, otherwise as the one before",
  "trials.enrolWithConsent": "signed by the subject's own address, sent by a site's key; the consent stands",
  "trials.enrolMany.each": "a fiftieth of 50 further subjects of a site, one signature each, relayed by a key",
  "trials.enrolManyByInvestigator.each": "the same, one signature for all",
  "trials.withdraw": "signed by a site's key or by the subject's own address, relayed by a key; the dearer",
  "trials.recordEmergencyUnblinding": "by a site's key; the first of the trial, or a later one; the dearer",
  "trials.closeEnrolment": "by a sponsor's key",
  "trials.suspend": "by a key of the sponsor, the ethics board or the safety board; the dearest",
  "trials.resume": "by a key of who suspended it; the dearest",
  "trials.terminate": "by a key of the safety board",
  "trials.lock": "by a sponsor's key; the first time, or after an unlock; the dearer",
  "trials.unlock": "signed by keys of the data manager and the safety board, relayed by a third",
  "trials.unblind": "by a sponsor's key",
  "trials.reportOutcome":
    "by a sponsor's key; a list of 3 primary and 17 other outcomes, at most 5 hashes; the dearest",
  "trials.reportOutcome.of256": "the same; 8 primary and 248 other outcomes, at most 8 hashes",
  "trials.reportUnregistered": "by a sponsor's key",
  "trials.reportMisdeclared": "a list of 256 outcomes, 8 hashes, by a key of nobody",
  "trials.close": "by a sponsor's key",
  "trials.anchor.first": "a key of a site or a laboratory, its first batch; up to 2^20 rows; the dearest",
  "trials.anchor": "the same, a later batch; the dearer of 1 and 2^20 rows",
  "trials.anchor.afterUnlock":
    "the same, after the data were unlocked; the trial's first such batch, or a later one; the dearer",
  "trials.reportViolation.first":
    "a row of a subject who withdrew, 20 hashes in a batch of 2^20; the first of batch and trial",
  "trials.reportViolation": "the same for a subject who was never enrolled; a later one",
  "trials.reportEvent": "a serious adverse event, by a key of a site or of the sponsor; the dearest",
  "trials.expedite": "by a sponsor's key; in time, or late; the dearer",
  "trials.countOverdue": "by a key of nobody",
  "trials.licence.publish": "terms with a fee split in three, or without, by a sponsor's key; the dearer",
  "trials.licence.publish.shares16": "the same, a fee split in 16",
  "trials.licence.request": "by a user's key; the first, or a later one; the dearest",
  "trials.licence.grant": "by a committee's key; a fee split in three, or none; the dearest",
  "trials.licence.refuse": "the same",
  "trials.licence.activate.first": "by a user's key that pays; a fee split in three, the first of the data set",
  "trials.licence.activate": "the same, in place of an earlier licence",
  "trials.licence.activate.free": "the same, the first without a fee",
  "trials.licence.release": "a third of two fees, to who had none of the currency; the dearest",
  "trials.licence.revoke": "by a committee's key; a licence in force",
  "trials.licence.registerDerived": "a model, by a user's key; of one data set",
  "trials.licence.registerDerived.ofModel": "the same; of one data set, and a model of that",
  "trials.licence.registerDerived.origins32": "the same; of 32 licences",
};

/** Rewrites the tables: gas, and where it was measured the Merkle tree. */
export async function writeGasPage(rows: readonly GasRow[], merkle: MerkleBench | undefined): Promise<void> {
  const file = join(root, "docs/gas.md");
  let page = readFileSync(file, "utf8");
  page = between(page, "gas", gasTable(rows));
  if (merkle !== undefined) page = between(page, "merkle", merkleTable(merkle));
  writeFileSync(file, await format(page, { ...(await resolveConfig(file)), filepath: file }));
}

function gasTable(rows: readonly GasRow[]): string {
  const number = (value: number | null): string =>
    value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 6 });
  const cells = rows.map(({ operation, gas, limit, peer, peerGas }) => {
    const state = STATES[operation];
    if (state === undefined) throw new Error(`${operation} has no description in scripts/bench/gasPage.ts`);
    const beside = peer === null || peerGas === null ? "–" : `${number(peerGas)} (${peer})`;
    return `| \`${operation}\` | ${number(gas)} | ${number(limit)} | ${beside} | ${state} |`;
  });
  return [
    "| operation | gas | limit | peer | what, on which state |",
    "| --- | --: | --: | --- | --- |",
    ...cells,
  ].join("\n");
}

function merkleTable({ leaves, ours, peer, ratio }: MerkleBench): string {
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  return [
    `| ${leaves.toLocaleString("en")} leaves | time | peak memory |`,
    "| --- | --: | --: |",
    `| \`careproof\` | ${ours.seconds.toFixed(1)} s | ${megabytes(ours.maxRssBytes)} |`,
    `| \`@openzeppelin/merkle-tree\` | ${peer.seconds.toFixed(1)} s | ${megabytes(peer.maxRssBytes)} |`,
    "",
    `${ratio.toFixed(0)} times as fast in that run.`,
  ].join("\n");
}

/** The page with `content` between the comments `<!-- name -->` and `<!-- /name -->`. */
function between(page: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  if (!page.includes(open) || !page.includes(close)) throw new Error(`docs/gas.md has no ${open} … ${close}`);
  return `${page.slice(0, page.indexOf(open))}${open}\n\n${content}\n\n${page.slice(page.indexOf(close))}`;
}
