import { existsSync } from "node:fs";

import { readText, writeWhole } from "./files.js";
import { CareProofError } from "../errors.js";
import type { EpcisEvent } from "../provenance/epcis/event.js";
import type { EventHashContext } from "../provenance/epcis/eventHash.js";
import { commitFields, type CommittedFields } from "../provenance/epcis/fieldDisclosure.js";
import { isBytes32, parseJsonObject } from "../utils/writtenJson.js";

/** Value of `format` in a file of salts. */
const FORMAT = "careproof-event-salts";

/** Version of the file of salts. */
const VERSION = 1;

/** The salts of an event's fields, without their values. Only its owner may read the file. */
interface SaltFile {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** Merkle root of the fields (0x-hex of 32 bytes). */
  readonly root: string;
  readonly salts: readonly { readonly path: string; readonly salt: string }[];
}

/**
 * The event's fields with the salts of a file. If there is no such file it is written, with fresh salts, whole or not at all.
 *
 * @throws CareProofError `SALTS_INVALID` where the file is none of salts, `SALTS_MISMATCH` where the event is not the one that they were
 * written for, `FILE_UNREADABLE`, `FILE_UNWRITABLE`.
 */
export async function commitWithSaltFile(
  event: EpcisEvent,
  context: EventHashContext,
  path: string,
): Promise<CommittedFields> {
  if (!existsSync(path)) {
    const committed = await commitFields(event, context);
    const salts = committed.fields.map((field) => ({ path: field.path, salt: field.salt }));
    const file: SaltFile = { format: FORMAT, version: VERSION, root: committed.root, salts };
    await writeWhole(path, (open) => {
      open("").write(JSON.stringify(file));
      return Promise.resolve();
    });
    return committed;
  }
  const { root, salts } = parseSaltFile(await readText(path), path);
  const saltAt = new Map(salts.map((field) => [field.path, field.salt]));
  const { ignoredFields = [] } = context;
  const committed = await commitFields(event, {
    ignoredFields,
    salt: (field) => {
      const salt = saltAt.get(field);
      if (salt === undefined) throw mismatch(path, `has no salt of ${field}`);
      return salt;
    },
  });
  if (committed.root !== root.toLowerCase())
    throw mismatch(path, `with its salts the root is ${committed.root}, not ${root}`);
  return committed;
}

function parseSaltFile(text: string, name: string): SaltFile {
  const file = parseJsonObject(text.trim(), "SALTS_INVALID", "file of salts", name);
  const { format, version, root, salts } = file;
  if (format !== FORMAT || version !== VERSION || !isBytes32(root) || !Array.isArray(salts) || !salts.every(isSalt)) {
    throw new CareProofError("SALTS_INVALID", "is no file of an event's salts, or one of another version", name);
  }
  return file as unknown as SaltFile;
}

function isSalt(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { path, salt } = value as Record<string, unknown>;
  return typeof path === "string" && isBytes32(salt);
}

function mismatch(path: string, message: string): CareProofError {
  return new CareProofError("SALTS_MISMATCH", `${message}: it is of another event, or the event was changed`, path);
}
