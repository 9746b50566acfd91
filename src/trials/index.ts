/**
 * Clinical trials: what a trial commits to, what is signed for it, and the names of what is stored of it; registry records and what
 * became of their outcomes; data of ODM, Dataset-JSON and CSV as rows, batches of them and their verification; a trial's history on a
 * chain, and what an honest reader wants to know of it; on what terms data are used again.
 */
export { readAllocationList } from "./allocationList.js";
export * from "./anchoredBatches.js";
export { AnchoredRows, type ReadManifest } from "./anchoredRows.js";
export * from "./clearSigning.js";
export * from "./csvData.js";
export * from "./dataBatch.js";
export {
  CORRECTS_NONE,
  DATA_LEAF_TAG,
  type DataLeaf,
  dataLeafDigest,
  dataLeafHash,
  dataRowSalt,
  MAX_CAPTURED_AT,
  NO_SUBJECT,
} from "./dataLeaf.js";
export * from "./dataLicence.js";
export {
  DATA_MANIFEST_FORMAT,
  DATA_MANIFEST_VERSION,
  type DataManifestHeader,
  type ManifestRow,
  parseDataManifestHeader,
  parseManifestRow,
  ROW_ROLES,
} from "./dataManifest.js";
export {
  type CorrectionTarget,
  type DataProblem,
  type DataProblemCode,
  type DataRow,
  dataRowContent,
  type RowInfo,
  type RowSink,
  type RowTokens,
  toDataRow,
  type TransactionType,
} from "./dataRow.js";
export * from "./dataStatuses.js";
export * from "./dataUses.js";
export {
  type DataFinding,
  type DataFindings,
  type DataVerification,
  DataVerifier,
  isExact,
  type KeyReader,
} from "./dataVerification.js";
export * from "./datasetJson.js";
export { type EnrolledSubject, EnrolmentList as EnrolledSubjects, readEnrolmentList } from "./enrolmentList.js";
export * from "./events.js";
export * from "./odm/readOdm.js";
export * from "./protocol.js";
export * from "./protocolOpening.js";
export * from "./readTrial.js";
export { compareRecord, isSwitched, type RecordComparison } from "./recordComparison.js";
export * from "./registration/compareOutcomes.js";
export { isTrialRegistration, readTrialRegistrations } from "./registration/readRegistrations.js";
export type * from "./registration/registration.js";
export * from "./registration/registrationNumber.js";
export {
  type LaidField,
  type ColumnPart,
  type RowColumn,
  type RowKind,
  RowLayout,
  type RowShape,
} from "./rowLayout.js";
export * from "./statuses.js";
export { describeTrialStep, type TimelineEntry, timelineOf } from "./timeline.js";
export { type DataFacts, type SafetyFacts, type TrialFacts } from "./trialFacts.js";
export {
  type AnchoredBatch,
  type DataLock,
  type DataStream,
  type DataViolation,
  type EnrolmentDay,
  PROTOCOL_PARTS,
  type ProtocolApproval,
  type ProtocolPart,
  type ReportedOutcome,
  type SeriousEvent,
  type SiteEnrolment,
  type TrialAppointment,
  type TrialHistory,
  type TrialStep,
  type TrialVersion,
  type UnregisteredResult,
} from "./trialHistory.js";
export { type Answer, ENROLMENT_UNPROVED, type TrialAnswer } from "./trialAnswers.js";
export * from "./trialReport.js";
export { trialReportPage } from "./trialReportPage.js";
export * from "./trialWarnings.js";
export * from "./typedData.js";
export { IndexedTree } from "../utils/indexedTree.js";
export { type NumberedLine, splitLines } from "../utils/lines.js";
export { decodeXml } from "../utils/xmlBytes.js";
