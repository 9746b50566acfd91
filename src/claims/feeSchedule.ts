import { AbiCoder, id, keccak256 } from "ethers";

import { checkAmount } from "./planTerms.js";
import { CareProofError } from "../errors.js";
import { fromHex } from "../utils/bytes.js";
import { canonicalJson } from "../utils/canonical.js";
import { commit, newSalt } from "../utils/commitment.js";
import { underPath } from "../utils/errorPlace.js";
import { MerkleTree } from "../utils/merkle.js";

/** The type tag of a leaf of a fee schedule: `FeeSchedule.FEE_LEAF`. */
export const FEE_LEAF_TAG = id("CareProof.FeeLeaf(uint8 family,bytes32 commitment,uint64 fee)");

/** A procedure code, as X12 SV101 and SV202 have it (composite medical procedure identifier, C003). */
export interface ProcedureCode {
  /** Which code set it is of (X12 element 235): `HC` HCPCS and CPT, `AD` CDT, … */
  readonly qualifier: string;
  /** The code in capital letters, such as `99213`. */
  readonly code: string;
  /** Up to four modifiers in the order of the claim, of two characters each; none by default. Another order is another procedure. */
  readonly modifiers?: readonly string[];
}

/** What a payer allows for one unit of a procedure. */
export interface FeeEntry {
  /** The service family in which the plan pays it: 0 to 255. A procedure that is paid in two families has an entry for each. */
  readonly family: number;
  readonly procedure: ProcedureCode;
  /** Token units, below 2^64. */
  readonly fee: bigint;
  /** Salt of the commitment, 32 bytes as 0x-hex; random by default. */
  readonly salt?: string;
}

/** A fee with its proof, as a claim's line gives it to the contract. */
export interface FeeProof {
  /** The commitment to the procedure code, 32 bytes as 0x-hex. */
  readonly commitment: string;
  /** Token units. */
  readonly fee: bigint;
  /** Salt of the commitment, 32 bytes as 0x-hex: whoever has it can show which procedure the fee is of. */
  readonly salt: string;
  /** The siblings from the leaf up, 32 bytes as 0x-hex each. */
  readonly proof: readonly string[];
}

/** Fees with one proof of all. */
export interface FeesProof {
  /** In the order of the proof's leaves. */
  readonly fees: readonly Omit<FeeProof, "proof">[];
  /** The nodes that the leaves do not give, 32 bytes as 0x-hex each. */
  readonly proof: readonly string[];
  /** For each inner node whether both of its children are leaves or built of them. */
  readonly flags: readonly boolean[];
}

/**
 * The commitment to a procedure code: that of every document of this package, in the form `exact`, over
 * `{"code":"99213","modifiers":["25"],"qualifier":"HC"}`, modifiers always given.
 *
 * @param salt 32 bytes as 0x-hex.
 * @returns 32 bytes as 0x-hex.
 * @throws CareProofError `PROCEDURE_CODE_INVALID`, with the member as path; `HEX_INVALID` for the salt.
 */
export function procedureCommitment(procedure: ProcedureCode, salt: string): string {
  return commit("procedureCode", new TextEncoder().encode(canonicalProcedure(procedure)), "exact", salt);
}

/**
 * The leaf of a fee: `keccak256(keccak256(abi.encode(FEE_LEAF_TAG, family, commitment, fee)))`, as `FeeSchedule.leaf` makes it.
 *
 * @param family The service family in which the plan pays it: 0 to 255.
 * @param commitment See {@link procedureCommitment}.
 * @param fee Token units.
 * @returns 32 bytes as 0x-hex.
 * @throws CareProofError `FEE_INVALID`, `HEX_INVALID`, `FEE_FAMILY_INVALID`.
 */
export function feeLeaf(family: number | bigint, commitment: string, fee: bigint): string {
  if (!isFamily(family)) throw new CareProofError("FEE_FAMILY_INVALID", "must be from 0 to 255", "family");
  checkAmount(fee, "fee", "FEE_INVALID");
  fromHex(commitment, 32, "commitment");
  const types = ["bytes32", "uint8", "bytes32", "uint64"];
  return keccak256(keccak256(AbiCoder.defaultAbiCoder().encode(types, [FEE_LEAF_TAG, family, commitment, fee])));
}

/** A fee as the schedule keeps it. */
interface PlacedFee extends FeeProof {
  readonly procedure: ProcedureCode;
  readonly index: number;
}

/** The fees that a payer allows, as the Merkle tree whose root is in a plan's terms. */
export class FeeSchedule {
  private constructor(
    private readonly entries: ReadonlyMap<string, PlacedFee>,
    private readonly tree: MerkleTree,
  ) {}

