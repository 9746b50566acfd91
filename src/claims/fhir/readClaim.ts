import type { FhirClaim, FhirClaimKind, FhirClaimLine, FhirOtherPayer, FhirProblem } from "./claim.js";
import { fault, FhirElement, missing } from "./element.js";
import { codesOf, providerOf, referenceText, type Resolve } from "./reference.js";
import { CLAIM_TYPE, qualifierOf } from "./systems.js";
import type { JsonObject } from "../../utils/json.js";
import { formatDecimal, parseDecimal } from "../decimal.js";
import type { ServiceDates } from "../x12/segment.js";

/** How a claim is read. */
export interface FhirClaimOptions {
  /** ISO 4217 code of the plan's currency: an amount in another is refused. Any, but one, by default. */
  readonly currency?: string;
}

/** A claim, and what is to be said of it though it is read. */
export interface ReadFhirClaim {
  readonly claim: FhirClaim;
  readonly notes: readonly FhirProblem[];
}

const KINDS: ReadonlyMap<string, FhirClaimKind> = new Map([
  ["professional", "professional"],
  ["institutional", "institutional"],
  ["oral", "dental"],
  ["pharmacy", "pharmacy"],
  ["vision", "vision"],
]);

const USES = ["claim", "preauthorization", "predetermination"] as const;

/** Element 1138 of X12 by the sequence of an insurance. */
const RESPONSIBILITIES = "PSTABCDEFGH";

const ONE = parseDecimal("1")!;

/**
 * Reads a FHIR R4 `Claim`.
 *
 * @param resolve Gives the resource that a reference names in the same text.
 * @throws CareProofError with the path of the element: `STATUS_NOT_ACTIVE`, `CHARGE_UNBALANCED` (the total is not the sum of the lines),
 * `LINE_UNBALANCED` (a line is not price times quantity times factor), `CURRENCY_MISMATCH`, `AMOUNT_NEGATIVE`, `AMOUNT_OVERFLOW`,
 * `AMOUNT_TOO_PRECISE`, `AMOUNT_INVALID`, `DATE_INVALID`, `CODE_UNKNOWN`, `ELEMENT_MISSING`, `ELEMENT_INVALID`.
 */
export function readClaim(
  resource: JsonObject,
  path: string,
  options: FhirClaimOptions = {},
  resolve: Resolve = () => undefined,
): ReadFhirClaim {
  const claim = new FhirElement(resource, path);
  if (claim.has("implicitRules")) {
    throw fault("ELEMENT_INVALID", "rules known elsewhere change what the claim means", claim.at("implicitRules"));
  }
  const status = claim.text("status");
  if (status !== "active") {
    throw fault(
      "STATUS_NOT_ACTIVE",
      `is ${JSON.stringify(status ?? "")}, only an active claim counts`,
      claim.at("status"),
    );
  }
  const money = new MoneyReader(options.currency);
  const items = claim.children("item");
  if (items.length === 0) throw missing(claim.at("item"));
  const lines = items.map((item) => lineOf(item, money));
  const charge = chargeOf(claim, lines, money);
  const { focal, others } = insurancesOf(claim);
  const number = claim.children("identifier")[0]?.text("value") ?? claim.text("id");
  if (number === undefined) throw missing(claim.at("identifier"));
  const prior = claim.children("related").find((one) => codesOf(one.value.relationship).includes("prior"));
  const priorNumber = prior?.child("claim")?.child("identifier")?.text("value") ?? referenceText(prior?.child("claim"));
  const [payerId, provider] = [referenceText(claim.child("insurer")), referenceText(claim.child("provider"))];
  const authorization = focal.texts("preAuthRef")[0];
  return {
    claim: {
      kind: kindOf(claim),
      use: claim.code("use", USES),
      patientControlNumber: number,
      charge: formatDecimal(charge),
      ...(money.found === undefined ? {} : { currency: money.found }),
      frequencyCode: prior === undefined ? "1" : "7",
      payerResponsibility: responsibilityOf(focal),
      ...(payerId === undefined ? {} : { payerId }),
      ...coverageOf(focal),
      ...(provider === undefined ? {} : { provider }),
      billingProvider: providerOf(claim.child("provider"), resolve),
      serviceDates: datesOf(claim, lines),
      ...(priorNumber === undefined ? {} : { originalReferenceNumber: priorNumber }),
      ...(authorization === undefined ? {} : { priorAuthorization: authorization }),
      otherPayers: others,
      lines: lines.map(({ line }) => line),
      path,
    },
    notes: lines.flatMap(({ charge: known, item }) =>
      known === undefined ? [{ code: "CHARGE_UNKNOWN", message: "the line has no charge", path: item.path }] : [],
    ),
  };
}

