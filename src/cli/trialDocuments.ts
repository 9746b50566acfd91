import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { readChunks, readLines, readText, unreadable } from "./files.js";
import { inFile, JsonInput } from "./jsonInput.js";
import { readAllocationList } from "../trials/allocationList.js";
import { allocationTree } from "../trials/protocol.js";
import {
  DOCUMENT_NAMES,
  type DocumentName,
  type OpenedDocument,
  type ProtocolOpening,
} from "../trials/protocolOpening.js";
import { commit } from "../utils/commitment.js";
import { parseJson } from "../utils/json.js";
import { isBytes32 } from "../utils/writtenJson.js";

/** The documents of a protocol as a file names them. */
export interface NamedDocuments {
  /** Commitments that are given, and the contents of files. */
  readonly documents: Readonly<Partial<Record<DocumentName, string | Uint8Array>>>;
  readonly allocationRoot?: string;
}

/**
 * Reads the documents of a protocol: `{"protocol","statisticalAnalysisPlan","consentForm","allocation"}`, each a commitment (32 bytes as
 * 0x-hex) or the path of a file, from where the JSON file is. The allocation is its root or the path of the list.
 *
 * @throws CareProofError `DOCUMENTS_INVALID` with file and member, also where the protocol or the consent form is missing; `JSON_INVALID`,
 * `FILE_UNREADABLE`, `ALLOCATION_INVALID`.
 */
export async function readDocuments(path: string): Promise<NamedDocuments> {
  const input = new JsonInput("DOCUMENTS_INVALID");
  const text = await readText(path);
  const given = await inFile(path, () => {
    const object = input.object(parseJson(text), "", [...DOCUMENT_NAMES, "allocation"]);
    for (const name of ["protocol", "consentForm"])
      if (object[name] === undefined) throw input.invalid("is missing", name);
    return Object.entries(object).map(([name, value]) => [name, input.text(value, name)] as const);
  });
  const documents: Partial<Record<DocumentName, string | Uint8Array>> = {};
  let allocationRoot: string | undefined;
  for (const [name, value] of given) {
    const file = resolve(dirname(path), value);
    if (name === "allocation") {
      allocationRoot = isBytes32(value)
        ? value.toLowerCase()
        : allocationTree(await readAllocationList(readLines(readChunks(file), file), file)).root;
    } else {
      documents[name as DocumentName] = isBytes32(value) ? value.toLowerCase() : await contentOf(file);
    }
  }
  return { documents, ...(allocationRoot === undefined ? {} : { allocationRoot }) };
}

/** Documents as an opening has them: files committed with salts. */
export function openDocuments(
  { documents }: NamedDocuments,
  saltOf: (name: DocumentName) => string,
): ProtocolOpening["documents"] {
  const opened: Partial<Record<DocumentName, OpenedDocument>> = {};
  for (const name of DOCUMENT_NAMES) {
    const given = documents[name];
    if (given === undefined) continue;
    if (typeof given === "string") {
      opened[name] = { commitment: given };
      continue;
    }
    const salt = saltOf(name);
    opened[name] = { commitment: commit("trialDocument", given, "exact", salt), salt };
  }
  return opened;
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}
