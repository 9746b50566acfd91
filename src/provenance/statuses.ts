/** The enums of the contracts of drug provenance, by their names there and in their order. A test holds both equal. */

/** The life of a package or container: `IItems.Disposition`. */
export const ITEM_DISPOSITIONS = [
  "None",
  "Active",
  "InTransit",
  "ReturnInTransit",
  "Returned",
  "Suspect",
  "Illegitimate",
  "PartiallyDispensed",
  "Dispensed",
  "Supplied",
  "Exported",
  "Destroyed",
  "Stolen",
  "Lost",
] as const;

/** Name of a disposition. */
export type ItemDisposition = (typeof ITEM_DISPOSITIONS)[number];

/** Why a thing cannot be sold: `IItems.Obstacle`. */
export const OBSTACLES = [
  "None",
  "NotAnIdentifier",
  "InTransit",
  "ReturnInTransit",
  "Returned",
  "Suspect",
  "Illegitimate",
  "PartiallyDispensed",
  "Dispensed",
  "Supplied",
  "Exported",
  "Destroyed",
  "Stolen",
  "Lost",
  "UnknownLot",
  "NotInLot",
  "ForeignPrefix",
  "Duplicate",
  "Recalled",
  "Expired",
] as const;

/** Name of an obstacle. */
export type Obstacle = (typeof OBSTACLES)[number];

/** How dangerous a recalled product is (21 CFR 7.3(m)): `ILots.RecallClass`. */
export const RECALL_CLASSES = ["None", "I", "II", "III"] as const;

/** Name of a class. */
export type RecallClass = (typeof RECALL_CLASSES)[number];

/** What is asked of a manufacturer: `IProductInvestigations.Question`. */
export const QUESTIONS = ["Verification", "SuspectProduct"] as const;

/** What was answered: `IProductInvestigations.Answer`. */
export const ANSWERS = ["None", "Genuine", "NotGenuine", "CannotTell"] as const;
