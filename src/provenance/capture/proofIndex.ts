import { proofOf, type LotProof, type ProofFile } from "../proofFile.js";
import { identifierOf, tokenIdOf, type ProductIdentifier } from "../tokenId.js";

/** Where a package or container is in a lot's tree. */
export interface PlaceInLot {
  readonly file: ProofFile;
  /** Token ids of the containers around it, the innermost first. */
  readonly path: readonly bigint[];
}

/** What the proof files at hand prove, by token id. */
export class ProofIndex {
  /** By token id in hex: engines hash the low digits of a bigint, and those of all packages with short serials are zero. */
  private readonly places = new Map<string, PlaceInLot>();

  /** @param files Of any lots and runs. What is in two of them is taken from the first. */
  constructor(readonly files: readonly ProofFile[]) {
    for (const file of files) this.add(file);
  }

  placeOf(id: bigint): PlaceInLot | undefined {
    return this.places.get(id.toString(16));
  }

  /** The proof of what has a place. */
  proofOf(id: bigint): LotProof | undefined {
    const place = this.placeOf(id);
    return place === undefined ? undefined : proofOf(place.file, identifierOf(id));
  }

  private add(file: ProofFile): void {
    const path: bigint[] = [];
    const put = (identifier: ProductIdentifier): bigint => {
      const id = tokenIdOf(identifier);
      const key = id.toString(16);
      if (!this.places.has(key)) this.places.set(key, { file, path: path.toReversed() });
      return id;
    };
    for (const { sscc, depth, serials } of file.lines) {
      path.length = depth;
      if (sscc !== undefined) path.push(put({ kind: "sscc", sscc }));
      for (const serial of serials) put({ kind: "sgtin", gtin: file.header.gtin, serial });
    }
  }
}
