import { AbiCoder, id, keccak256 } from "ethers";

import type { EpcisEvent } from "./event.js";
import { EVENT_HASH_PATH, eventFields, type EventField } from "./eventFields.js";
import type { EventHashContext } from "./eventHash.js";
import { CareProofError } from "../../errors.js";
import { fromHex } from "../../utils/bytes.js";
import { newSalt } from "../../utils/commitment.js";
import { LONE_SURROGATE } from "../../utils/json.js";
import { MerkleTree, verifyMerkleProof } from "../../utils/merkle.js";
import { isBytes32, isInteger } from "../../utils/writtenJson.js";

/** The type tag of a leaf that has one field of an EPCIS event. */
export const FIELD_LEAF_TAG = id("CareProof.EpcisFieldLeaf(uint256 fields,string path,string value,bytes32 salt)");

/** Value of `format` in a disclosure. */
export const EVENT_DISCLOSURE_FORMAT = "careproof-event-disclosure";

/** Version of the disclosure's format. */
export const EVENT_DISCLOSURE_VERSION = 1;

/** A field with its salt. The salt is as secret as the value: with it the value can be guessed. */
export interface SaltedField extends EventField {
  /** 32 bytes as 0x-hex. */
  readonly salt: string;
}

/** An event's fields under one root. Secret: it has all values and salts. */
export interface CommittedFields {
  /** Merkle root (0x-hex of 32 bytes). It says nothing of the fields to who has no salt. */
  readonly root: string;
  /** All fields, the event's hash among them, sorted by path. */
  readonly fields: readonly SaltedField[];
}

/** A field that is shown, with what proves it. */
export interface DisclosedField extends SaltedField {
  /** Siblings from the leaf up to the root (each 0x-hex of 32 bytes). */
  readonly proof: readonly string[];
}

/** A redacted event: some of its fields, each with its proof. Of the others it has nothing but their number. */
export interface EventDisclosure {
  readonly format: typeof EVENT_DISCLOSURE_FORMAT;
  readonly version: typeof EVENT_DISCLOSURE_VERSION;
  /** Merkle root of all fields (0x-hex of 32 bytes). */
  readonly root: string;
  /** Number of all fields, shown and hidden, the event's hash among them. */
  readonly fieldCount: number;
  /** What is shown, sorted by path; at least one. */
  readonly fields: readonly DisclosedField[];
}

/** What a disclosure proves. */
export interface VerifiedFields {
  readonly root: string;
  readonly fieldCount: number;
  /** Fields that are not shown. */
  readonly hiddenCount: number;
  /** CBV event hash, where it is shown. */
  readonly eventHash?: string;
  /** The fields of the event that are shown, sorted by path. */
  readonly fields: readonly EventField[];
}

/** What {@link commitFields} needs beside the event. */
export interface CommitFieldsOptions extends EventHashContext {
  /** The salt of the field at a path, 32 bytes as 0x-hex; fresh random ones by default. One that is used twice or can be guessed hides nothing. */
  readonly salt?: (path: string) => string;
}

const CODE = "DISCLOSURE_INVALID";
const coder = AbiCoder.defaultAbiCoder();

/**
 * Commits to an event field by field, so that it can be shown in part: see {@link discloseFields}.
 *
 * @param event As `readEpcis` gives it.
 * @throws CareProofError `HEX_INVALID` where a salt is not 32 bytes of hex; path: the field.
 */
export async function commitFields(event: EpcisEvent, options: CommitFieldsOptions = {}): Promise<CommittedFields> {
  const saltOf = options.salt ?? newSalt;
  const fields = eventFields(event, options).map((field) => ({ ...field, salt: saltOf(field.path) }));
  for (const { path, salt } of fields) fromHex(salt, 32, path);
  const { tree } = await treeOf(fields);
  return { root: tree.root, fields };
}

