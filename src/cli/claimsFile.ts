import { ZeroAddress, ZeroHash } from "ethers";

import { readText } from "./files.js";
import { inFile, JsonInput, within } from "./jsonInput.js";
import { readTerms } from "./planTermsInput.js";
import { FeeSchedule, type ProcedureCode } from "../claims/feeSchedule.js";
import type { PlanTerms } from "../claims/planTerms.js";
import type { ProvenClaim } from "../claims/provenClaim.js";
import type { ClaimLine, ClaimSubmission, EncounterReceipt } from "../claims/typedData.js";
import { CareProofError } from "../errors.js";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../utils/json.js";

/** A claim of a file, or why it is none. */
export interface FileClaim {
  /** Its place in the file's `claims`. */
  readonly index: number;
  /** The same as a path: `claims[0]`. */
  readonly path: string;
  /** Only where it can be read. */
  readonly proven?: ProvenClaim;
  /** Only where it cannot. */
  readonly problem?: CareProofError;
}

/** Fee schedules by their roots. */
export type FeeSchedules = ReadonlyMap<string, FeeSchedule>;

const CLAIM_MEMBERS = [
  "terms",
  "receipt",
  "policyId",
  "receiptPolicyId",
  "lines",
  "multiProof",
  "primaryClaim",
  "signedBy",
  "submitter",
  "issuedAt",
  "deadline",
  "receiptSignature",
  "claimSignature",
];
const RECEIPT_MEMBERS = ["member", "signedBy", "provider", "encounter", "serviceDay", "family", "receiptAt", "salt"];

const json = new JsonInput("CLAIMS_FILE_INVALID");

/**
 * The claims of a JSON document for `careproof claims submit`. What is wrong with one claim is its problem alone.
 *
 * @throws CareProofError `CLAIMS_FILE_INVALID`, and of the terms that all claims share, with the path.
 */
export function readClaimsFile(value: JsonValue, schedules: FeeSchedules): FileClaim[] {
  const input = json.object(value, "", ["terms", "claims"]);
  const shared = input.terms === undefined ? undefined : readTerms(json, input.terms, "terms");
  return json.array(input.claims, "claims").map((claim, index) => {
    const path = `claims[${index}]`;
    try {
      return { index, path, proven: readClaim(claim, path, shared, schedules) };
    } catch (error) {
      if (error instanceof CareProofError) return { index, path, problem: error };
      throw error;
    }
  });
}

/**
 * Reads a fee schedule from a JSON file: `{"entries":[{"family","procedure":{"qualifier","code","modifiers"},"fee","salt"}]}`.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `JSON_INVALID`, `FEE_SCHEDULE_INVALID`, and those of `FeeSchedule.build`, with file and place.
 */
export async function readFeeSchedule(path: string): Promise<FeeSchedule> {
  const file = new JsonInput("FEE_SCHEDULE_INVALID");
  const value = parseJson(await readText(path), { name: path });
  return inFile(path, () => {
    const { entries } = file.object(value, "", ["entries"]);
    return FeeSchedule.build(
      file.each(entries, "entries", (entry, place) => {
        const { family, procedure, fee, salt } = file.object(entry, place, ["family", "procedure", "fee", "salt"]);
        return {
          family: file.integer(family, `${place}.family`),
          procedure: readProcedure(file, procedure, `${place}.procedure`),
          fee: file.amount(fee, `${place}.fee`),
          salt: file.bytes32(salt, `${place}.salt`),
        };
      }),
    );
  });
}

function readClaim(
  value: JsonValue,
  path: string,
  shared: PlanTerms | undefined,
  schedules: FeeSchedules,
): ProvenClaim {
  const claim = json.object(value, path, CLAIM_MEMBERS);
  const at = (name: string): string => `${path}.${name}`;
  const terms = claim.terms === undefined ? shared : readTerms(json, claim.terms, at("terms"));
  if (terms === undefined)
    throw json.invalid("expected the terms of the plan, here or once for all claims", at("terms"));
  const receipt = readReceipt(claim.receipt, at("receipt"));
  const policyId = json.integer(claim.policyId, at("policyId"));
  const proofs: (readonly string[] | undefined)[] = [];
  const lines = json.each(claim.lines, at("lines"), (line, place) => {
    const read = readLine(line, place, receipt.family, terms, schedules, claim.multiProof !== undefined);
    proofs.push(read.proof);
    return read.line;
  });
  const submission: ClaimSubmission = {
    receipt,
    policyId,
    receiptPolicyId: json.integer(claim.receiptPolicyId, at("receiptPolicyId"), policyId),
    lines,
    primaryClaim: json.bytes32(claim.primaryClaim, at("primaryClaim"), ZeroHash),
    signedBy: json.address(claim.signedBy, at("signedBy"), receipt.provider),
    submitter: json.address(claim.submitter, at("submitter"), ZeroAddress),
    issuedAt: json.integer(claim.issuedAt, at("issuedAt")),
    deadline: json.integer(claim.deadline, at("deadline")),
  };
  const multiProof = claim.multiProof === undefined ? undefined : readMultiProof(claim.multiProof, at("multiProof"));
  return {
    claim: submission,
    terms,
    feeProofs: multiProof === undefined ? proofs.map((proof) => proof ?? []) : [multiProof.proof],
    feeProofFlags: multiProof?.flags ?? [],
    receiptSignature: json.hex(claim.receiptSignature, at("receiptSignature")),
    claimSignature: json.hex(claim.claimSignature, at("claimSignature")),
  };
}

