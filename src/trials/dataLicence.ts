/** Ids of licensed data sets and of what is made of them: the same hashes as `contracts/trials/DataLicenceTypes.sol`. */
import { AbiCoder, getAddress, id, isAddress, keccak256 } from "ethers";

import { CareProofError } from "../errors.js";
import { isBytes32, isInteger } from "../utils/writtenJson.js";
import { isDataUseMask } from "./dataUses.js";

/** Shares of a data set's fees at most. */
export const MAX_SHARES = 16;

/** The longest licence that terms can permit (days). */
export const LONGEST_LICENCE_DAYS = 36_500;

/** Basis points of a whole fee. */
const WHOLE = 10_000;

/** What was made of licensed data: `DerivedKind`, in its order. */
export const DERIVED_KINDS = ["Dataset", "Model"] as const;

/** Name of a kind. */
export type DerivedKind = (typeof DERIVED_KINDS)[number];

/** A contributor's share of the fees. */
export interface FeeShare {
  /** Address that gets it. */
  readonly account: string;
  /** How much of each fee, 1/10000. */
  readonly basisPoints: number;
}

/** On what terms a data set may be used, as `DataLicence` takes them (`DatasetTerms`). */
export interface DatasetTerms {
  /** The trial whose data they are, 32 bytes as 0x-hex; zeros where they are no trial's. */
  readonly trialId: string;
  /** Address of who publishes: the trial's sponsor, or the provider that holds the data. */
  readonly provider: string;
  /** Merkle root over the data, 32 bytes as 0x-hex. */
  readonly root: string;
  /** Address of the data access committee. */
  readonly committee: string;
  /** What the data may be used for, and under which restrictions: a mask, see `dataUsesToMask`. */
  readonly permittedUses: bigint;
  /** The longest that a licence may last: 1 to {@link LONGEST_LICENCE_DAYS} days. */
  readonly longest: number;
  /** Address of the ERC-20 token in which fees are paid; zero where the data are free. */
  readonly feeToken: string;
  /** What a licence costs, in units of the token, below 2^128; 0 where the data are free. */
  readonly fee: bigint;
  /** At most {@link MAX_SHARES}, together 10000 basis points; none where the data are free. */
  readonly shares: readonly FeeShare[];
}

const SHARE = "Share(address account,uint16 basisPoints)";
const DATASET_TERMS = id(
  `CareProof.DatasetTerms(bytes32 trialId,address provider,bytes32 root,address committee,uint64 permittedUses,uint32 longest,address feeToken,uint128 fee,Share[] shares)${SHARE}`,
);
const DERIVED_WORK = id("CareProof.DerivedWork(address holder,uint8 kind,bytes32 root)");
const MASK = "must be a mask of uses with a permission in it, see dataUsesToMask";
const TERMS_TYPE = "tuple(bytes32,address,bytes32,address,uint64,uint32,address,uint128,tuple(address,uint16)[])";

/**
 * The id of a data set: the keccak256 of the ABI encoding of its type tag and its terms, 32 bytes as 0x-hex.
 *
 * @throws CareProofError `TERMS_INVALID`, with the member as path, for terms that the contract would refuse whoever published them.
 */
export function datasetId(terms: DatasetTerms): string {
  checkTerms(terms);
  const { trialId, provider, root, committee, permittedUses, longest, feeToken, fee, shares } = terms;
  const values = [
    ...[trialId, provider, root, committee, permittedUses, longest, feeToken, fee],
    shares.map(({ account, basisPoints }) => [account, basisPoints]),
  ];
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", TERMS_TYPE], [DATASET_TERMS, values]));
}

/**
 * The id of a data set or a model that `holder` made of licensed data, 32 bytes as 0x-hex.
 *
 * @param holder Address of the health data user that made it.
 * @param root Merkle root or hash of it, 32 bytes as 0x-hex.
 * @throws CareProofError `WORK_INVALID`, with the parameter as path.
 */
export function derivedWorkId(holder: string, kind: DerivedKind, root: string): string {
  requireThat(isAddress(holder), "WORK_INVALID", "is no address", "holder");
  requireThat(isBytes32(root), "WORK_INVALID", "expected 32 bytes as 0x-prefixed hex", "root");
  const number = DERIVED_KINDS.indexOf(kind);
  requireThat(number >= 0, "WORK_INVALID", `must be one of ${DERIVED_KINDS.join(", ")}`, "kind");
  const types = ["bytes32", "address", "uint8", "bytes32"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [DERIVED_WORK, holder, number, root]));
}

function checkTerms(terms: DatasetTerms): void {
  const check = (holds: boolean, message: string, path: string): void => {
    requireThat(holds, "TERMS_INVALID", message, path);
  };
  for (const name of ["trialId", "root"] as const) {
    check(isBytes32(terms[name]), "expected 32 bytes as 0x-prefixed hex", name);
  }
  check(/[^0x]/.test(terms.root), "must not be zero", "root");
  for (const name of ["provider", "committee", "feeToken"] as const)
    check(isAddress(terms[name]), "is no address", name);
  check(isDataUseMask(terms.permittedUses), MASK, "permittedUses");
  const days = `must be a whole number from 1 to ${LONGEST_LICENCE_DAYS}`;
  check(isInteger(terms.longest, LONGEST_LICENCE_DAYS) && terms.longest > 0, days, "longest");
  check(isUnsigned(terms.fee, 128n), "must be an amount in token units, from 0 to 2^128 - 1", "fee");
  const isFree = terms.fee === 0n;
  check(isFree === /^0x0{40}$/.test(terms.feeToken), "must be zero where there is no fee, and only there", "feeToken");
  const { shares } = terms;
  check(isFree === (shares.length === 0), "must be given where there is a fee, and only there", "shares");
  check(shares.length <= MAX_SHARES, `has ${shares.length} shares, at most ${MAX_SHARES} are possible`, "shares");
  const accounts = new Set<string>();
  for (const [index, { account, basisPoints }] of shares.entries()) {
    const path = `shares[${index}]`;
    check(isAddress(account) && !/^0x0{40}$/.test(account), "is no address", `${path}.account`);
    check(!accounts.has(getAddress(account)), "has a share already", `${path}.account`);
    accounts.add(getAddress(account));
    const points = `must be a whole number from 1 to ${WHOLE}`;
    check(isInteger(basisPoints, WHOLE) && basisPoints > 0, points, `${path}.basisPoints`);
  }
  const sum = shares.reduce((total, { basisPoints }) => total + basisPoints, 0);
  check(isFree || sum === WHOLE, `add up to ${sum} basis points, not to ${WHOLE}`, "shares");
}

function requireThat(holds: boolean, code: string, message: string, path: string): void {
  if (!holds) throw new CareProofError(code, message, path);
}

function isUnsigned(value: unknown, bits: bigint): boolean {
  return typeof value === "bigint" && value >= 0n && value < 1n << bits;
}
