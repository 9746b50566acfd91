/**
 * FHIR R4 `Consent` to the decisions that `ConsentRegistry` records.
 *
 * How the standard is read where it leaves a choice:
 * - `policyRule` OPTIN (or OPTINR) permits and OPTOUT (or OPTOUTE) denies; the top-level provision says whom and what that
 *   base is about, its `type` may stand in for `policyRule` and must not contradict it. Nested rules are exceptions; one that
 *   denies always wins.
 * - A top-level provision under OPTIN that names no actor but has nested permits is only the frame of those permits.
 * - No class and no sensitivity label means all general kinds of data, never a protected one. Sensitivity labels without a
 *   class mean those protected kinds alone.
 * - A date without a time zone is in UTC. A period includes its last day or second.
 * - A denial that names actors is a revocation for them, for the purposes named or else for all. OPTOUT for nobody in
 *   particular withdraws everything.
 * - The registry denies by default and a later decision replaces an earlier one for the same grantee and purpose, so what a
 *   consent does not mention stays as it was.
 * Whatever else a consent says is refused, with the path of the element.
 */

import type { Purpose } from "../codes.js";
import {
  ALL_PURPOSES,
  GENERAL_CATEGORIES,
  maskToCategories,
  maskToFlags,
  maskToPurposes,
  purposesToMask,
} from "../masks.js";
import { concept, dateTime, element, inexpressible, invalid, items, text, type Element } from "./elements.js";
import { partyKey, readParty } from "./party.js";
import { readRule, type Rule, type RuleOptions, type RuleType } from "./rules.js";
import { ACT_CODE, CONSENT_SCOPE } from "./systems.js";
import { LONGEST_CONSENT, type ConsentGrant, type ConsentRevocation, type ConsentTerms, type Party } from "./terms.js";

/** How to read a consent. */
export interface ReadConsentOptions extends RuleOptions {
  /** Unix seconds at which a grant without a period's end stops counting; without it such a consent is refused. */
  readonly defaultExpiry?: number;
  /**
   * Unix seconds now. A revocation dated by day alone counts to the end of that day, so that it ends every consent given on
   * it; `now` keeps it from lying in the future, which the registry refuses.
   */
  readonly now?: number;
}

const ELEMENTS = [
  "resourceType",
  "meta",
  "implicitRules",
  "language",
  "text",
  "contained",
  "identifier",
  "status",
  "scope",
  "category",
  "patient",
  "dateTime",
  "performer",
  "organization",
  "sourceAttachment",
  "sourceReference",
  "policy",
  "policyRule",
  "verification",
  "provision",
];

/**
 * Reads a FHIR R4 `Consent` (as parsed JSON) into the decisions it holds, one for each grantee and set of equal terms.
 *
 * Throws `ConsentFormatError`: `CONSENT_INVALID` for what is no FHIR R4 consent, `CONSENT_INEXPRESSIBLE` for what consent
 * terms cannot say; `path` is the offending element.
 */
