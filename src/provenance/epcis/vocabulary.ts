/** Compact URI prefixes that the GS1 JSON-LD context of EPCIS 2.0 fixes. No document may give them another meaning. */
export const GS1_PREFIXES: ReadonlyMap<string, string> = new Map([
  ["epcis", "https://ref.gs1.org/epcis/"],
  ["cbv", "https://ref.gs1.org/cbv/"],
  ["gs1", "https://gs1.org/voc/"],
]);

/** Further prefixes of that context, for names of fields. CBV's namespace of master data is the one that XML documents use. */
export const FIELD_PREFIXES: ReadonlyMap<string, string> = new Map([
  ["cbvmda", "urn:epcglobal:cbv:mda"],
  ["rdfs", "http://www.w3.org/2000/01/rdf-schema#"],
  ["owl", "http://www.w3.org/2002/07/owl#"],
  ["xsd", "http://www.w3.org/2001/XMLSchema#"],
  ["dcterms", "http://purl.org/dc/terms/"],
]);

/** Names of notes that are no part of an event, in JSON or XML. */
export const COMMENTS: ReadonlySet<string> = new Set(["comment", `{${FIELD_PREFIXES.get("rdfs")}}comment`]);

/** The vocabularies of CBV 1.2, whose URNs CBV 2.0 replaces by web URIs (rule 14 of the event hash). */
const URN_VOCABULARIES: readonly (readonly [urn: string, uri: string])[] = [
  ["urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"],
  ["urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-"],
  ["urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-"],
  ["urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-"],
  ["urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-"],
];

/** The web URI of a CBV 1.2 URN; any other text as it is. */
export function webVocabularyUri(text: string): string {
  for (const [urn, uri] of URN_VOCABULARIES) if (text.startsWith(urn)) return uri + text.slice(urn.length);
  return text;
}

/** A vocabulary whose terms JSON writes as bare words. */
interface BareWords {
  /** What stands before the word in its web URI. */
  readonly uri: string;
  /** The words; absent where the vocabulary is open. */
  readonly words?: ReadonlySet<string>;
}

function bareWords(uri: string, words: string): BareWords {
  return { uri, words: new Set(words.trim().split(/\s+/)) };
}

const BIZ_STEPS = bareWords(
  "https://ref.gs1.org/cbv/BizStep-",
  `accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning
  departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other
  packing picking receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping
  staging_outbound stock_taking stocking storing transporting unloading unpacking void_shipping`,
);

const DISPOSITIONS = bareWords(
  "https://ref.gs1.org/cbv/Disp-",
  `active available completeness_verified completeness_inferred conformant container_closed container_open damaged destroyed
  dispensed disposed encoded expired in_progress in_transit inactive mismatch_instance mismatch_class mismatch_quantity
  needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
  sellable_accessible sellable_not_accessible stolen unavailable unknown`,
);

const BIZ_TRANSACTION_TYPES = bareWords(
  "https://ref.gs1.org/cbv/BTT-",
  "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
);

const SOURCE_AND_DESTINATION_TYPES = bareWords(
  "https://ref.gs1.org/cbv/SDT-",
  "owning_party possessing_party location",
);

const COMPONENTS = bareWords(
  "https://ref.gs1.org/cbv/Comp-",
  `x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude`,
);

/** By the path of a field's last two names, the vocabulary of its bare words (GS1 JSON-LD context of EPCIS 2.0). */
const BARE_WORDS: ReadonlyMap<string, BareWords> = new Map(
  Object.entries<BareWords>({
    bizStep: BIZ_STEPS,
    disposition: DISPOSITIONS,
    "persistentDisposition.set": DISPOSITIONS,
    "persistentDisposition.unset": DISPOSITIONS,
    "bizTransaction.type": BIZ_TRANSACTION_TYPES,
    "source.type": SOURCE_AND_DESTINATION_TYPES,
    "destination.type": SOURCE_AND_DESTINATION_TYPES,
    "errorDeclaration.reason": bareWords("https://ref.gs1.org/cbv/ER-", "did_not_occur incorrect_data"),
    // The GS1 Web Vocabulary of measurements grows apart from EPCIS.
    "sensorReport.type": { uri: "https://gs1.org/voc/" },
    "sensorReport.exception": bareWords("https://gs1.org/voc/", "ALARM_CONDITION ERROR_CONDITION"),
    "sensorReport.component": COMPONENTS,
  }),
);

const BARE_WORD = /^[A-Za-z]\w*$/;

/**
 * The web URI of a bare word of JSON. A text that is none, such as a URI, is given back as it is.
 *
 * @param parent Name of the field that has the field, empty for the event.
 * @returns undefined where the field's vocabulary has no such word.
 */
export function expandBareWord(parent: string, name: string, text: string): string | undefined {
  const vocabulary = BARE_WORDS.get(parent === "" ? name : `${parent}.${name}`);
  if (vocabulary === undefined || text === "" || text.includes(":")) return text;
  const known = vocabulary.words?.has(text) ?? BARE_WORD.test(text);
  return known ? vocabulary.uri + text : undefined;
}

/** Expands a compact URI (`gs1:Temperature`) by GS1's prefixes, then by the document's; any other text is given back as it is. */
export function expandCompactUri(text: string, prefixes: ReadonlyMap<string, string>): string {
  const colon = text.indexOf(":");
  if (colon < 0 || text.startsWith("//", colon + 1)) return text;
  const prefix = text.slice(0, colon);
  const namespace = GS1_PREFIXES.get(prefix) ?? prefixes.get(prefix);
  return namespace === undefined ? text : namespace + text.slice(colon + 1);
}
