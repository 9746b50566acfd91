/**
 * Clinical trials: what a trial commits to, what is signed for it, and the names of what is stored of it; on what terms its data are
 * used again.
 */
export * from "./dataLicence.js";
export * from "./dataUses.js";
export * from "./protocol.js";
export * from "./statuses.js";
export * from "./typedData.js";
export { IndexedTree } from "../utils/indexedTree.js";