export function readConsent(consent: unknown, options: ReadConsentOptions = {}): ConsentTerms[] {
  const resource = readHeader(consent);
  const patient = readParty(
    resource.value.patient ?? invalid("Consent.patient", "is missing"),
    "Consent.patient",
    options,
  );
  const decided =
    dateTime(resource, "dateTime") ?? inexpressible("Consent.dateTime", "is missing: a decision has a time");
  // The earliest second for a grant, the latest for a revocation: in doubt, less is allowed.
  const grantedAt = decided.first;
  const revokedAt = Math.max(decided.first, Math.min(decided.end - 1, options.now ?? Infinity));
  if (grantedAt < 0) inexpressible("Consent.dateTime", "is before 1970");
  const base = readPolicyRule(resource);

  if (resource.value.provision === undefined) {
    if (base === "deny") return [{ kind: "revocationOfAll", patient, issuedAt: revokedAt, path: "Consent" }];
    if (base === "permit")
      inexpressible("Consent.provision", "is missing: OPTIN alone names no recipient, purpose or period");
    invalid("Consent.policyRule", "is missing, and no provision says permit or deny");
  }
  const provision = resource.value.provision;
  const type = base ?? topLevelType(provision);
  const root = readRule(provision, "Consent.provision", type, undefined, options);

  const permits = permitsOf(root);
  const denials = root.nested.filter((rule) => rule.type === "deny");
  const pieces = permits.flatMap((rule) =>
    piecesOf(rule, rule === root ? rule.nested : [...rule.nested, ...denials], grantedAt, options.defaultExpiry),
  );
  if (root.type === "deny" && root.parties === undefined && permits.length === 0) {
    if (
      root.purposes !== undefined ||
      root.categories !== undefined ||
      root.nested.length > 0 ||
      root.own.has("period")
    ) {
      inexpressible(root.path, "denies a part to everyone; a denial of a part names its actors");
    }
    return [{ kind: "revocationOfAll", patient, issuedAt: revokedAt, path: root.path }];
  }

  const grants = mergePieces(pieces, patient, grantedAt);
  const allDenials = [
    // With permits inside, a denial of only a part or a time is the frame of these: what it leaves is denied anyway.
    ...(root.type === "deny" && (permits.length === 0 || !isPartial(root)) ? [root] : []),
    ...denials,
    ...permits.filter((rule) => rule !== root).flatMap((rule) => rule.nested),
  ];
  return [...grants, ...revocationsOf(allDenials, pieces, patient, revokedAt)];
}

/** What the resource must be before its provisions are looked at. */
function readHeader(consent: unknown): Element {
  if (typeof consent !== "object" || consent === null || Array.isArray(consent))
    invalid("Consent", "must be a JSON object");
  const resourceType = (consent as { resourceType?: unknown }).resourceType;
  if (resourceType !== "Consent") {
    const found = typeof resourceType === "string" ? `is "${resourceType}"` : "is missing";
    invalid("Consent.resourceType", `${found}; a FHIR R4 Consent is needed`);
  }
  const resource = element(consent, "Consent", ELEMENTS);
  if (resource.value.implicitRules !== undefined) {
    inexpressible("Consent.implicitRules", "rules known elsewhere change what the consent means");
  }
  const status = text(resource, "status") ?? invalid("Consent.status", "is missing");
  if (status !== "active") inexpressible("Consent.status", `is "${status}"; only an active consent counts`);
  concept(
    resource.value.scope ?? invalid("Consent.scope", "is missing"),
    "Consent.scope",
    ({ system, code }) =>
      system === CONSENT_SCOPE && ["patient-privacy", "research"].includes(code) ? code : undefined,
    "only consents about data (patient-privacy, research) have terms",
  );
  if (items(resource, "category").length === 0) invalid("Consent.category", "is missing");
  for (const item of items(resource, "verification")) {
    const verification = element(item.value, item.path, ["verified", "verifiedWith", "verificationDate"]);
    if (verification.value.verified !== true) {
      inexpressible(`${item.path}.verified`, "the patient has not confirmed this consent");
    }
  }
  for (const item of items(resource, "policy")) element(item.value, item.path, ["authority", "uri"]);
  return resource;
}

function readPolicyRule(resource: Element): RuleType | undefined {
  if (resource.value.policyRule === undefined) return undefined;
  return concept<RuleType>(
    resource.value.policyRule,
    "Consent.policyRule",
    ({ system, code }) => {
      if (system !== ACT_CODE) return undefined;
      if (code === "OPTIN" || code === "OPTINR") return "permit";
      return code === "OPTOUT" || code === "OPTOUTE" ? "deny" : undefined;
    },
    "the base policy is OPTIN or OPTOUT of ActCode",
  );
}

function topLevelType(provision: unknown): RuleType {
  const type = (provision as { type?: unknown } | null)?.type;
  if (type === undefined) invalid("Consent.policyRule", "is missing, and no provision says permit or deny");
  return type === "permit" || type === "deny" ? type : invalid("Consent.provision.type", "is neither permit nor deny");
}

