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
