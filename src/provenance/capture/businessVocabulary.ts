import type { EpcisEvent } from "../epcis/event.js";
import { webVocabularyUri } from "../epcis/vocabulary.js";

const BIZ_STEP = "https://ref.gs1.org/cbv/BizStep-";
const DISPOSITION = "https://ref.gs1.org/cbv/Disp-";
const SOURCE_OR_DESTINATION = "https://ref.gs1.org/cbv/SDT-";

/** The bare word of CBV for an event's business step, such as `shipping`; the URI itself for one of another vocabulary. */
export function bizStepOf({ bizStep }: EpcisEvent): string | undefined {
  return wordOf(bizStep, BIZ_STEP);
}

/** The bare word of CBV for an event's disposition, such as `in_transit`; the URI itself for one of another vocabulary. */
export function dispositionOf({ disposition }: EpcisEvent): string | undefined {
  return wordOf(disposition, DISPOSITION);
}

/** The bare word of CBV for the kind of a source or destination, such as `owning_party`. */
export function sourceOrDestinationOf(type: string): string | undefined {
  return wordOf(type, SOURCE_OR_DESTINATION);
}

function wordOf(uri: string | undefined, vocabulary: string): string | undefined {
  if (uri === undefined) return undefined;
  const web = webVocabularyUri(uri);
  return web.startsWith(vocabulary) ? web.slice(vocabulary.length) : web;
}
