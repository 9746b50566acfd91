import type { FhirClaim, FhirCoverage, FhirProblem, FhirReading } from "./claim.js";
import { type FhirClaimOptions, readClaim } from "./readClaim.js";
import { readCoverage } from "./readCoverage.js";
import type { Resolve } from "./reference.js";
import {
  asResource,
  describeSource,
  type FhirResource,
  parseResource,
  resourceName,
} from "../../consent/fhirResource.js";
import type { ResourceText } from "../../consent/recordBatch.js";
import { CareProofError } from "../../errors.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonSource } from "../../utils/json.js";
import { formatDecimal, parseDecimal } from "../decimal.js";

/**
 * Reads the claims and coverages of FHIR R4 resources: alone, in Bundles of any type, one a line (NDJSON). What is wrong is reported with
 * its path, what it concerns is left out, and the rest is read. Resources of other types are counted.
 *
 * A reference to a contained resource or to one of the same Bundle is followed for the provider's numbers.
 *
 * @param texts JSON texts, a resource or Bundle each, in order.
 * @throws CareProofError `INPUT_EMPTY` where there is no text; where none can be read, the error of the first: `JSON_INVALID`, `FHIR_INVALID`.
 */
export async function readFhirClaims(
  texts: Iterable<ResourceText> | AsyncIterable<ResourceText>,
  options: FhirClaimOptions = {},
): Promise<FhirReading> {
  const reader = new Reader(options);
  for await (const { text, source = {} } of texts) reader.take(text, source);
  return reader.finish();
}

class Reader {
  private readonly claims: FhirClaim[] = [];
  private readonly coverages: FhirCoverage[] = [];
  private readonly problems: FhirProblem[] = [];
  private readonly passedOver: Record<string, number> = {};
  private texts = 0;
  private readonly left = { texts: 0, claims: 0, charge: 0n };
  private first: CareProofError | undefined;
  private currency: string | undefined;

  constructor(options: FhirClaimOptions) {
    this.currency = options.currency;
  }

  take(text: string, source: JsonSource): void {
    const place = describeSource(source);
    try {
      const resource = parseResource(text, source);
      const path = place === undefined ? resource.resourceType : `${place} ${resource.resourceType}`;
      this.texts++;
      this.takeResource(resource, path, new Map());
    } catch (error) {
      this.report(error, "text", place ?? "text");
      this.left.texts++;
    }
  }

  finish(): FhirReading {
    if (this.texts === 0) throw this.first ?? new CareProofError("INPUT_EMPTY", "there is no JSON text");
    const { claims, coverages, problems, passedOver, left } = this;
    return {
      summary: {
        transactions: this.texts,
        claims: claims.length,
        totalCharge: formatDecimal(claims.reduce((sum, { charge }) => sum + parseDecimal(charge)!, 0n)),
        totalPaid: "0.00",
        balanced: !problems.some(({ code, left: what }) => what !== undefined || code === "CHARGE_UNKNOWN"),
        leftOut: { transactions: left.texts, claims: left.claims, totalCharge: formatDecimal(left.charge) },
      },
      claims,
      coverages,
      problems,
      passedOver,
    };
  }

  private takeResource(resource: FhirResource, path: string, scope: ReadonlyMap<string, JsonObject>): void {
    switch (resource.resourceType) {
      case "Bundle":
        this.takeBundle(resource, path, scope);
        break;
      case "Claim":
        this.takeClaim(resource, path, scope);
        break;
      case "Coverage":
        try {
          this.coverages.push(readCoverage(resource, path));
        } catch (error) {
          this.report(error, "resource", path);
        }
        break;
      default:
        this.passedOver[resource.resourceType] = (this.passedOver[resource.resourceType] ?? 0) + 1;
    }
  }

  /** Each entry by itself: one that is none leaves out nothing else. */
  private takeBundle(bundle: JsonObject, path: string, outer: ReadonlyMap<string, JsonObject>): void {
    const { entry: entries = [] } = bundle;
    if (!Array.isArray(entries)) {
      this.report(new CareProofError("FHIR_INVALID", "must be an array", `${path}.entry`), "resource", path);
      return;
    }
    const scope = new Map(outer);
    const found: { resource: FhirResource; where: string }[] = [];
    for (const [i, entry] of entries.entries()) {
      const where = `${path}.entry[${i}].resource`;
      if (isJsonObject(entry) && entry.resource === undefined) continue;
      try {
        const resource = asResource(isJsonObject(entry) ? entry.resource : undefined, where);
        if (isJsonObject(entry) && typeof entry.fullUrl === "string") scope.set(entry.fullUrl, resource);
        if (typeof resource.id === "string") scope.set(resourceName(resource), resource);
        found.push({ resource, where });
      } catch (error) {
        this.report(error, "resource", where);
      }
    }
    for (const { resource, where } of found) this.takeResource(resource, where, scope);
  }

  private takeClaim(resource: FhirResource, path: string, scope: ReadonlyMap<string, JsonObject>): void {
    const currency = this.currency === undefined ? {} : { currency: this.currency };
    try {
      const { claim, notes } = readClaim(resource, path, currency, resolver(resource, scope));
      // Sums are of one currency.
      this.currency ??= claim.currency;
      this.claims.push(claim);
      this.problems.push(...notes);
    } catch (error) {
      this.left.claims++;
      this.left.charge += chargeAsWritten(resource);
      this.report(error, "claim", path);
    }
  }

  private report(error: unknown, left: NonNullable<FhirProblem["left"]>, place: string): void {
    if (!(error instanceof CareProofError)) throw error;
    this.first ??= error;
    const { code, path } = error;
    const message = path === undefined ? error.message : error.message.slice(`${path}: `.length);
    this.problems.push({ code, message, left, path: path ?? place });
  }
}

/** Contained resources, and those of the Bundles around. */
function resolver({ contained }: FhirResource, scope: ReadonlyMap<string, JsonObject>): Resolve {
  const inner = Array.isArray(contained) ? contained.filter(isJsonObject) : [];
  return (reference) =>
    reference.startsWith("#") ? inner.find(({ id }) => id === reference.slice(1)) : scope.get(reference);
}

/** What a claim that is left out charges, as far as its total is an amount. */
function chargeAsWritten({ total }: FhirResource): bigint {
  const value = isJsonObject(total) ? total.value : undefined;
  return (value instanceof JsonNumber ? parseDecimal(value.text) : undefined) ?? 0n;
}
