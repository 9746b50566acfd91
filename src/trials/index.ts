/**
 * Clinical trials: what a trial commits to, what is signed for it, and the names of what is stored of it; registry records and what
 * became of their outcomes; data of ODM, Dataset-JSON and CSV as rows, batches of them and their verification; on what terms data are
 * used again.
 */
export * from "./anchoredRows.js";
export * from "./csvData.js";
export * from "./dataBatch.js";
export * from "./dataLeaf.js";
export * from "./dataLicence.js";
export * from "./dataManifest.js";
export * from "./dataRow.js";
export * from "./dataUses.js";
export * from "./dataVerification.js";
export * from "./datasetJson.js";
export * from "./enrolmentList.js";
export * from "./odm/readOdm.js";
export * from "./protocol.js";
export * from "./registration/compareOutcomes.js";
export { isTrialRegistration, readTrialRegistrations } from "./registration/readRegistrations.js";
export type * from "./registration/registration.js";
export * from "./registration/registrationNumber.js";
export * from "./rowLayout.js";
export * from "./statuses.js";
export * from "./typedData.js";
export { IndexedTree } from "../utils/indexedTree.js";