/** The rules that give something: the top-level one, or those nested in it. */
function permitsOf(root: Rule): Rule[] {
  const nested = root.nested.filter((rule) => rule.type === "permit");
  const isFrame = root.type === "deny" || (root.parties === undefined && nested.length > 0);
  const first = nested[0];
  if (!isFrame && first !== undefined) {
    inexpressible(`${first.path}.type`, "a permit inside what is permitted already says nothing");
  }
  const permits = isFrame ? nested : [root];
  for (const rule of [...permits, ...root.nested]) {
    const inner =
      rule === root ? undefined : rule.nested.find((item) => item.type === rule.type || rule.type === "deny");
    if (inner !== undefined) {
      inexpressible(
        `${inner.path}.type`,
        `${inner.type} inside ${rule.type}: a permit holds denials only, a denial nothing`,
      );
    }
  }
  return permits;
}

/** What one rule gives to one party for one purpose, after the denials. */
interface Piece {
  readonly rule: Rule;
  readonly party: Party;
  readonly purpose: Purpose;
  /** Bitmask; zero where all is denied. */
  readonly categories: bigint;
  readonly notBefore: number;
  readonly expiresAt: number;
  /** The denials that are about this party and purpose. */
  readonly concernedBy: ReadonlySet<Rule>;
}

function piecesOf(rule: Rule, denials: readonly Rule[], issuedAt: number, defaultExpiry: number | undefined): Piece[] {
  if (rule.parties === undefined) {
    inexpressible(`${rule.path}.actor`, "is missing: a consent here is given to a named recipient");
  }
  if (rule.purposes === undefined) {
    inexpressible(`${rule.path}.purpose`, "is missing: a consent here is given for named purposes");
  }
  const expiresAt =
    rule.end ??
    defaultExpiry ??
    inexpressible(`${rule.path}.period`, "a consent without a period has no end: give period.end or a default expiry");
  const notBefore = Math.max(rule.start ?? issuedAt, 0);
  const end = rule.own.has("period") ? `${rule.path}.period.end` : `${rule.path}.period`;
  if (expiresAt <= issuedAt || expiresAt <= notBefore) inexpressible(end, "the consent was over before it began");
  if (expiresAt > issuedAt + LONGEST_CONSENT)
    inexpressible(end, "lies more than 3653 days (ten years) after Consent.dateTime");

  const pieces: Piece[] = [];
  for (const party of rule.parties) {
    for (const purpose of rule.purposes) {
      let categories = rule.categories ?? GENERAL_CATEGORIES;
      const concernedBy = new Set<Rule>();
      for (const denial of denials.filter((item) => item.type === "deny" && concerns(item, party, purpose))) {
        concernedBy.add(denial);
        const denied = categories & (denial.categories ?? categories);
        if (denied === 0n) continue;
        if ((denial.start ?? 0) > notBefore || (denial.end ?? Infinity) < expiresAt) {
          inexpressible(`${denial.path}.period`, "denies for a part of the time; a consent here has one period");
        }
        categories &= ~denied;
      }
      pieces.push({ rule, party, purpose, categories, notBefore, expiresAt, concernedBy });
    }
  }
  return pieces;
}

function concerns(rule: Rule, party: Party, purpose: Purpose): boolean {
  const named = rule.parties?.some((item) => partyKey(item) === partyKey(party)) ?? true;
  return named && (rule.purposes?.has(purpose) ?? true);
}

