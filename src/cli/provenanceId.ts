import { Command, InvalidArgumentError } from "commander";
import { toBeHex } from "ethers";

import { readLines } from "./files.js";
import { type CommonOptions, printable, type Terminal, writeResult } from "./terminal.js";
import { CareProofError } from "../errors.js";
import type { Gs1Element } from "../provenance/gs1/applicationIdentifiers.js";
import { writeBracketed } from "../provenance/gs1/bracketed.js";
import { writeDigitalLink } from "../provenance/gs1/digitalLink.js";
import { writeElementString } from "../provenance/gs1/elementString.js";
import { writeEpcUrn } from "../provenance/gs1/epcUrn.js";
import { elementsOf, identify, type Notation } from "../provenance/gs1/identification.js";
import { lotKey } from "../provenance/lot.js";
import { tokenIdOf } from "../provenance/tokenId.js";

/** What `careproof provenance id --json` prints. */
export interface IdResult {
  kind: "sgtin" | "sscc";
  /** ERC-721 token id in `DrugProvenance`, as 0x-hex of 32 bytes. */
  tokenId: string;
  /** The same in decimal. */
  tokenIdDecimal: string;
  /** How the input was written. */
  notation: Notation;
  /** SGTIN only: 14 digits. */
  gtin?: string;
  /** SGTIN only: AI 21. */
  serial?: string;
  /** SSCC only: 18 digits. */
  sscc?: string;
  /** AI 10, where given. */
  lot?: string;
  /** The lot's key in `DrugProvenance`, as 0x-hex of 7 bytes; SGTIN with a lot only. */
  lotKey?: string;
  /** Last day of use (AI 17), as an ISO 8601 date, where given. */
  expiry?: string;
  /** All element strings of the input, in its order. */
  elements: readonly Gs1Element[];
  /** The elements one after the other, with FNC1 as `^` at the beginning and where it is needed. */
  elementString: string;
  bracketed: string;
  /** Canonical GS1 Digital Link URI of the key alone. */
  digitalLink: string;
  /** EPC pure identity URN, with --prefix-length only. */
  epcUrn?: string;
}

interface IdOptions extends CommonOptions {
  prefixLength?: number;
}

const HELP = `
Reads GS1 element strings with FNC1 (as ASCII 29 or ^, or after a symbology identifier such as ]d2), or without it where only one
reading is possible; element strings with brackets around the AIs; GS1 Digital Link URIs; EPC URNs (sgtin, sscc); a GTIN and a serial
number; an SSCC; a token id in hex or decimal. Quote what the shell would take: '(01)09521234543213(21)ABC'.

With - it reads stdin, one identifier a line, and prints nothing if one of them is wrong.

With --json: {"kind","tokenId","tokenIdDecimal","notation","gtin","serial","sscc","lot","lotKey","expiry","elements":[{"ai","value"}],
"elementString","bracketed","digitalLink","epcUrn"}; with - an array of these, in the order of the lines. kind is sgtin (with "gtin"
and "serial") or sscc (with "sscc"). "lot", "lotKey" (sgtin only) and "expiry" (a date) only where given, "epcUrn" only with
--prefix-length. elementString has FNC1 as ^. notation is one of elementString, bracketed, digitalLink, epcUrn, plain, tokenId`;

/** `careproof provenance id`: a GS1 identifier in any notation as a token id and in all other notations. */
export function idCommand(terminal: Terminal): Command {
  return new Command("id")
    .summary("a GS1 identifier as a token id, and back")
    .description("Reads the identifier of a package or logistic unit in any notation, and prints it in all others.")
    .argument("<text...>", "the identifier, or - for stdin, one a line")
    .option(
      "--prefix-length <n>",
      "digits of the GS1 company prefix, 6 to 12: prints the EPC URN too",
      prefixLengthOption,
    )
    .option("--json", "print the result as JSON")
    .addHelpText("after", HELP)
    .action((words: string[], options: IdOptions) => id(terminal, words.join(" "), options));
}

async function id(terminal: Terminal, text: string, options: IdOptions): Promise<void> {
  if (text !== "-") {
    const result = resultOf(text, options);
    writeResult(terminal, options, result, describe(result));
    return;
  }
  const results: IdResult[] = [];
  for await (const { line, number } of readLines(terminal.stdin, "stdin")) {
    try {
      results.push(resultOf(line, options));
    } catch (error) {
      if (!(error instanceof CareProofError)) throw error;
      throw new CareProofError(error.code, error.message, `stdin:${number}`, { cause: error });
    }
  }
  if (results.length === 0) throw new CareProofError("INPUT_EMPTY", "there is no identifier", "stdin");
  writeResult(terminal, options, results, results.map(describe).join("\n\n"));
}

function resultOf(text: string, { prefixLength }: IdOptions): IdResult {
  const { notation, identifier, lot, expiry, elements } = identify(text);
  const tokenId = tokenIdOf(identifier);
  return {
    ...identifier,
    tokenId: toBeHex(tokenId, 32),
    tokenIdDecimal: `${tokenId}`,
    notation,
    ...(lot === undefined ? {} : { lot }),
    ...(lot === undefined || identifier.kind === "sscc" ? {} : { lotKey: toBeHex(lotKey(identifier.gtin, lot), 7) }),
    ...(expiry === undefined ? {} : { expiry }),
    elements,
    elementString: `^${writeElementString(elements, "^")}`,
    bracketed: writeBracketed(elements),
    digitalLink: writeDigitalLink(elementsOf(identifier)),
    ...(prefixLength === undefined ? {} : { epcUrn: writeEpcUrn(identifier, prefixLength) }),
  };
}

function describe(result: IdResult): string {
  const rows: [name: string, value: string | undefined][] = [
    ["token id", result.tokenId],
    ["decimal", result.tokenIdDecimal],
    ["kind", result.kind === "sgtin" ? "package (SGTIN)" : "logistic unit (SSCC)"],
    ["GTIN", result.gtin],
    ["serial", result.serial],
    ["SSCC", result.sscc],
    ["lot", result.lot],
    ["lot key", result.lotKey],
    ["expiry", result.expiry],
    ["element string", result.elementString],
    ["bracketed", result.bracketed],
    ["Digital Link", result.digitalLink],
    ["EPC URN", result.epcUrn],
  ];
  return rows
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => printable(`${name.padEnd(16)}${value}`))
    .join("\n");
}

function prefixLengthOption(value: string): number {
  if (!/^([6-9]|1[0-2])$/.test(value)) throw new InvalidArgumentError("expected a number from 6 to 12.");
  return Number(value);
}
