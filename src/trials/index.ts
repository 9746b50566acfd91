/** Clinical trials: data of ODM, Dataset-JSON and CSV as rows, batches of them and their verification. */
export * from "./anchoredRows.js";
export * from "./csvData.js";
export * from "./dataBatch.js";
export * from "./dataLeaf.js";
export * from "./dataManifest.js";
export * from "./dataRow.js";
export * from "./dataVerification.js";
export * from "./datasetJson.js";
export * from "./enrolmentList.js";
export * from "./odm/readOdm.js";
export * from "./rowLayout.js";
