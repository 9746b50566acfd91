/**
 * CareProof: everything by domain. Contracts' ABIs are in `careproof/abi`, ethers classes in `careproof/bindings`.
 */
export * as claims from "./claims/index.js";
export * as consent from "./consent/index.js";
export * as participants from "./participants/index.js";
export * as provenance from "./provenance/index.js";
export * as trials from "./trials/index.js";
export * from "./contractErrors.js";
export * from "./deployments/index.js";
export * from "./errors.js";