/** Reads amounts of one currency. */
class MoneyReader {
  /** @param currency The only one that there may be; undefined for that of the first amount. */
  constructor(private readonly currency: string | undefined) {}

  /** The currency of the amounts that were read. */
  found: string | undefined;

  /** A `Money` as an exact number. Throws CareProofError `CURRENCY_MISMATCH` and those of `amount`. */
  read(money: FhirElement | undefined): bigint | undefined {
    if (money === undefined) return undefined;
    const currency = money.text("currency");
    const expected = this.currency ?? this.found;
    if (currency !== undefined && expected !== undefined && currency !== expected) {
      throw fault("CURRENCY_MISMATCH", `is ${JSON.stringify(currency)}, expected ${expected}`, money.at("currency"));
    }
    this.found ??= currency;
    return money.amount();
  }
}

interface ReadLine {
  readonly line: FhirClaimLine;
  readonly item: FhirElement;
  /** undefined where it is not said. */
  readonly charge: bigint | undefined;
}

function lineOf(item: FhirElement, money: MoneyReader): ReadLine {
  const number = item.positive("sequence");
  if (number === undefined) throw missing(item.at("sequence"));
  const quantity = item.child("quantity")?.decimal("value");
  const charge = lineCharge(item, money, quantity);
  const dates = periodOf(item, "servicedPeriod") ?? dayOf(item, "servicedDate");
  const revenueCode = codesOf(item.value.revenue)[0];
  return {
    line: {
      number,
      ...(revenueCode === undefined ? {} : { revenueCode }),
      ...procedureOf(item),
      ...(charge === undefined ? {} : { charge: formatDecimal(charge) }),
      ...(quantity === undefined ? {} : { quantity: formatDecimal(quantity).replace(/\.?0+$/, "") }),
      ...(dates === undefined ? {} : { serviceDates: dates }),
    },
    item,
    charge,
  };
}

/** What a line charges: `net`, which is price times quantity times factor where there is a price. */
function lineCharge(item: FhirElement, money: MoneyReader, quantity: bigint = ONE): bigint | undefined {
  const net = money.read(item.child("net"));
  const price = money.read(item.child("unitPrice"));
  if (price === undefined) return net;
  const factor = item.decimal("factor") ?? ONE;
  // Decimals of 18 places each.
  const product = price * quantity * factor;
  const computed = product / (ONE * ONE);
  if (net === undefined) {
    if (product % (ONE * ONE) === 0n) return computed;
    throw fault("AMOUNT_TOO_PRECISE", "price times quantity times factor has more than 18 decimals", item.path);
  }
  if (net * ONE * ONE === product) return net;
  const message = `is ${formatDecimal(net)}, price times quantity times factor is ${formatDecimal(computed)}`;
  throw fault("LINE_UNBALANCED", message, item.at("net.value"));
}

function chargeOf(claim: FhirElement, lines: readonly ReadLine[], money: MoneyReader): bigint {
  const total = money.read(claim.child("total"));
  const known = lines.reduce((sum, { charge = 0n }) => sum + charge, 0n);
  const isWhole = lines.every(({ charge }) => charge !== undefined);
  if (total === undefined) {
    if (isWhole) return known;
    throw fault("ELEMENT_MISSING", "is missing, and not all lines say what they charge", claim.at("total"));
  }
  if (isWhole ? known === total : known <= total) return total;
  const message = `is ${formatDecimal(total)}, the lines' charges sum to ${formatDecimal(known)}`;
  throw fault("CHARGE_UNBALANCED", message, claim.at("total.value"));
}