function readReceipt(value: JsonValue | undefined, path: string): EncounterReceipt {
  const receipt = json.object(value, path, RECEIPT_MEMBERS);
  const member = json.address(receipt.member, `${path}.member`);
  return {
    member,
    signedBy: json.address(receipt.signedBy, `${path}.signedBy`, member),
    provider: json.address(receipt.provider, `${path}.provider`),
    encounter: json.bytes32(receipt.encounter, `${path}.encounter`),
    serviceDay: json.integer(receipt.serviceDay, `${path}.serviceDay`),
    family: json.integer(receipt.family, `${path}.family`),
    receiptAt: json.integer(receipt.receiptAt, `${path}.receiptAt`),
    salt: json.bytes32(receipt.salt, `${path}.salt`),
  };
}

/** A line: its procedure as a code, whose fee is in a schedule that is given, or as the commitment, with fee and proof. */
function readLine(
  value: JsonValue,
  path: string,
  family: EncounterReceipt["family"],
  terms: PlanTerms,
  schedules: FeeSchedules,
  isMultiProof: boolean,
): { line: ClaimLine; proof?: readonly string[] } {
  const line = json.object(value, path, ["procedure", "billed", "fee", "units", "feeProof"]);
  const billed = json.amount(line.billed, `${path}.billed`);
  const units = json.integer(line.units, `${path}.units`, 1);
  if (isJsonObject(line.procedure)) {
    const { commitment, fee, proof } = feeOf(line, `${path}.procedure`, family, terms, schedules);
    return { line: { procedure: commitment, billed, fee, units }, proof };
  }
  const procedure = json.bytes32(line.procedure, `${path}.procedure`);
  const fee = json.amount(line.fee, `${path}.fee`);
  if (isMultiProof) return { line: { procedure, billed, fee, units } };
  const proof = json.each(line.feeProof, `${path}.feeProof`, (node, place) => json.bytes32(node, place));
  return { line: { procedure, billed, fee, units }, proof };
}

function feeOf(
  { procedure, fee, feeProof }: JsonObject,
  path: string,
  family: EncounterReceipt["family"],
  { feeSchedule }: PlanTerms,
  schedules: FeeSchedules,
): ReturnType<FeeSchedule["prove"]> {
  if (fee !== undefined || feeProof !== undefined) {
    throw json.invalid("fee and proof of a code come out of the fee schedule: leave them out", path);
  }
  const schedule = schedules.get(feeSchedule);
  if (schedule === undefined) {
    const message = `give the fee schedule with the root ${feeSchedule} (--fee-schedule), or the commitment with fee and feeProof`;
    throw new CareProofError("FEE_SCHEDULE_MISSING", message, path);
  }
  const code = readProcedure(json, procedure, path);
  return within(path, () => schedule.prove(family, code));
}

function readProcedure(input: JsonInput, value: JsonValue | undefined, path: string): ProcedureCode {
  const procedure = input.object(value, path, ["qualifier", "code", "modifiers"]);
  return {
    qualifier: input.text(procedure.qualifier, `${path}.qualifier`),
    code: input.text(procedure.code, `${path}.code`),
    modifiers: input.each(procedure.modifiers ?? [], `${path}.modifiers`, (one, place) => input.text(one, place)),
  };
}

function readMultiProof(value: JsonValue, path: string): { proof: string[]; flags: boolean[] } {
  const { proof, flags } = json.object(value, path, ["proof", "flags"]);
  return {
    proof: json.each(proof, `${path}.proof`, (node, place) => json.bytes32(node, place)),
    flags: json.each(flags, `${path}.flags`, (flag, place) => json.flag(flag, place)),
  };
}
