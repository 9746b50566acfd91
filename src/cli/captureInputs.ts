import { documentName, readChunks, readDocument, readText } from "./files.js";
import { type LotFolder, readLotFolder } from "./lotFolder.js";
import type { Progress, Terminal } from "./terminal.js";
import { CareProofError } from "../errors.js";
import { readParties, partyKey, type CaptureParties, type CaptureParty } from "../provenance/capture/party.js";
import type { CaptureLot } from "../provenance/capture/plan.js";
import { checkTransactionInformation } from "../provenance/capture/transactionInformation.js";
import type { EpcisDocument } from "../provenance/epcis/event.js";
import { niUri } from "../provenance/epcis/eventHash.js";
import { readEpcis } from "../provenance/epcis/readEpcis.js";
import { readProofFile, type ProofFile } from "../provenance/proofFile.js";
import { isJsonObject, type JsonObject, parseJson } from "../utils/json.js";

/** The files of a capture, by the options that name them. */
export interface CaptureFiles {
  readonly parties: string;
  readonly party: string;
  readonly lot: readonly string[];
  readonly proofs: readonly string[];
  readonly transactionInformation?: string;
}

/** What the files of a capture say. */
export interface CaptureInputs {
  readonly document: EpcisDocument;
  readonly actor: CaptureParty;
  readonly parties: CaptureParties;
  readonly lots: readonly CaptureLot[];
  readonly proofs: readonly ProofFile[];
  /** The transaction information of a shipping event, by the event's hash and eventID. */
  readonly informationOf: (hash: string, eventID?: string) => JsonObject | undefined;
}

/**
 * Reads all files of a capture.
 *
 * @throws CareProofError `FILE_UNREADABLE`, `PARTY_UNKNOWN`, and of what reads each: `readEpcis`, `readParties`, `readLotFolder`,
 * `readProofFile`, `checkTransactionInformation`.
 */
export async function readCaptureInputs(
  input: string,
  files: CaptureFiles,
  terminal: Terminal,
  progress: Progress,
): Promise<CaptureInputs> {
  const document = readEpcis(await readDocument(input, terminal), { name: documentName(input) });
  const parties = readParties(parseJson(await readText(files.parties), { name: files.parties }), files.parties);
  const actor = parties.get(partyKey(files.party));
  if (actor === undefined) {
    throw new CareProofError("PARTY_UNKNOWN", `${files.party}, who captures, is not among the parties`, files.parties);
  }
  const lots: CaptureLot[] = [];
  for (const folder of files.lot) lots.push(captureLotOf(await readLotFolder(folder, progress)));
  const proofs: ProofFile[] = [];
  for (const file of files.proofs) proofs.push(await readProofFile(readChunks(file), file));
  const information = await readInformation(files.transactionInformation);
  return {
    document,
    actor,
    parties,
    lots,
    proofs,
    informationOf: (hash, eventID) => information.get(niUri(hash)) ?? information.get(eventID ?? ""),
  };
}

function captureLotOf({ lot, proofs }: LotFolder): CaptureLot {
  const { gtin, lotNumber, expirationDate, run, prefixLength, units, root } = lot;
  return { run: { gtin, lotNumber, expirationDate, run, prefixLength }, units, root, proofs };
}

async function readInformation(path: string | undefined): Promise<ReadonlyMap<string, JsonObject>> {
  if (path === undefined) return new Map();
  const value = parseJson(await readText(path), { name: path });
  if (!isJsonObject(value)) {
    const message = "must be a JSON object of transaction information by eventID or event hash (ni:///sha-256;…)";
    throw new CareProofError("TRANSACTION_INFORMATION_INVALID", message, path);
  }
  return new Map(
    Object.entries(value).map(([event, information]) => [
      event,
      checkTransactionInformation(information, `${path} ${JSON.stringify(event)}`),
    ]),
  );
}