function kindOf(claim: FhirElement): FhirClaimKind {
  const type = claim.child("type");
  if (type === undefined) throw missing(claim.at("type"));
  for (const coding of type.children("coding")) {
    const kind = coding.text("system") === CLAIM_TYPE ? KINDS.get(coding.text("code") ?? "") : undefined;
    if (kind !== undefined) return kind;
  }
  throw fault("CODE_UNKNOWN", `has no coding of ${CLAIM_TYPE}`, type.path);
}

/** Procedure and coding of a line. */
function procedureOf(item: FhirElement): Pick<FhirClaimLine, "procedure" | "coding"> {
  const codings = item.child("productOrService")?.children("coding") ?? [];
  const coded = codings.flatMap((coding) => {
    const [system, code] = [coding.text("system"), coding.text("code")];
    return code === undefined ? [] : [{ ...(system === undefined ? {} : { system }), code }];
  });
  const [coding] = coded;
  const known = coded.find(({ system }) => system !== undefined && qualifierOf(system) !== undefined);
  const modifiers = item.children("modifier").flatMap(({ value }) => codesOf(value).slice(0, 1));
  return {
    ...(known === undefined
      ? {}
      : { procedure: { qualifier: qualifierOf(known.system!)!, code: known.code, modifiers } }),
    ...(coding === undefined ? {} : { coding }),
  };
}

/** The insurance that the claim is to, and the others. */
function insurancesOf(claim: FhirElement): { focal: FhirElement; others: FhirOtherPayer[] } {
  const insurances = claim.children("insurance");
  const marked = insurances.filter(({ value }) => value.focal === true);
  const [focal, second] = marked.length === 0 && insurances.length === 1 ? insurances : marked;
  if (focal === undefined) throw missing(claim.at("insurance"));
  if (second !== undefined) throw fault("ELEMENT_INVALID", "more than one is focal", claim.at("insurance"));
  const others = insurances.filter((one) => one !== focal);
  return {
    focal,
    others: others.map((one) => ({ payerResponsibility: responsibilityOf(one), ...coverageOf(one) })),
  };
}

function responsibilityOf(insurance: FhirElement): string {
  const sequence = insurance.positive("sequence") ?? 1;
  const code = RESPONSIBILITIES[sequence - 1];
  if (code === undefined)
    throw fault("ELEMENT_INVALID", `is ${sequence}, at most 11 payers have an order`, insurance.at("sequence"));
  return code;
}

function coverageOf(insurance: FhirElement): { coverage?: string } {
  const coverage = referenceText(insurance.child("coverage"));
  return coverage === undefined ? {} : { coverage };
}

/** What the lines' days span; where a line has none, the claim's period. */
function datesOf(claim: FhirElement, lines: readonly ReadLine[]): ServiceDates {
  const period = periodOf(claim, "billablePeriod");
  const dates = lines.map(({ line }) => line.serviceDates ?? period);
  const days = dates.flatMap((one) => (one === undefined ? [] : [one.from, one.to])).sort();
  const place = dates.findIndex((one) => one === undefined);
  if (place >= 0) {
    throw fault(
      "ELEMENT_MISSING",
      "neither the line nor the claim has days of service",
      lines[place]!.item.at("serviced[x]"),
    );
  }
  return { from: days[0]!, to: days.at(-1)! };
}

function periodOf(parent: FhirElement, name: string): ServiceDates | undefined {
  const period = parent.child(name);
  const [start, end] = [period?.day("start"), period?.day("end")];
  const from = start ?? end;
  if (period === undefined || from === undefined) return undefined;
  const to = end ?? from;
  if (from > to) throw fault("DATE_INVALID", `ends on ${to}, before it begins`, period.path);
  return { from, to };
}

function dayOf(parent: FhirElement, name: string): ServiceDates | undefined {
  const day = parent.day(name);
  return day === undefined ? undefined : { from: day, to: day };
}
