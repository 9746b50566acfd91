/** The event types of EPCIS 2.0 (section 7.4). QuantityEvent, which EPCIS 1.1 deprecated, is not one. */
export const EPCIS_EVENT_TYPES = [
  "ObjectEvent",
  "AggregationEvent",
  "TransactionEvent",
  "TransformationEvent",
  "AssociationEvent",
] as const;

/** A type of event. */
export type EpcisEventType = (typeof EPCIS_EVENT_TYPES)[number];

/** What an event says of its objects (section 7.3.3). */
export const EPCIS_ACTIONS = ["OBSERVE", "ADD", "DELETE"] as const;

/** An action. */
export type EpcisAction = (typeof EPCIS_ACTIONS)[number];

/** The fields of a `sensorMetadata`, in the order of the event hash. */
export const SENSOR_METADATA_FIELDS = [
  "time",
  "startTime",
  "endTime",
  "deviceID",
  "deviceMetadata",
  "rawData",
  "dataProcessingMethod",
  "bizRules",
] as const;

/** The fields of a `sensorReport`, in the order of the event hash. */
export const SENSOR_REPORT_FIELDS = [
  "type",
  "exception",
  "deviceID",
  "deviceMetadata",
  "rawData",
  "dataProcessingMethod",
  "time",
  "microorganism",
  "chemicalSubstance",
  "value",
  "component",
  "stringValue",
  "booleanValue",
  "hexBinaryValue",
  "uriValue",
  "minValue",
  "maxValue",
  "meanValue",
  "sDev",
  "percRank",
  "percValue",
  "uom",
  "coordinateReferenceSystem",
] as const;

/** A field of another vocabulary: in `ilmd`, at the end of an event, or where the standard has an extension point. */
export interface EpcisExtension {
  /** `{namespace}name`; within another extension also a name without a namespace. */
  readonly name: string;
  /** Its text, numbers as written; empty where there is none. */
  readonly value: string;
  /** The fields within it. */
  readonly children: readonly EpcisExtension[];
}

/** What can have fields of other vocabularies. */
export interface EpcisExtensible {
  readonly extensions?: readonly EpcisExtension[];
}

/** An amount of a class of objects (section 7.3.3.3). */
export interface EpcisQuantityElement {
  /** EPC class URI or GS1 Digital Link URI. */
  readonly epcClass: string;
  /** A decimal as written. Absent: unknown. */
  readonly quantity?: string;
  /** UN/CEFACT Recommendation 20 code. Absent: a count. */
  readonly uom?: string;
}

/** A place: URI of a read point or business location. */
export interface EpcisLocation extends EpcisExtensible {
  readonly id: string;
}

/** A business transaction, and its type (BTT) if stated. */
export interface EpcisBizTransaction {
  readonly type?: string;
  readonly bizTransaction: string;
}

/** Where a transfer begins, and what kind of source that is (SDT). */
export interface EpcisSource {
  readonly type: string;
  readonly source: string;
}

/** Where a transfer ends, and what kind of destination that is (SDT). */
export interface EpcisDestination {
  readonly type: string;
  readonly destination: string;
}

/** How a sensor measured. All values are text as written. */
export type EpcisSensorMetadata = Readonly<Partial<Record<(typeof SENSOR_METADATA_FIELDS)[number], string>>> &
  EpcisExtensible;

/** What a sensor measured. All values are text as written. */
export type EpcisSensorReport = Readonly<Partial<Record<(typeof SENSOR_REPORT_FIELDS)[number], string>>> &
  EpcisExtensible & {
    /** Not a field of CBV 2.0's event hash, though events have it. */
    readonly bizRules?: string;
  };

/** Measurements of one sensor. */
export interface EpcisSensorElement extends EpcisExtensible {
  readonly sensorMetadata?: EpcisSensorMetadata;
  readonly sensorReport: readonly EpcisSensorReport[];
}

/** That an earlier event, the one with the same eventID, was wrong (section 7.4.1.2). */
export interface EpcisErrorDeclaration extends EpcisExtensible {
  readonly declarationTime: string;
  /** Error reason (ER). */
  readonly reason?: string;
  readonly correctiveEventIDs: readonly string[];
}

/** Dispositions that last (section 7.3.5.6). */
export interface EpcisPersistentDisposition {
  readonly set: readonly string[];
  readonly unset: readonly string[];
}

/**
 * An event of EPCIS 2.0 (section 7.4), by the standard's field names, the same whether it was JSON or XML. Identifiers and times are
 * as written. Compact URIs are expanded, and the bare words of JSON (`shipping`) are CBV web URIs
 * (`https://ref.gs1.org/cbv/BizStep-shipping`); URNs of CBV 1.2, which mean the same, stay.
 */
export interface EpcisEvent extends EpcisExtensible {
  readonly type: EpcisEventType;
  /** xsd:dateTimeStamp. */
  readonly eventTime: string;
  /** `+hh:mm` or `-hh:mm`, where the event took place. */
  readonly eventTimeZoneOffset: string;
  readonly recordTime?: string;
  readonly eventID?: string;
  readonly errorDeclaration?: EpcisErrorDeclaration;
  readonly certificationInfo?: readonly string[];
  /** Every type but TransformationEvent has one. */
  readonly action?: EpcisAction;
  readonly parentID?: string;
  readonly epcList?: readonly string[];
  readonly childEPCs?: readonly string[];
  readonly inputEPCList?: readonly string[];
  readonly outputEPCList?: readonly string[];
  readonly quantityList?: readonly EpcisQuantityElement[];
  readonly childQuantityList?: readonly EpcisQuantityElement[];
  readonly inputQuantityList?: readonly EpcisQuantityElement[];
  readonly outputQuantityList?: readonly EpcisQuantityElement[];
  readonly transformationID?: string;
  readonly bizStep?: string;
  readonly disposition?: string;
  readonly persistentDisposition?: EpcisPersistentDisposition;
  readonly readPoint?: EpcisLocation;
  readonly bizLocation?: EpcisLocation;
  readonly bizTransactionList?: readonly EpcisBizTransaction[];
  readonly sourceList?: readonly EpcisSource[];
  readonly destinationList?: readonly EpcisDestination[];
  readonly sensorElementList?: readonly EpcisSensorElement[];
  /** Instance/lot master data. */
  readonly ilmd?: readonly EpcisExtension[];
}

/** The events of a text, in its order. */
export interface EpcisDocument {
  readonly format: "JSON" | "XML";
  /** As the document states it, such as `2.0`. XML may be of 1.x; JSON of 1.x does not exist. Absent for events without a document. */
  readonly schemaVersion?: string;
  readonly events: readonly EpcisEvent[];
  /** Extensions, as `{namespace}name`, that the document's `ignoreFields` excludes from event hashes. */
  readonly ignoredFields: readonly string[];
}
