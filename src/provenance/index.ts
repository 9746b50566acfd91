/**
 * Drug provenance: GS1 keys and token ids, lots and their proofs, EPCIS 2.0 events, their hashes and what they mean on the chain,
 * pedigrees and their papers.
 */
export { CAPTURE_FUNCTIONS, callKey, type CaptureCall, type CaptureFunction } from "./capture/calls.js";
export * from "./capture/concernedIds.js";
export * from "./capture/party.js";
export * from "./capture/plan.js";
export { planCapture } from "./capture/planCapture.js";
export * from "./capture/transactionInformation.js";
export * from "./countFile.js";
export * from "./epcis/canonicalDigitalLink.js";
export * from "./epcis/event.js";
export * from "./epcis/eventFields.js";
export * from "./epcis/eventHash.js";
export * from "./epcis/fieldDisclosure.js";
export * from "./epcis/readEpcis.js";
export { checkElement, type Gs1Element } from "./gs1/applicationIdentifiers.js";
export * from "./gs1/bracketed.js";
export * from "./gs1/companyPrefix.js";
export { expiryDate } from "./gs1/dates.js";
export * from "./gs1/digitalLink.js";
export * from "./gs1/elementString.js";
export * from "./gs1/epcUrn.js";
export * from "./gs1/identification.js";
export * from "./history/attribution.js";
export * from "./history/describe.js";
export * from "./history/epcisHistory.js";
export {
  decodeProvenanceEvent,
  type ProvenanceContracts,
  type ProvenanceEvent,
  type ProvenanceEventName,
  type ProvenanceEvents,
  type ProvenanceLog,
} from "./history/events.js";
export * from "./history/form3911.js";
export * from "./history/historyJson.js";
export * from "./history/historyPage.js";
export * from "./history/packageHistory.js";
export { dscsaPapers, TRANSACTION_STATEMENTS, type DscsaPapers, type Transaction } from "./history/papers.js";
export type { MasterData, Parties, PartyDetails, PartyOnPaper, ProductDetails } from "./history/parties.js";
export * from "./history/readHistory.js";
export { WARNING_CODES, type HistoryWarning, type Label } from "./history/warnings.js";
export * from "./lot.js";
export { type ItemPlace, type LotItem } from "./lotContents.js";
export * from "./lotEvents.js";
export * from "./lotOfDocument.js";
export * from "./lotRun.js";
export * from "./lotTree.js";
export * from "./proofFile.js";
export * from "./statuses.js";
export * from "./tokenId.js";
