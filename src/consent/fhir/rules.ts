/**
 * `Consent.provision` of FHIR R4 as a tree of rules, each with what it inherits from the rules around it.
 *
 * Within an element several values are alternatives; different elements must all hold. What a rule leaves open it has
 * from the rule around it, and it can only narrow that.
 */

import { CATEGORIES, CONSENT_FLAGS, PURPOSES, type Category, type Purpose } from "../codes.js";
import { categoriesToMask } from "../masks.js";
import { coding, concept, dateTime, element, inexpressible, invalid, items, text, type Element } from "./elements.js";
import { partyKey, readParty, type PartyOptions } from "./party.js";
import { kindsOfType, typesOfCategory } from "./resourceTypes.js";
import {
  ACT_CODE,
  ACT_REASON,
  CAREPROOF_CATEGORY,
  CAREPROOF_PURPOSE,
  CONFIDENTIALITY,
  CONSENT_ACTION,
  isProtected,
  PARTICIPATION_TYPE,
  RESOURCE_TYPES,
} from "./systems.js";
import type { Party } from "./terms.js";

/** What a rule does. */
export type RuleType = "permit" | "deny";

/** One provision, after inheritance. What is undefined is not limited by this rule or any around it. */
export interface Rule {
  readonly path: string;
  readonly type: RuleType;
  readonly parties: readonly Party[] | undefined;
  readonly purposes: ReadonlySet<Purpose> | undefined;
  /** Bitmask of categories. */
  readonly categories: bigint | undefined;
  /** Bitmask of flags. */
  readonly flags: number;
  /** Unix seconds, first second at which the rule holds. */
  readonly start: number | undefined;
  /** Unix seconds, first second at which it no longer does. */
  readonly end: number | undefined;
  /** The elements that this rule itself has, not those it inherits. */
  readonly own: ReadonlySet<string>;
  /** Paths of the class codings that are not exactly kinds of data. */
  readonly inexact: readonly string[];
  readonly nested: readonly Rule[];
}

/** What reading a rule needs to know. */
export interface RuleOptions extends PartyOptions {
  /** Reference of the organisation whose records the consent is about, if the patient's address is used with it alone. */
  readonly custodian?: string;
}

const NO_REDISCLOSURE = 1 << CONSENT_FLAGS.NORDSCLCD;

/** Reads a provision and all inside it. `type` is what the rule does where it does not say so itself. */
export function readRule(
  value: unknown,
  path: string,
  type: RuleType | undefined,
  around: Rule | undefined,
  options: RuleOptions,
): Rule {
  const provision = element(value, path, [
    "type",
    "period",
    "actor",
    "action",
    "securityLabel",
    "purpose",
    "class",
    "code",
    "dataPeriod",
    "data",
    "provision",
  ]);
  const ownType = readType(provision);
  const does = ownType ?? type ?? invalid(`${path}.type`, "a nested rule must say permit or deny");
  if (type !== undefined && ownType !== undefined && ownType !== type) {
    inexpressible(
      `${path}.type`,
      `${ownType} under the base policy ${type} is about everyone who is not named; a consent here is given to a named grantee`,
    );
  }
  const period = readPeriod(provision, around);
  const parties = readActors(provision, around, options);
  const onward = readActions(provision);
  const labels = readLabels(provision, does);
  const purposes = readPurposes(provision, around);
  const classes = readClasses(provision, does);
  refuse(provision, "code", "a code picks single records out of a kind of data");
  refuse(provision, "dataPeriod", "a consent here covers the data of all times");
  refuse(provision, "data", "a consent here covers kinds of data, not single records");

  if (does === "deny" && classes.mask !== 0n && labels.mask !== 0n) {
    inexpressible(
      `${path}.securityLabel`,
      "only the protected part of some classes is denied: deny the classes or the label",
    );
  }
  const named = classes.mask | labels.mask;
  const within = named & (around?.categories ?? named);
  // A denial of what is not permitted anyway holds as it is written.
  const categories = named === 0n ? around?.categories : within === 0n && does === "deny" ? named : within;
  if (categories === 0n) inexpressible(`${path}.class`, "is not among the data of the rule around it");

  const rule = {
    path,
    type: does,
    ...period,
    parties,
    purposes,
    categories,
    flags: (around?.flags ?? 0) | labels.flags | onward,
    own: new Set(Object.keys(provision.value)),
    inexact: [...(around?.inexact ?? []), ...classes.inexact],
    nested: [],
  } satisfies Rule;
  return {
    ...rule,
    nested: items(provision, "provision").map((item) => readRule(item.value, item.path, undefined, rule, options)),
  };
}

function refuse(provision: Element, name: string, why: string): void {
  const value = provision.value[name];
  if (value === undefined) return;
  inexpressible(`${provision.path}.${name}${Array.isArray(value) ? "[0]" : ""}`, why);
}

function readType(provision: Element): RuleType | undefined {
  const type = text(provision, "type");
  if (type === undefined || type === "permit" || type === "deny") return type;
  return invalid(`${provision.path}.type`, `"${type}" is neither permit nor deny`);
}

function readPeriod(provision: Element, around: Rule | undefined): Pick<Rule, "start" | "end"> {
  if (provision.value.period === undefined) return { start: around?.start, end: around?.end };
  const path = `${provision.path}.period`;
  const period = element(provision.value.period, path, ["start", "end"]);
  const first = dateTime(period, "start")?.first;
  const last = dateTime(period, "end")?.end;
  if (first !== undefined && last !== undefined && first >= last) invalid(path, "ends before it starts");
  const start = Math.max(first ?? -Infinity, around?.start ?? -Infinity);
  const end = Math.min(last ?? Infinity, around?.end ?? Infinity);
  if (start >= end) inexpressible(path, "is outside the period of the rule around it");
  return { start: Number.isFinite(start) ? start : undefined, end: Number.isFinite(end) ? end : undefined };
}

