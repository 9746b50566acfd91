/** What the chain does not know and papers name: who stands behind an address, and what product a GTIN is. */

import type { ProductIdentifier } from "../tokenId.js";

/** A trading partner. */
export interface PartyDetails {
  readonly name: string;
  /** Business address on one line. */
  readonly address?: string;
  /** Global Location Number of the party (AI 417): 13 digits. */
  readonly gln?: string;
}

/** Trading partners by their address on chain, 0x-hex of 20 bytes with EIP-55 checksum. */
export type Parties = Readonly<Record<string, PartyDetails>>;

/** Master data of a product; what is not known is left out. */
export interface ProductDetails {
  /** GTIN of 14 digits that the rest is about. */
  readonly gtin?: string;
  /** Proprietary or established name or names. */
  readonly name?: string;
  readonly strength?: string;
  readonly dosageForm?: string;
  /** National Drug Code. */
  readonly ndc?: string;
  /** Container size: how much is in one package. */
  readonly containerSize?: string;
}

/** Master data that papers are written with. */
export interface MasterData {
  readonly parties?: Parties;
  readonly product?: ProductDetails;
}

/** A partner as a paper names it. */
export interface PartyOnPaper extends Partial<PartyDetails> {
  /** 0x-hex of 20 bytes with EIP-55 checksum. */
  readonly account: string;
}

/** A partner as a paper names it: the account alone where nobody says who that is. */
export function partyOnPaper(account: string, { parties = {} }: MasterData): PartyOnPaper {
  return { account, ...parties[account] };
}

/** The URI of a partner: GS1 Digital Link of its GLN, or the account as `did:pkh` (CAIP-10). */
export function partyUri(account: string, chainId: bigint, { parties = {} }: MasterData): string {
  const gln = parties[account]?.gln;
  return gln === undefined ? `did:pkh:eip155:${chainId}:${account}` : `https://id.gs1.org/417/${gln}`;
}

/** A thing as people name it. */
export function thingName(identifier: ProductIdentifier): string {
  return identifier.kind === "sscc"
    ? `container ${identifier.sscc}`
    : `package ${identifier.gtin} ${identifier.serial}`;
}

/** The name of a partner with its account, or the account. */
export function partyName(account: string, { parties = {} }: MasterData): string {
  const party = parties[account];
  return party === undefined ? account : `${party.name} (${account})`;
}

/** A text in which the accounts of known partners have their names. */
export function withPartyNames(text: string, data: MasterData): string {
  return text.replace(/\b0x[0-9a-fA-F]{40}\b/g, (account) => partyName(account, data));
}
