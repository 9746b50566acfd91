import { closeSync, createReadStream, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";

import type { Terminal } from "./terminal.js";
import type { ResourceText } from "../consent/recordBatch.js";
import { CareProofError } from "../errors.js";
import { parseJson } from "../utils/json.js";
import { type NumberedLine, splitLines } from "../utils/lines.js";

/** How a manifest's name ends where none is given; such files are passed over in folders of resources. */
export const MANIFEST_SUFFIX = ".manifest.ndjson";

/** Name of stdin in errors. */
const STDIN = "stdin";

const RESOURCE_FILE = /\.(json|ndjson|jsonl)$/i;
const LINE_FILE = /\.(ndjson|jsonl)$/i;

/**
 * The JSON texts of a file, of all files of a folder (`.json`, `.ndjson`, `.jsonl`, in the order of their paths), or of stdin (`-`).
 * NDJSON is read as a stream.
 *
 * @throws CareProofError `FILE_UNREADABLE`, or `INPUT_EMPTY` where a folder has no such file.
 */
export async function* readResourceTexts(input: string, terminal: Terminal): AsyncGenerator<ResourceText> {
  if (input === "-") {
    yield* splitTexts(terminal.stdin, STDIN, false);
  } else if (isFolder(input)) {
    const files = await resourceFiles(input);
    if (files.length === 0) throw new CareProofError("INPUT_EMPTY", "the folder has no .json or .ndjson file", input);
    for (const file of files) yield* splitTexts(readChunks(file), file, isLineFile(file));
  } else {
    yield* splitTexts(readChunks(input), input, isLineFile(input));
  }
}

/** Reads a file whole as UTF-8. Throws CareProofError `FILE_UNREADABLE`. */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Reads a file, or stdin (`-`), whole as UTF-8, for commands that take one document.
 *
 * @throws CareProofError `FILE_UNREADABLE`.
 */
export async function readDocument(input: string, terminal: Terminal): Promise<string> {
  if (input !== "-") return readText(input);
  return readWhole(terminal.stdin as AsyncIterable<Uint8Array>, STDIN);
}

/** The bytes of a file, or of stdin (`-`), in chunks. Errors come with the first chunk. */
export function documentChunks(input: string, terminal: Terminal): AsyncIterable<Uint8Array> {
  return input === "-" ? (terminal.stdin as AsyncIterable<Uint8Array>) : readChunks(input);
}

/** A text as a whole, as UTF-8. Throws CareProofError `FILE_UNREADABLE`. */
export async function readWhole(chunks: AsyncIterable<Uint8Array>, name: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** How a document is named in errors. */
export function documentName(input: string): string {
  return input === "-" ? STDIN : input;
}

/**
 * The lines of a file as a stream, with their numbers from 1, empty ones left out.
 *
 * @throws CareProofError `FILE_UNREADABLE`.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<NumberedLine> {
  try {
    yield* splitLines(chunks);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** Whether a file is NDJSON by its name. */
export function isLineFile(path: string): boolean {
  return LINE_FILE.test(path);
}

/** The bytes of a file in chunks. Errors come with the first chunk. */
export function readChunks(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

/** A file written line by line through a buffer. */
export class LineWriter {
  private readonly file: number;
  private buffered: string[] = [];
  private bufferedLength = 0;

  /** Opens a new file that only its owner may read. Throws CareProofError `FILE_UNWRITABLE`, also if it exists. */
  constructor(readonly path: string) {
    try {
      this.file = openSync(path, "wx", 0o600);
    } catch (error) {
      throw new CareProofError("FILE_UNWRITABLE", `cannot be written (${reason(error)})`, path, { cause: error });
    }
  }

  write(line: string): void {
    this.buffered.push(line, "\n");
    this.bufferedLength += line.length + 1;
    if (this.bufferedLength > 256 * 1024) this.flush();
  }

  /** Writes whole lines that are bytes already, with their ends. */
  writeBytes(lines: Uint8Array): void {
    this.flush();
    this.put(lines);
  }

  flush(): void {
    if (this.buffered.length === 0) return;
    this.put(new TextEncoder().encode(this.buffered.join("")));
    this.buffered = [];
    this.bufferedLength = 0;
  }

  close(): void {
    closeSync(this.file);
  }

  private put(bytes: Uint8Array): void {
    try {
      for (let offset = 0; offset < bytes.length;) offset += writeSync(this.file, bytes, offset);
    } catch (error) {
      throw new CareProofError("FILE_UNWRITABLE", `cannot be written (${reason(error)})`, this.path, { cause: error });
    }
  }
}

/** Signals by which people end a program: Ctrl-C, `kill`, a closed terminal. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs what writes a file under a temporary name beside it, and gives it its name only when all is written. Whatever ends the work
 * before, an error or a signal, nothing half-written stays.
 *
 * @param path The file's name.
 * @param write Gets a function that opens a further temporary file: the first given is the one that is renamed.
 */
export async function writeWhole<T>(
  path: string,
  write: (open: (suffix: string) => LineWriter) => Promise<T>,
): Promise<T> {
  const writers: LineWriter[] = [];
  const target = `${path}.partial`;
  const open = (suffix: string): LineWriter => {
    const writer = new LineWriter(target + suffix);
    writers.push(writer);
    return writer;
  };
  const discard = (): void => {
    for (const writer of writers.splice(0)) {
      writer.close();
      rmSync(writer.path, { force: true });
    }
  };
  return discarding(discard, async () => {
    const result = await write(open);
    for (const writer of writers) writer.flush();
    renameSync(target, path);
    return result;
  });
}

/**
 * As {@link writeWhole}, for a folder that only its owner may read.
 *
 * @param write Gets the temporary folder.
 * @throws CareProofError `FILE_UNWRITABLE`, also where the temporary folder exists: another run writes it, or left it.
 */
export async function writeFolderWhole<T>(path: string, write: (folder: string) => Promise<T>): Promise<T> {
  const folder = `${path}.partial`;
  makeFolder(folder);
  return discarding(
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
    async () => {
      const result = await write(folder);
      renameSync(folder, path);
      return result;
    },
  );
}

/** Makes a new folder that only its owner may read. Throws CareProofError `FILE_UNWRITABLE`, also if it exists. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new CareProofError("FILE_UNWRITABLE", `cannot be written (${reason(error)})`, path, { cause: error });
  }
}

/** Runs work, and discards what is temporary when it ends, also by a signal. */
async function discarding<T>(discard: () => void, work: () => Promise<T>): Promise<T> {
  const interrupted = (signal: NodeJS.Signals): void => {
    discard();
    // The exit code by which shells know what ended a program.
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, interrupted);
  try {
    return await work();
  } finally {
    discard();
    for (const signal of ENDING_SIGNALS) process.off(signal, interrupted);
  }
}

/** Whether a path is a folder. Throws CareProofError `FILE_UNREADABLE` if there is nothing there. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function resourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && RESOURCE_FILE.test(entry.name) && !entry.name.endsWith(MANIFEST_SUFFIX))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * The JSON texts of a file: one a line where the first line is JSON by itself (NDJSON), else the whole as one.
 *
 * @param isNdjson Whether it is NDJSON whatever the first line is.
 * @throws CareProofError `FILE_UNREADABLE`, `INPUT_EMPTY`.
 */
export async function* splitTexts(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  isNdjson: boolean,
): AsyncGenerator<ResourceText> {
  let byLine = isNdjson;
  let whole: string[] | undefined;
  let first = 1;
  let seen = false;
  for await (const { line, number } of readLines(chunks, name)) {
    if (!seen) {
      seen = true;
      first = number;
      byLine ||= isJson(line);
    }
    if (byLine) yield { text: line, source: { name, firstLine: number } };
    else {
      whole ??= [];
      // Empty lines are kept as such, so that positions in errors are those of the file.
      while (whole.length < number - first) whole.push("");
      whole.push(line);
    }
  }
  if (!seen) throw new CareProofError("INPUT_EMPTY", "there is nothing in it", name);
  if (whole !== undefined)
    yield { text: whole.join("\n"), source: { name, ...(first === 1 ? {} : { firstLine: first }) } };
}

function isJson(line: string): boolean {
  try {
    parseJson(line);
    return true;
  } catch {
    return false;
  }
}

/** An error of reading as one of this package; one that is such already stays. */
export function unreadable(path: string, error: unknown): unknown {
  if (error instanceof CareProofError) return error;
  return new CareProofError("FILE_UNREADABLE", `cannot be read (${reason(error)})`, path, { cause: error });
}

/** What went wrong with a file in a few words. */
function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    EEXIST: "it exists already",
    ENOSPC: "no space left",
    ENOTDIR: "a part of its path is no folder",
    ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8",
  };
  return words[code] ?? (code === "" ? "unknown reason" : code);
}
