/**
 * Clinical trials: what a trial commits to, what is signed for it, and the names of what is stored of it; data of ODM, Dataset-JSON and CSV
 * as rows, batches of them and their verification; a trial's history on a chain, and what an honest reader wants to know of it.
 */
export { readAllocationList } from "./allocationList.js";
export * from "./anchoredBatches.js";
export * from "./anchoredRows.js";
export * from "./csvData.js";
export * from "./dataBatch.js";
export * from "./dataLeaf.js";
export * from "./dataLicence.js";
export * from "./dataManifest.js";
export * from "./dataRow.js";
export * from "./dataStatuses.js";
export * from "./dataUses.js";
export * from "./dataVerification.js";
export * from "./datasetJson.js";
export { type EnrolledSubject, EnrolmentList as EnrolledSubjects, readEnrolmentList } from "./enrolmentList.js";
export * from "./events.js";
export * from "./odm/readOdm.js";
export * from "./protocol.js";
export * from "./protocolOpening.js";
export * from "./readTrial.js";
export * from "./recordComparison.js";
export * from "./registration/compareOutcomes.js";
export { isTrialRegistration, readTrialRegistrations } from "./registration/readRegistrations.js";
export type * from "./registration/registration.js";
export * from "./registration/registrationNumber.js";
export * from "./rowLayout.js";
export * from "./statuses.js";
export * from "./timeline.js";
export { type DataFacts, type SafetyFacts, type TrialFacts } from "./trialFacts.js";
export * from "./trialHistory.js";
export * from "./trialReport.js";
export { trialReportPage } from "./trialReportPage.js";
export * from "./trialWarnings.js";
export * from "./typedData.js";
export { IndexedTree } from "../utils/indexedTree.js";