  /**
   * Builds the tree; leaves are in the order of the entries.
   *
   * @throws CareProofError with the entry as path: `FEE_SCHEDULE_DUPLICATE` where a procedure is there twice in
   * one family, `PROCEDURE_CODE_INVALID`, `FEE_INVALID`, `FEE_FAMILY_INVALID`, `HEX_INVALID`. `MERKLE_EMPTY` without entries.
   */
  static async build(entries: readonly FeeEntry[]): Promise<FeeSchedule> {
    const placed = new Map<string, PlacedFee>();
    const leaves: Uint8Array[] = [];
    for (const [index, { family, procedure, fee, salt = newSalt() }] of entries.entries()) {
      try {
        const commitment = procedureCommitment(procedure, salt);
        const key = keyOf(family, procedure);
        const before = placed.get(key);
        if (before !== undefined) {
          throw new CareProofError(
            "FEE_SCHEDULE_DUPLICATE",
            `the procedure of entries[${before.index}] again, in the same family`,
          );
        }
        leaves.push(fromHex(feeLeaf(family, commitment, fee), 32, "leaf"));
        placed.set(key, { procedure, commitment, fee, salt, proof: [], index });
      } catch (error) {
        throw underPath(error, `entries[${index}]`);
      }
    }
    return new FeeSchedule(placed, await MerkleTree.build(leaves, { count: leaves.length }));
  }

  /** The root, 32 bytes as 0x-hex. */
  get root(): string {
    return this.tree.root;
  }

  /** Nodes of the longest proof. */
  get depth(): number {
    return this.tree.depth;
  }

  /**
   * The fee of a procedure in a service family, that of the claim, with its proof.
   *
   * @throws CareProofError `FEE_MISSING` where the schedule does not have it in that family; `PROCEDURE_CODE_INVALID`.
   */
  prove(family: number | bigint, procedure: ProcedureCode): FeeProof {
    const { commitment, fee, salt, index } = this.entryOf(family, procedure);
    return { commitment, fee, salt, proof: this.tree.proof(index) };
  }

  /**
   * The fees of several procedures in a service family with one proof of all: cheaper than a proof for each where a claim has
   * several lines whose fees are near one another in the schedule. A claim's lines must be in the same order.
   *
   * @param procedures Each once, in the order of the schedule's entries.
   * @returns The fees, and what goes into a claim as `feeProofs` (this proof alone) and `feeProofFlags`.
   * @throws CareProofError `FEE_MISSING`, `PROCEDURE_CODE_INVALID`; `MERKLE_INDEX_INVALID` where the order is another.
   */
  proveTogether(family: number | bigint, procedures: readonly ProcedureCode[]): FeesProof {
    const entries = procedures.map((procedure) => this.entryOf(family, procedure));
    const { proof, flags } = this.tree.multiProof(entries.map(({ index }) => index));
    return { fees: entries.map(({ commitment, fee, salt }) => ({ commitment, fee, salt })), proof, flags };
  }

  /** The procedures with their commitments, in the order of the entries. */
  committed(): [commitment: string, procedure: ProcedureCode][] {
    return [...this.entries.values()].map(({ commitment, procedure }) => [commitment, procedure]);
  }

  private entryOf(family: number | bigint, procedure: ProcedureCode): PlacedFee {
    const entry = this.entries.get(keyOf(family, procedure));
    if (entry !== undefined) return entry;
    const text = canonicalProcedure(procedure);
    throw new CareProofError("FEE_MISSING", `the schedule has no fee for ${text} in service family ${family}`);
  }
}

/** The procedures of fee schedules by their commitments (0x-hex of 32 bytes in small letters): what lines of claims on chain are of. */
export function proceduresOf(schedules: Iterable<FeeSchedule>): ReadonlyMap<string, ProcedureCode> {
  return new Map([...schedules].flatMap((schedule) => schedule.committed()));
}

const MEMBERS = { qualifier: /^[A-Z0-9]{2}$/, code: /^[A-Z0-9.-]{1,48}$/, modifier: /^[A-Z0-9]{2}$/ } as const;
const MAX_MODIFIERS = 4;
/** A family is a `uint8`. */
const MOST_FAMILIES = 256;

/** What entries are told apart by. */
function keyOf(family: number | bigint, procedure: ProcedureCode): string {
  return `${family} ${canonicalProcedure(procedure)}`;
}

function isFamily(family: number | bigint): boolean {
  return Number.isInteger(Number(family)) && family >= 0 && family < MOST_FAMILIES;
}

function canonicalProcedure({ qualifier, code, modifiers = [] }: ProcedureCode): string {
  checkMember(qualifier, "qualifier", MEMBERS.qualifier, "two capital letters or digits (X12 element 235)");
  checkMember(code, "code", MEMBERS.code, "1 to 48 capital letters, digits, points or hyphens");
  if (modifiers.length > MAX_MODIFIERS) {
    const message = `has ${modifiers.length}, at most ${MAX_MODIFIERS} are possible`;
    throw new CareProofError("PROCEDURE_CODE_INVALID", message, "modifiers");
  }
  for (const [i, modifier] of modifiers.entries()) {
    checkMember(modifier, `modifiers[${i}]`, MEMBERS.modifier, "two capital letters or digits");
  }
  return canonicalJson({ qualifier, code, modifiers: [...modifiers] });
}

function checkMember(text: string, path: string, pattern: RegExp, expected: string): void {
  if (!pattern.test(text)) {
    throw new CareProofError("PROCEDURE_CODE_INVALID", `expected ${expected}, found ${JSON.stringify(text)}`, path);
  }
}