/** PRCP and IRCP are who receives; the custodian (CST) limits whose records a rule is about, which terms cannot. */
function readActors(provision: Element, around: Rule | undefined, options: RuleOptions): readonly Party[] | undefined {
  const parties = new Map<string, Party>();
  for (const item of items(provision, "actor")) {
    const actor = element(item.value, item.path, ["role", "reference"]);
    const role = concept(
      actor.value.role,
      `${item.path}.role`,
      ({ system, code }) =>
        system === PARTICIPATION_TYPE && ["PRCP", "IRCP", "CST"].includes(code) ? code : undefined,
      "an actor is a recipient (PRCP or IRCP of ParticipationType)",
    );
    const path = `${item.path}.reference`;
    if (role === "CST") {
      if (readParty(actor.value.reference, path, {}).reference !== options.custodian) {
        inexpressible(`${item.path}.role`, "CST limits the consent to one custodian's records, which terms cannot say");
      }
      continue;
    }
    const party = readParty(actor.value.reference, path, options);
    if (around?.parties?.some((known) => partyKey(known) === partyKey(party)) === false) {
      inexpressible(path, "is not among the actors of the rule around it");
    }
    parties.set(partyKey(party), party);
  }
  return parties.size === 0 ? around?.parties : [...parties.values()];
}

/**
 * Access is what the registry answers for, so a rule must be about access. What is not permitted to be disclosed carries
 * NORDSCLCD. Collecting and using for the purpose come with access: FHIR R4 calls reading the only action in the
 * understood scope of the resource.
 */
function readActions(provision: Element): number {
  const actions = items(provision, "action").map((item) =>
    concept(
      item.value,
      item.path,
      ({ system, code }) =>
        system === CONSENT_ACTION && ["collect", "access", "use", "disclose"].includes(code) ? code : undefined,
      "an action is collect, access, use or disclose of consentaction",
    ),
  );
  if (actions.length === 0) return 0;
  if (!actions.includes("access")) inexpressible(`${provision.path}.action`, "is not about access");
  return !actions.includes("disclose") ? NO_REDISCLOSURE : 0;
}

/** Sensitivity labels name protected kinds; refrain policies are flags; N is what the general kinds are. */
function readLabels(provision: Element, type: RuleType): { mask: bigint; flags: number } {
  let mask = 0n;
  let flags = 0;
  let normal: string | undefined;
  for (const item of items(provision, "securityLabel")) {
    const { system, code, path } = coding(item.value, item.path);
    if (system === ACT_CODE && isCategory(code) && isProtected(code)) {
      mask |= categoriesToMask([code]);
    } else if (system === ACT_CODE && Object.hasOwn(CONSENT_FLAGS, code)) {
      if (type === "deny") inexpressible(path, `${code} is a duty of who may use data; this rule denies`);
      flags |= 1 << CONSENT_FLAGS[code as keyof typeof CONSENT_FLAGS];
    } else if (system === CONFIDENTIALITY && code === "N" && type === "permit") {
      normal = path;
    } else if (system === CONFIDENTIALITY) {
      inexpressible(
        path,
        `${code} is a level of confidentiality, not a kind of data: name what is sensitive by ActCode`,
      );
    } else {
      inexpressible(path, `label ${code} of ${system} is not known`);
    }
  }
  if (normal !== undefined && mask !== 0n) {
    inexpressible(normal, "normal confidentiality (N) leaves out what the sensitivity labels beside it name");
  }
  return { mask, flags };
}

function readPurposes(provision: Element, around: Rule | undefined): ReadonlySet<Purpose> | undefined {
  const purposes = new Set<Purpose>();
  for (const item of items(provision, "purpose")) {
    const { system, code, path } = coding(item.value, item.path);
    const known =
      (system === ACT_REASON && code !== "AI_TRAINING") || (system === CAREPROOF_PURPOSE && code === "AI_TRAINING");
    if (!known || !Object.hasOwn(PURPOSES, code)) inexpressible(path, `purpose ${code} of ${system} is not known`);
    const purpose = code as Purpose;
    if (around?.purposes?.has(purpose) === false) {
      inexpressible(path, `${purpose} is not among the purposes of the rule around it`);
    }
    purposes.add(purpose);
  }
  return purposes.size === 0 ? around?.purposes : purposes;
}

function readClasses(provision: Element, type: RuleType): { mask: bigint; inexact: readonly string[] } {
  let mask = 0n;
  const types = new Map<string, string>();
  const named = new Set<Category>();
  for (const item of items(provision, "class")) {
    const { system, code, path } = coding(item.value, item.path);
    let found: readonly Category[] | undefined;
    if (system === RESOURCE_TYPES) {
      found = kindsOfType(code)?.[type === "permit" ? "permitted" : "denied"];
      types.set(code, path);
    } else if (system === CAREPROOF_CATEGORY && isCategory(code) && !isProtected(code)) {
      found = [code];
      named.add(code);
    }
    if (found === undefined) inexpressible(path, `class ${code} of ${system} is no kind of data known here`);
    mask |= categoriesToMask(found);
  }
  const isWhole = (kind: Category): boolean =>
    named.has(kind) || typesOfCategory(kind)?.every((name) => types.has(name)) === true;
  const inexact = [...types]
    .filter(([name]) => kindsOfType(name)?.denied.every(isWhole) !== true)
    .map(([, path]) => path);
  return { mask, inexact };
}

function isCategory(code: string): code is Category {
  return Object.hasOwn(CATEGORIES, code);
}
