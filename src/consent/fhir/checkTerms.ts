/**
 * Consent terms out of unknown JSON, checked whole: what `careproof consent read --json` prints, or what a program wrote.
 */

import { getAddress, isAddress } from "ethers";

import { CATEGORIES, CONSENT_FLAGS, PURPOSES, type Category, type ConsentFlag, type Purpose } from "../codes.js";
import {
  categoriesToMask,
  flagsToMask,
  maskToCategories,
  maskToFlags,
  maskToPurposes,
  purposesToMask,
} from "../masks.js";
import { ConsentFormatError, LONGEST_CONSENT, type ConsentTerms, type Party } from "./terms.js";

/** The last second of year 9999, the last that a FHIR `dateTime` can name. */
const LAST_SECOND = 253_402_300_799;

function refuse(path: string, message: string): never {
  throw new ConsentFormatError("TERMS_INVALID", message, path);
}

/**
 * `value` as consent terms: names in the order of their bits and each once, addresses checksummed.
 *
 * Throws `ConsentFormatError` `TERMS_INVALID` with the path of what is missing, unknown or impossible; `root` is how the
 * path begins.
 */
export function checkTerms(value: unknown, root = "terms"): ConsentTerms {
  const terms = object(value, root);
  const path = typeof terms.path === "string" ? terms.path : "Consent.provision";
  const decision = {
    patient: party(terms.patient, `${root}.patient`),
    issuedAt: seconds(terms.issuedAt, `${root}.issuedAt`),
    path,
  };
  const kind = terms.kind;
  if (kind === "revocationOfAll") return { kind, ...decision };
  if (kind !== "grant" && kind !== "revocation") {
    refuse(`${root}.kind`, "must be grant, revocation or revocationOfAll");
  }
  const grantee = party(terms.grantee, `${root}.grantee`);
  const purposes = maskToPurposes(purposesToMask(names<Purpose>(terms.purposes, `${root}.purposes`, PURPOSES, 1)));
  if (kind === "revocation") return { kind, ...decision, grantee, purposes };

  const categories = names<Category>(terms.categories, `${root}.categories`, CATEGORIES, 1);
  const flags = names<ConsentFlag>(terms.flags ?? [], `${root}.flags`, CONSENT_FLAGS, 0);
  const notBefore = seconds(terms.notBefore, `${root}.notBefore`);
  const expiresAt = seconds(terms.expiresAt, `${root}.expiresAt`);
  if (expiresAt <= notBefore || expiresAt <= decision.issuedAt) {
    refuse(`${root}.expiresAt`, "the consent would be over before it began");
  }
  if (expiresAt > decision.issuedAt + LONGEST_CONSENT) {
    refuse(`${root}.expiresAt`, "lies more than 3653 days (ten years) after issuedAt");
  }
  return {
    kind,
    ...decision,
    grantee,
    purposes,
    categories: maskToCategories(categoriesToMask(categories)),
    flags: maskToFlags(flagsToMask(flags)),
    notBefore,
    expiresAt,
    inexact: [],
  };
}

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(path, "must be a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

function seconds(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > LAST_SECOND) {
    refuse(path, "must be unix seconds: a whole number from 0 to the end of year 9999");
  }
  return value;
}

function party(value: unknown, path: string): Party {
  const { reference, address } = object(value, path);
  if (reference === undefined && address === undefined) refuse(path, "needs a reference or an address");
  if (
    reference !== undefined &&
    (typeof reference !== "string" || !/^(?!#)(?:[^\s|]+|[^\s|]+\|.*\S.*)$/s.test(reference))
  ) {
    refuse(`${path}.reference`, 'must be a FHIR reference ("Organization/f001") or "system|value" of an identifier');
  }
  if (address !== undefined && (typeof address !== "string" || !isAddress(address))) {
    refuse(`${path}.address`, "must be an address with a valid checksum");
  }
  if (typeof reference === "string" && typeof address === "string" && reference.includes("|")) {
    refuse(path, "has an identifier and an address; a FHIR Reference holds one of them");
  }
  return {
    ...(typeof reference === "string" ? { reference } : {}),
    ...(typeof address === "string" ? { address: getAddress(address) } : {}),
  };
}

function names<Name extends string>(value: unknown, path: string, table: Record<Name, number>, least: number): Name[] {
  if (!Array.isArray(value) || value.length < least) refuse(path, `must be a list of at least ${String(least)} names`);
  return value.map((name: unknown, index) => {
    if (typeof name !== "string" || !Object.hasOwn(table, name)) {
      refuse(`${path}[${String(index)}]`, `${JSON.stringify(name)} is not one of ${Object.keys(table).join(", ")}`);
    }
    return name as Name;
  });
}
