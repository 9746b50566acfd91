import type { X12Claim, X12ClaimKind, X12Provider } from "./claim.js";
import { ClaimDraft } from "./claimDraft.js";
import { ClaimSetReader } from "./draft.js";
import { PAYER_ID_QUALIFIERS, PROVIDER_ID_QUALIFIERS } from "./codes.js";
import { X12Fault } from "./problem.js";
import type { X12Segment } from "./segment.js";
import { subscriberOf } from "./subscriber.js";
import type { TransactionContent, TransactionReport } from "./transaction.js";

/** Levels of HL (HL03): information source and billing provider, subscriber, patient. */
const LEVELS = { billing: "20", subscriber: "22", patient: "23" } as const;

/** A loop above claims. What is wrong with it leaves out its claims. */
interface Context {
  broken: boolean;
}

/** Loop 2000A. */
interface Billing extends Context {
  provider?: X12Provider;
  /** Whether the segments belong to NM1*85. */
  isCurrent: boolean;
  /** Whether NM109 names the provider, by a number that is carried or not. */
  isNamed: boolean;
}

/** Loop 2000B. */
interface Subscriber extends Context {
  payerResponsibility?: string;
  claimFilingIndicator?: string;
  payerId?: string;
}

/** Reads an 837: 837P, 837I or 837D. */
export class ClaimReader extends ClaimSetReader<ClaimDraft> {
  private readonly claims: X12Claim[] = [];
  private billing: Billing | undefined;
  private subscriber: Subscriber | undefined;

  constructor(
    private readonly kind: X12ClaimKind,
    report: TransactionReport,
  ) {
    super(report, { begin: "CLM", chargeIndex: 2, end: new Set(["HL"]) });
  }

  protected override takeApart(segment: X12Segment): void {
    // What is wrong with a loop was told; another level ends it.
    if (segment.id !== "HL" && (this.subscriber ?? this.billing)?.broken === true) return;
    switch (segment.id) {
      case "HL":
        this.takeLevel(segment);
        break;
      case "SBR":
        if (this.subscriber === undefined) throw unexpected(segment, "before HL with HL03 22");
        Object.assign(this.subscriber, subscriberOf(segment));
        break;
      case "NM1":
        this.takeName(segment);
        break;
      case "REF":
        if (segment.at(1) === "EI" && this.billing?.isCurrent === true) {
          this.billing.provider = { ...this.billing.provider, taxId: segment.required(2) };
          this.billing.isNamed = true;
        }
        break;
      case "LX":
      case "SV1":
      case "SV2":
      case "SV3":
        throw unexpected(segment, "outside of a claim (CLM)");
    }
  }

  private takeLevel(segment: X12Segment): void {
    const level = segment.required(3);
    if (level === LEVELS.billing) {
      this.billing = { broken: false, isCurrent: false, isNamed: false };
      this.subscriber = undefined;
    } else if (level === LEVELS.subscriber) {
      this.subscriber = { broken: false };
      if (this.billing !== undefined) this.billing.isCurrent = false;
    } else if (level !== LEVELS.patient) {
      throw new X12Fault("CODE_UNKNOWN", `HL03 is ${JSON.stringify(level)}, no level of an 837`, "HL03");
    }
  }

  private takeName(segment: X12Segment): void {
    const entity = segment.required(1);
    if (this.subscriber !== undefined) {
      if (entity === "PR") {
        segment.code(8, PAYER_ID_QUALIFIERS, "QUALIFIER_UNKNOWN");
        this.subscriber.payerId = segment.required(9);
      }
    } else if (this.billing !== undefined) {
      this.billing.isCurrent = entity === "85";
      if (entity !== "85") return;
      this.billing.provider = {};
      if (segment.at(8) === "" && segment.at(9) === "") return;
      const qualifier = segment.code(8, PROVIDER_ID_QUALIFIERS, "QUALIFIER_UNKNOWN");
      const id = segment.required(9);
      this.billing.isNamed = true;
      if (qualifier === "XX") this.billing.provider = { npi: id };
      if (qualifier === "24") this.billing.provider = { taxId: id };
    }
  }

  protected override fail(fault: X12Fault, segment: X12Segment): void {
    const context = this.subscriber ?? this.billing;
    if (segment.id === "HL" || context === undefined) {
      this.broken = true;
      this.report.problem(fault, segment, "transaction");
    } else {
      context.broken = true;
      this.report.problem(fault, segment, "claim");
    }
  }

  protected override open(segment: X12Segment): ClaimDraft {
    const { billing, subscriber } = this;
    const claim = new ClaimDraft(this.kind, segment, this.report);
    // Reported where it is.
    if (this.broken || billing?.broken === true || subscriber?.broken === true) {
      claim.broken = true;
      return claim;
    }
    claim.read(() => {
      const { provider } = billing ?? {};
      if (provider === undefined) throw missing("a billing provider (NM1*85)");
      if (billing?.isNamed !== true) throw missing("the billing provider's number (NM109 of NM1*85, or REF*EI)");
      const { payerResponsibility, claimFilingIndicator, payerId } = subscriber ?? {};
      if (payerResponsibility === undefined) throw missing("the subscriber (SBR)");
      if (payerId === undefined) throw missing("the payer (NM1*PR)");
      claim.readHead({
        billingProvider: provider,
        payerResponsibility,
        ...(claimFilingIndicator === undefined ? {} : { claimFilingIndicator }),
        payerId,
      });
    }, segment);
    return claim;
  }

  protected override add(claim: ClaimDraft): void {
    const read = claim.finish();
    if (read !== undefined) this.claims.push(read);
  }

  protected override content(): TransactionContent {
    return { claims: this.claims, all: this.all };
  }
}

function missing(what: string): X12Fault {
  return new X12Fault("SEGMENT_MISSING", `the claim is in no loop with ${what}`);
}

function unexpected(segment: X12Segment, where: string): X12Fault {
  return new X12Fault("SEGMENT_UNEXPECTED", `${segment.id} stands ${where}`);
}
