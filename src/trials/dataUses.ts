/**
 * What data may be used for: codes of the GA4GH Data Use Ontology (DUO), as in `contracts/trials/DataUses.sol`. A test holds both
 * equal.
 */
import { toMask, toNames } from "../utils/masks.js";

/**
 * Bit number of each code by its shorthand, which is the number of the code in DUO (`DUO:0000042` is bit 42); and `AI_TRAINING` of
 * CareProof's own, as DUO has no code for it.
 */
export const DATA_USES = {
  NRES: 4,
  HMB: 6,
  DS: 7,
  POA: 11,
  RS: 12,
  NMDS: 15,
  GSO: 16,
  NPUNCU: 18,
  PUB: 19,
  COL: 20,
  IRB: 21,
  GS: 22,
  MOR: 24,
  TS: 25,
  US: 26,
  PS: 27,
  IS: 28,
  RTN: 29,
  GRU: 42,
  CC: 43,
  NPOA: 44,
  NPU: 45,
  NCU: 46,
  AI_TRAINING: 63,
} as const;

/** Shorthand of a use or a restriction of use. */
export type DataUse = keyof typeof DATA_USES;

/** What DUO calls each. */
export const DATA_USE_LABELS: Readonly<Record<DataUse, string>> = {
  NRES: "no restriction",
  HMB: "health or medical or biomedical research",
  DS: "disease specific research",
  POA: "population origins or ancestry research only",
  RS: "research specific restrictions",
  NMDS: "no general methods research",
  GSO: "genetic studies only",
  NPUNCU: "not for profit, non commercial use only",
  PUB: "publication required",
  COL: "collaboration required",
  IRB: "ethics approval required",
  GS: "geographical restriction",
  MOR: "publication moratorium",
  TS: "time limit on use",
  US: "user specific restriction",
  PS: "project specific restriction",
  IS: "institution specific restriction",
  RTN: "return to database or resource",
  GRU: "general research use",
  CC: "clinical care use",
  NPOA: "population origins or ancestry research prohibited",
  NPU: "not for profit organisation use only",
  NCU: "non-commercial use only",
  AI_TRAINING: "training of artificial intelligence models",
};

/** What each permission includes, itself too. Everything else in {@link DATA_USES} is a restriction. */
const PERMISSIONS: Readonly<Partial<Record<DataUse, readonly DataUse[]>>> = {
  NRES: ["NRES", "GRU", "HMB", "DS", "POA", "CC"],
  GRU: ["GRU", "HMB", "DS", "POA"],
  HMB: ["HMB", "DS"],
  DS: ["DS"],
  POA: ["POA"],
  CC: ["CC"],
  AI_TRAINING: ["AI_TRAINING"],
};

/** Uses that are permissions; the others restrict what is permitted. */
export const DATA_USE_PERMISSIONS = Object.keys(PERMISSIONS) as readonly DataUse[];

const ALL = toMask(DATA_USES, "data use", Object.keys(DATA_USES));

/** The code of a use in DUO, such as `DUO:0000042`; undefined for `AI_TRAINING`, which DUO has not. */
export function duoCode(use: DataUse): string | undefined {
  return use === "AI_TRAINING" ? undefined : `DUO:${String(DATA_USES[use]).padStart(7, "0")}`;
}

/** The `uint64` bitmask of uses. Throws {@link CareProofError} `CODE_UNKNOWN` on a name that is none. */
export function dataUsesToMask(uses: Iterable<DataUse>): bigint {
  return toMask(DATA_USES, "data use", uses);
}

/** The shorthands in a `uint64` bitmask of uses. Throws {@link CareProofError} `CODE_UNKNOWN` on a bit that has no name. */
export function maskToDataUses(mask: bigint): DataUse[] {
  return toNames<DataUse>(DATA_USES, "data use", mask);
}

/** Whether a value is a bitmask of uses with a permission in it, and nothing that has no name: `DataUses.isWellFormed`. */
export function isDataUseMask(value: unknown): boolean {
  if (typeof value !== "bigint" || (value & ~ALL) !== 0n) return false;
  return (value & dataUsesToMask(DATA_USE_PERMISSIONS)) !== 0n;
}

/**
 * Whether data that permit `permitted` may be used for `asked`: for something, for no more than is permitted, and under every
 * restriction of `permitted`. Bitmasks of uses; the answer is that of `DataUses.covers`.
 *
 * @throws CareProofError `CODE_UNKNOWN` on a bit that has no name.
 */
export function coversDataUses(permitted: bigint, asked: bigint): boolean {
  const terms = maskToDataUses(permitted);
  const wanted = maskToDataUses(asked);
  const included = new Set(terms.flatMap((use) => PERMISSIONS[use] ?? []));
  if (terms.includes("NPOA")) included.delete("POA");
  const uses = wanted.filter((use) => use in PERMISSIONS);
  const restrictions = terms.filter((use) => !(use in PERMISSIONS));
  return (
    uses.length > 0 &&
    uses.every((use) => included.has(use)) &&
    restrictions.every((restriction) => wanted.includes(restriction))
  );
}