/**
 * The Merkle leaf of a field: `keccak256(keccak256(abi.encode(FIELD_LEAF_TAG, fieldCount, path, value, salt)))`.
 *
 * @param fieldCount Number of all fields of the event, its hash among them.
 * @returns 32 bytes as 0x-hex.
 */
export function fieldLeaf(fieldCount: number, { path, value, salt }: SaltedField): string {
  const content = coder.encode(
    ["bytes32", "uint256", "string", "string", "bytes32"],
    [FIELD_LEAF_TAG, fieldCount, path, value, salt],
  );
  return keccak256(keccak256(content));
}

/**
 * Shows some fields of an event, and hides the others.
 *
 * @param committed The event's fields, of {@link commitFields}.
 * @param paths What is shown: each is the path of a field, or of what has fields (`/epcList`), which shows all of them. The event's hash
 * is `eventHash`: with it, who knows nearly all of the event can guess the rest.
 * @throws CareProofError `FIELD_UNKNOWN` if there is nothing at a path, or no path; `DISCLOSURE_ROOT_MISMATCH` if fields and root do not
 * belong together.
 */
export async function discloseFields(committed: CommittedFields, paths: readonly string[]): Promise<EventDisclosure> {
  const { fields, root } = committed;
  // The empty pointer is the whole event: who wants that names its members.
  if (paths.length === 0) throw new CareProofError("FIELD_UNKNOWN", "no field is named that is to be shown");
  const isAt = (field: string, path: string): boolean =>
    path !== "" && (field === path || field.startsWith(`${path}/`));
  const missing = paths.find((path) => !fields.some((field) => isAt(field.path, path)));
  if (missing !== undefined) throw new CareProofError("FIELD_UNKNOWN", "the event has no such field", missing);
  const { tree, proofOf } = await treeOf(fields);
  if (tree.root !== root.toLowerCase()) throw mismatch(`its fields lead to the root ${tree.root}, not to ${root}`);
  return {
    format: EVENT_DISCLOSURE_FORMAT,
    version: EVENT_DISCLOSURE_VERSION,
    root: tree.root,
    fieldCount: fields.length,
    fields: fields.flatMap(({ path, value, salt }, index) => {
      return paths.some((named) => isAt(path, named)) ? [{ path, value, salt, proof: proofOf(index) }] : [];
    }),
  };
}

/**
 * Verifies a redacted event against the root that its author committed to, such as `eventFields` of transaction information. What it
 * cannot show by itself: that the author committed to a true event, and what is hidden.
 *
 * @param disclosure An {@link EventDisclosure}, parsed from JSON of any origin.
 * @param root The root known from elsewhere (0x-hex of 32 bytes), never the disclosure's own.
 * @throws CareProofError `HEX_INVALID` where that root is none; `DISCLOSURE_INVALID` where it is no disclosure, or has a field twice;
 * `DISCLOSURE_ROOT_MISMATCH` where it is of another root; `DISCLOSURE_FIELD_MISMATCH` where a field does not lead to it, since its
 * path, value, salt or proof or the number of fields was changed. Path: the field's.
 */
