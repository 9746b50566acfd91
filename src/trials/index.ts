/** Clinical trials: registrations and what became of their outcomes; data of ODM, Dataset-JSON and CSV, batches of them, their verification. */
export { AnchoredRows, type ReadManifest } from "./anchoredRows.js";
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
export * from "./datasetJson.js";
export {
  type DataFinding,
  type DataFindings,
  type DataVerification,
  DataVerifier,
  isExact,
  type KeyReader,
} from "./dataVerification.js";
export * from "./enrolmentList.js";
export * from "./odm/readOdm.js";
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
export { type NumberedLine, splitLines } from "../utils/lines.js";
export { decodeXml } from "../utils/xmlBytes.js";
