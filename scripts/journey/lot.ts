/** The lot of the journey: 10,000 invented packages, their tree and proof files, and the EPCIS events about them. */
import { checkDigit } from "../../src/provenance/checkDigit";
import { eventHashBytes32 } from "../../src/provenance/epcis/eventHash";
import { readEpcis } from "../../src/provenance/epcis/readEpcis";
import type { LotItem } from "../../src/provenance/lotContents";
import { LotTree } from "../../src/provenance/lotTree";
import {
  proofFileHash,
  proofOf,
  readProofFile,
  writeProofFile,
  type LotProof,
  type ProofFile,
} from "../../src/provenance/proofFile";
import { tokenIdOf, type ProductIdentifier, type Sgtin, type Sscc } from "../../src/provenance/tokenId";

/** GS1's own example company prefix, and a GTIN under it. */
export const COMPANY_PREFIX = { digits: "9521141", length: 7 } as const;
export const GTIN = "09521141123454";
export const PACKAGES = 10_000;
export const CASES = 100;
export const PALLETS = 5;
const A_CASE = PACKAGES / CASES;
const A_PALLET = PACKAGES / PALLETS;
const DAY_MILLISECONDS = 86_400_000;

/** The lot, and the proof of everything in it out of the proof files that travel with its pallets. */
export class SampleLot {
  readonly number = "JOURNEY-1";
  /** Packages on a pallet. */
  readonly aPallet = A_PALLET;

  private constructor(
    private readonly tree: LotTree,
    private readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly file: ProofFile }>,
    /** The last day of use (days since 1970-01-01 UTC). */
    readonly expirationDay: number,
  ) {}

  /** Builds tree and proof files. */
  static async build(expirationDay: number): Promise<SampleLot> {
    const expirationDate = new Date(expirationDay * DAY_MILLISECONDS).toISOString().slice(0, 10);
    const run = { gtin: GTIN, lotNumber: "JOURNEY-1", expirationDate, run: 0, prefixLength: COMPANY_PREFIX.length };
    const tree = await LotTree.build(run, items());
    const files = new Map<string, { bytes: Uint8Array; file: ProofFile }>();
    for (const section of tree.sections) {
      const bytes = new TextEncoder().encode([...writeProofFile(tree, section)].map((line) => `${line}\n`).join(""));
      files.set(section.container!, { bytes, file: await readProofFile(bytes) });
    }
    return new SampleLot(tree, files, expirationDay);
  }

  get root(): string {
    return this.tree.root;
  }

  get key(): bigint {
    return this.tree.lot;
  }

  package(index: number): Sgtin {
    return packageOf(index);
  }

  case(index: number): Sscc {
    return caseOf(index);
  }

  pallet(index: number): Sscc {
    return palletOf(index);
  }

  readonly tokenOf = (thing: ProductIdentifier): bigint => tokenIdOf(thing);

  /** The proof of a thing, out of its pallet's file. */
  readonly originOf = (thing: ProductIdentifier): LotProof => {
    const reference = thing.kind === "sgtin" ? thing.serial.slice(2) : thing.sscc.slice(8, 17);
    const onPallet = thing.kind === "sgtin" ? A_PALLET : thing.sscc.startsWith("1") ? CASES / PALLETS : 1;
    const pallet = palletOf(Math.floor(Number(reference) / onPallet));
    return proofOf(this.files.get(pallet.sscc)!.file, thing);
  };

  /** SHA-256 of the file that travels with a pallet. */
  async proofFileHash(pallet: Sscc): Promise<string> {
    return proofFileHash(this.files.get(pallet.sscc)!.bytes);
  }
}

function* items(): Generator<LotItem> {
  for (let index = 0; index < PACKAGES; index++) {
    const box = Math.floor(index / A_CASE);
    const path = [caseOf(box), palletOf(Math.floor(index / A_PALLET))];
    yield { identifier: packageOf(index), path };
  }
}

function packageOf(index: number): Sgtin {
  return { kind: "sgtin", gtin: GTIN, serial: `CP${String(index).padStart(6, "0")}` };
}

function caseOf(index: number): Sscc {
  return ssccOf("1", index);
}

function palletOf(index: number): Sscc {
  return ssccOf("2", index);
}

function ssccOf(extension: string, reference: number): Sscc {
  const digits = `${extension}${COMPANY_PREFIX.digits}${String(reference).padStart(9, "0")}`;
  return { kind: "sscc", sscc: `${digits}${checkDigit(digits)}` };
}

/** The hash of an EPCIS 2.0 event of this business step (CBV 2.0) at a time (unix seconds). */
export function sampleEventHash(bizStep: string, time: number): string {
  const document = readEpcis(
    JSON.stringify({
      "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
      type: "ObjectEvent",
      eventTime: new Date(time * 1_000).toISOString(),
      eventTimeZoneOffset: "+00:00",
      epcList: [`https://id.gs1.org/01/${GTIN}/21/CP000000`],
      action: bizStep === "commissioning" ? "ADD" : "OBSERVE",
      bizStep,
    }),
  );
  return eventHashBytes32(document.events[0]!, document);
}