/** One grant for each party and set of equal terms. A party has one set of terms for a purpose. */
function mergePieces(pieces: readonly Piece[], patient: Party, issuedAt: number): ConsentGrant[] {
  const byPurpose = new Map<string, Piece & { inexact: readonly string[] }>();
  for (const piece of pieces) {
    if (piece.categories === 0n) continue;
    const key = JSON.stringify([partyKey(piece.party), piece.purpose]);
    const other = byPurpose.get(key);
    if (other === undefined) {
      byPurpose.set(key, { ...piece, inexact: piece.rule.inexact });
      continue;
    }
    if (
      other.notBefore !== piece.notBefore ||
      other.expiresAt !== piece.expiresAt ||
      other.rule.flags !== piece.rule.flags
    ) {
      inexpressible(
        piece.rule.path,
        `gives ${piece.purpose} to a recipient that has it from ${other.rule.path} with another period or other flags`,
      );
    }
    byPurpose.set(key, {
      ...other,
      categories: other.categories | piece.categories,
      inexact: [...new Set([...other.inexact, ...piece.rule.inexact])],
    });
  }
  const grants = new Map<string, { first: Piece; purposes: Purpose[]; inexact: readonly string[] }>();
  for (const piece of byPurpose.values()) {
    const { party, categories, notBefore, expiresAt, rule } = piece;
    const key = JSON.stringify([partyKey(party), categories.toString(), notBefore, expiresAt, rule.flags]);
    const known = grants.get(key);
    if (known === undefined) grants.set(key, { first: piece, purposes: [piece.purpose], inexact: piece.inexact });
    else known.purposes.push(piece.purpose);
  }
  return [...grants.values()].map(({ first, purposes, inexact }) => ({
    kind: "grant",
    patient,
    grantee: first.party,
    purposes: inOrder(purposes),
    categories: maskToCategories(first.categories),
    flags: maskToFlags(first.rule.flags),
    notBefore: first.notBefore,
    expiresAt: first.expiresAt,
    issuedAt,
    inexact,
    path: first.rule.path,
  }));
}

/** A denial withdraws, for the actors it names, what nothing in the consent permits. */
function revocationsOf(
  denials: readonly Rule[],
  pieces: readonly Piece[],
  patient: Party,
  issuedAt: number,
): ConsentRevocation[] {
  const revocations: ConsentRevocation[] = [];
  const done = new Set<string>();
  for (const denial of denials) {
    const isConcerned = pieces.some((piece) => piece.concernedBy.has(denial));
    if (denial.parties === undefined && !isConcerned && denial.path !== "Consent.provision") {
      inexpressible(`${denial.path}.actor`, "is missing, and nothing in this consent permits what is denied");
    }
    for (const party of denial.parties ?? []) {
      const purposes: Purpose[] = [];
      for (const purpose of denial.purposes ?? maskToPurposes(ALL_PURPOSES)) {
        const given = pieces.filter((item) => item.purpose === purpose && isOf(item, party));
        const key = JSON.stringify([partyKey(party), purpose]);
        if (given.some((piece) => piece.categories !== 0n) || done.has(key)) continue;
        if (given.length === 0 && isPartial(denial)) {
          // A partial denial for no purpose in particular is about the purposes that this consent permits.
          if (
            denial.purposes === undefined &&
            pieces.some((item) => isOf(item, party) && item.concernedBy.has(denial))
          ) {
            continue;
          }
          if (denial.categories !== undefined) {
            inexpressible(
              denial.path,
              "denies a part of what this consent does not permit; a revocation ends all of it",
            );
          }
          inexpressible(
            `${denial.path}.period`,
            "a revocation has no period: it holds until the patient consents again",
          );
        }
        done.add(key);
        purposes.push(purpose);
      }
      if (purposes.length > 0) {
        revocations.push({
          kind: "revocation",
          patient,
          grantee: party,
          purposes: inOrder(purposes),
          issuedAt,
          path: denial.path,
        });
      }
    }
  }
  return revocations;
}

function isPartial(denial: Rule): boolean {
  return denial.categories !== undefined || denial.own.has("period");
}

function isOf(piece: Piece, party: Party): boolean {
  return partyKey(piece.party) === partyKey(party);
}

function inOrder(purposes: readonly Purpose[]): Purpose[] {
  return maskToPurposes(purposesToMask(purposes));
}
