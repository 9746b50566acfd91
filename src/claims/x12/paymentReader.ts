import { CREDIT_OR_DEBIT, PAYEE_ID_QUALIFIERS, PAYMENT_METHODS } from "./codes.js";
import type { X12Provider } from "./claim.js";
import { ClaimPaymentDraft } from "./claimPaymentDraft.js";
import { ClaimSetReader } from "./draft.js";
import type { X12ClaimPayment, X12Payment, X12PaymentPayer, X12ProviderAdjustment } from "./payment.js";
import { X12Fault } from "./problem.js";
import type { X12Segment } from "./segment.js";
import { catchFault, type TransactionContent, type TransactionReport } from "./transaction.js";
import { formatDecimal } from "../decimal.js";

type Head = Pick<X12Payment, "amount" | "creditOrDebit" | "method" | "date" | "place">;

/** PLB has at most six adjustments, in elements 3 to 14. */
const PLB_END = 15;

/** Reads an 835, and checks that its lines, its claims and its payment add up. */
export class PaymentReader extends ClaimSetReader<ClaimPaymentDraft> {
  private head: Head | undefined;
  private headSegment: X12Segment | undefined;
  private amount = 0n;
  private traceNumber: string | undefined;
  private originator = "";
  private payer: X12PaymentPayer | undefined;
  private payee: X12Provider | undefined;
  /** Whose REF segments follow. */
  private party: "payer" | "payee" | undefined;
  private readonly claims: X12ClaimPayment[] = [];
  private readonly providerAdjustments: X12ProviderAdjustment[] = [];
  /** Whether all that is in the file adds up so far. */
  private balanced = true;
  private isWhole = true;
  private paid = 0n;
  private adjusted = 0n;

  constructor(report: TransactionReport) {
    // LX numbers groups of claims, PLB comes after all.
    super(report, { begin: "CLP", chargeIndex: 3, end: new Set(["LX", "PLB"]) });
  }

  protected override content(): TransactionContent {
    const { head, headSegment, traceNumber, payer, payee } = this;
    if (head === undefined || headSegment === undefined) throw missing("BPR");
    if (traceNumber === undefined) throw missing("TRN");
    if (payer === undefined) throw missing("N1*PR");
    if (payee === undefined) throw missing("N1*PE");
    this.checkPayment(headSegment);
    const { claims, providerAdjustments } = this;
    const payment: X12Payment = {
      ...head,
      traceNumber,
      payer: payer.id === undefined && this.originator !== "" ? { ...payer, id: this.originator } : payer,
      payee,
      claims,
      providerAdjustments,
      balanced: this.balanced && this.isWhole,
    };
    return { claims: [], payment, all: this.all };
  }

  protected override takeApart(segment: X12Segment): void {
    switch (segment.id) {
      case "BPR":
        this.takeHead(segment);
        break;
      case "TRN":
        this.traceNumber = segment.required(2);
        this.originator = segment.at(3);
        break;
      case "N1":
        this.takeParty(segment);
        break;
      case "REF":
        if (this.party === "payer" && segment.at(1) === "2U") this.payer = { id: segment.required(2), ...this.payer };
        if (this.party === "payee" && segment.at(1) === "TJ")
          this.payee = { taxId: segment.required(2), ...this.payee };
        break;
      case "PLB":
        this.takeProviderAdjustments(segment);
        break;
      case "CAS":
      case "SVC":
        throw new X12Fault("SEGMENT_UNEXPECTED", `${segment.id} stands before CLP`);
    }
  }

  private takeHead(segment: X12Segment): void {
    this.amount = segment.charge(2);
    this.headSegment = segment;
    this.head = {
      amount: formatDecimal(this.amount),
      creditOrDebit: segment.code(3, CREDIT_OR_DEBIT),
      method: segment.code(4, PAYMENT_METHODS),
      place: this.report.place(segment),
    };
    if (segment.at(16) === "") return;
    catchFault(
      () => {
        this.head = { ...this.head!, date: segment.day(16) };
      },
      (fault) => {
        // What is paid is known without it.
        this.report.problem(fault, segment);
      },
    );
  }

  private takeParty(segment: X12Segment): void {
    const entity = segment.at(1);
    this.party = entity === "PR" ? "payer" : entity === "PE" ? "payee" : undefined;
    if (entity === "PR") {
      const [name, id] = [segment.at(2), segment.at(4)];
      this.payer = { ...(name === "" ? {} : { name }), ...(id === "" ? {} : { id }) };
    } else if (entity === "PE") {
      const qualifier = segment.code(3, PAYEE_ID_QUALIFIERS, "QUALIFIER_UNKNOWN");
      const id = segment.required(4);
      this.payee = qualifier === "XX" ? { npi: id } : qualifier === "FI" ? { taxId: id } : {};
    }
  }

  private takeProviderAdjustments(segment: X12Segment): void {
    const providerId = segment.required(1);
    const fiscalPeriod = segment.day(2);
    for (let i = 3; i < PLB_END; i += 2) {
      if (i > 3 && segment.at(i) === "" && segment.at(i + 1) === "") continue;
      segment.required(i);
      const [reason = "", reference = ""] = segment.composite(i, this.report);
      const amount = segment.amount(i + 1);
      this.adjusted += amount;
      this.providerAdjustments.push({
        providerId,
        fiscalPeriod,
        reason,
        ...(reference === "" ? {} : { reference }),
        amount: formatDecimal(amount),
      });
    }
  }

  private checkPayment(segment: X12Segment): void {
    // Without a claim that was left out the sum says nothing.
    if (!this.isWhole || this.amount === this.paid - this.adjusted) return;
    this.balanced = false;
    const [amount, paid, adjusted, due] = [this.amount, this.paid, this.adjusted, this.paid - this.adjusted].map(
      formatDecimal,
    );
    const message = `BPR02 is ${amount!}, the claims' payments (${paid!}) less PLB (${adjusted!}) are ${due!}`;
    this.report.problem(new X12Fault("PAYMENT_UNBALANCED", message, "BPR02"), segment);
  }

  protected override fail(fault: X12Fault, segment: X12Segment): void {
    this.broken = true;
    this.report.problem(fault, segment, "transaction");
  }

  protected override open(segment: X12Segment): ClaimPaymentDraft {
    return new ClaimPaymentDraft(segment, this.report);
  }

  protected override add(claim: ClaimPaymentDraft): void {
    const read = claim.finish();
    if (read === undefined) {
      this.isWhole = false;
      return;
    }
    this.claims.push(read.claim);
    this.paid += read.paid;
    this.balanced &&= read.balanced;
  }
}

function missing(segment: string): X12Fault {
  return new X12Fault("SEGMENT_MISSING", `the 835 has no ${segment}`);
}
