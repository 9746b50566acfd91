/** Drug provenance: GS1 keys and token ids, lots and their proofs, EPCIS 2.0 events and their hashes. */
export * from "./lot.js";
export * from "./tokenId.js";