export async function verifyDisclosure(disclosure: unknown, root: string): Promise<VerifiedFields> {
  fromHex(root, 32, "root");
  const checked = checkDisclosure(disclosure);
  const { fieldCount, fields } = checked;
  if (checked.root.toLowerCase() !== root.toLowerCase()) {
    throw mismatch(`is of the root ${checked.root}, not of ${root}: another event, or other salts`);
  }
  for (const field of fields) checkProof(root, fieldCount, field);
  if (fields.length === fieldCount) {
    // With all fields at hand the tree can be rebuilt: nothing else is under the root.
    const { tree } = await treeOf(fields);
    if (tree.root !== root.toLowerCase()) throw mismatch("has all fields, but there are more under the root");
  }
  const shown = fields.map(({ path, value }) => ({ path, value })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = shown.find(({ path }) => path === EVENT_HASH_PATH)?.value;
  return {
    root: root.toLowerCase(),
    fieldCount,
    hiddenCount: fieldCount - fields.length,
    ...(hash === undefined ? {} : { eventHash: hash }),
    fields: shown.filter(({ path }) => path !== EVENT_HASH_PATH),
  };
}

/**
 * The tree over the leaves in ascending order, as OpenZeppelin's `SimpleMerkleTree` sorts them: a place says nothing of a field.
 *
 * @returns `proofOf` gives the proof of the field at an index.
 */
async function treeOf(
  fields: readonly SaltedField[],
): Promise<{ tree: MerkleTree; proofOf: (index: number) => string[] }> {
  const leaves = fields.map((field) => fieldLeaf(fields.length, field));
  const sorted = leaves.toSorted();
  const tree = await MerkleTree.build(sorted.map((leaf) => fromHex(leaf, 32, "leaf")));
  const places = new Map(sorted.map((leaf, place) => [leaf, place]));
  return { tree, proofOf: (index) => tree.proof(places.get(leaves[index]!)!) };
}

function checkProof(root: string, fieldCount: number, field: DisclosedField): void {
  const depth = Math.log2(fieldCount);
  const { length } = field.proof;
  // A longer one would be of a tree with more fields than are said to be hidden.
  if (length !== Math.floor(depth) && length !== Math.ceil(depth)) {
    const message = `a proof of ${length} nodes is not of a tree of ${fieldCount} fields`;
    throw new CareProofError("DISCLOSURE_FIELD_MISMATCH", message, field.path);
  }
  if (!verifyMerkleProof(root, fieldLeaf(fieldCount, field), field.proof)) {
    const message = "does not lead to the root: path, value, salt, proof or the number of fields was changed";
    throw new CareProofError("DISCLOSURE_FIELD_MISMATCH", message, field.path);
  }
}

function checkDisclosure(value: unknown): EventDisclosure {
  const disclosure = membersOf(value, "disclosure", ["format", "version", "root", "fieldCount", "fields"]);
  const { format, version, root, fieldCount, fields } = disclosure;
  check(format === EVENT_DISCLOSURE_FORMAT, "is no disclosure of an event", "format");
  check(version === EVENT_DISCLOSURE_VERSION, `unknown version ${JSON.stringify(version)} of disclosures`, "version");
  check(isBytes32(root), "is missing or invalid", "root");
  check(isInteger(fieldCount, Number.MAX_SAFE_INTEGER), "is missing or invalid", "fieldCount");
  check(Array.isArray(fields) && fields.length > 0, "is missing or empty", "fields");
  const list = fields as readonly unknown[];
  check(list.length <= (fieldCount as number), `is below the ${list.length} fields that are shown`, "fieldCount");
  const seen = new Set<unknown>();
  for (const [index, field] of list.entries()) {
    const at = `fields[${index}]`;
    const { path, value: text, salt, proof } = membersOf(field, at, ["path", "value", "salt", "proof"]);
    check(isText(path), "is missing or no text", `${at}.path`);
    check(!seen.has(path), "is there twice", path as string);
    seen.add(path);
    check(isText(text), "has no value", path as string);
    check(isBytes32(salt), "has no salt of 32 bytes", path as string);
    check(Array.isArray(proof) && proof.every(isBytes32), "has no proof", path as string);
  }
  return value as EventDisclosure;
}

/** An object without members that nobody checks: what has no proof has no place in a disclosure. */
function membersOf(value: unknown, at: string, names: readonly string[]): Record<string, unknown> {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "is no object", at);
  const object = value as Record<string, unknown>;
  const other = Object.keys(object).find((name) => !names.includes(name));
  check(other === undefined, `${JSON.stringify(other)} has no meaning here`, at);
  return object;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && !LONE_SURROGATE.test(value);
}

function check(valid: boolean, problem: string, path: string): void {
  if (!valid) throw new CareProofError(CODE, problem, path);
}

function mismatch(message: string): CareProofError {
  return new CareProofError("DISCLOSURE_ROOT_MISMATCH", message);
}
