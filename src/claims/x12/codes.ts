/** The codes of X12N 5010 and 4010 that are read. Each is the list of the named element. */

const codes = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Element 1138, payer responsibility sequence number (SBR01). */
export const PAYER_RESPONSIBILITIES = codes("A B C D E F G H P S T U");

/** Element 1032, claim filing indicator (SBR09, CLP06), of 5010 and 4010. */
export const CLAIM_FILING_INDICATORS = codes(
  "09 10 11 12 13 14 15 16 17 AM BL CH CI DS FI HM LI LM MA MB MC MH OF SA TV VA WC ZZ",
);

/** Element 1325, claim frequency (CLM05-3). In institutional claims it is the last digit of the type of bill, NUBC's list. */
export const FREQUENCIES = {
  professional: codes("1 6 7 8"),
  institutional: codes("0 1 2 3 4 5 7 8 9 A B C D E F G H I J K M O P Q X Y Z"),
  dental: codes("1 6 7 8"),
} as const;

/** Element 235, product or service id qualifier (SV101-1, SV202-1, SV301-1, SVD03-1, SVC01-1). */
export const PROCEDURE_QUALIFIERS = codes("AD ER HC HP ID IV N1 N2 N3 N4 N6 NU RB UI WK ZZ");

/** Element 355, unit or basis for measurement (SV103, SV204). */
export const UNITS = codes("DA F2 MJ UN");

/** Element 66, identification code qualifier of a payer (NM108). */
export const PAYER_ID_QUALIFIERS = codes("PI XV");

/** Element 66 of a billing provider (NM108): NPI, employer's number, social security number. */
export const PROVIDER_ID_QUALIFIERS = codes("24 34 XX");

/** Element 66 of a payee (N103): tax number, NPI, plan id. */
export const PAYEE_ID_QUALIFIERS = codes("FI XV XX");

/** Element 1033, claim adjustment group (CAS01). CR is of 4010. */
export const ADJUSTMENT_GROUPS = codes("CO CR OA PI PR");

/** Element 1029, claim status (CLP02), of 5010 and 4010. */
export const CLAIM_STATUSES = codes("1 2 3 4 5 10 13 15 16 17 19 20 21 22 23 25 27");

/** Element 591, payment method (BPR04). */
export const PAYMENT_METHODS = codes("ACH BOP CHK FWT NON");

/** Element 478, credit or debit (BPR03). */
export const CREDIT_OR_DEBIT = codes("C D");
