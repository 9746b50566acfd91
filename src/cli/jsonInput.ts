import { toTokenUnits } from "../claims/decimal.js";
import { checkAddress } from "../consent/recordPatient.js";
import { CareProofError } from "../errors.js";
import { underPath } from "../utils/errorPlace.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../utils/json.js";
import { isBytes32 } from "../utils/writtenJson.js";

/**
 * Reads members of a JSON document, each with its path for errors. What is not of the shape is a CareProofError of one code; what a
 * member has of its own (an amount, an address) has the codes of what reads it.
 */
export class JsonInput {
  /** @param code Code of the error for what is not of the shape. */
  constructor(private readonly code: string) {}

  /** An object that has no other members than those known. The path of the document itself is empty. */
  object(value: JsonValue | undefined, path: string, known: readonly string[]): JsonObject {
    if (!isJsonObject(value)) throw this.invalid("expected an object", path);
    const unknown = Object.keys(value).find((name) => !known.includes(name));
    if (unknown === undefined) return value;
    const place = path === "" ? unknown : `${path}.${unknown}`;
    throw this.invalid(`has no meaning here; known are ${known.join(", ")}`, place);
  }

  array(value: JsonValue | undefined, path: string): JsonValue[] {
    if (!Array.isArray(value)) throw this.invalid("expected an array", path);
    return value;
  }

  /** Each item of an array with its path. */
  each<T>(value: JsonValue | undefined, path: string, read: (item: JsonValue, path: string) => T): T[] {
    return this.array(value, path).map((item, i) => read(item, `${path}[${i}]`));
  }

  /** A whole number below 10^15; the default where it is not given, if there is one. */
  integer(value: JsonValue | undefined, path: string, otherwise?: number): number {
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (!(value instanceof JsonNumber) || !/^\d{1,15}$/.test(value.text)) {
      throw this.invalid("expected a whole number", path);
    }
    return Number(value.text);
  }

  /** True or false; false where it is not given. */
  flag(value: JsonValue | undefined, path: string): boolean {
    if (value === undefined) return false;
    if (typeof value !== "boolean") throw this.invalid("expected true or false", path);
    return value;
  }

  text(value: JsonValue | undefined, path: string): string {
    if (typeof value !== "string") throw this.invalid("expected text in quotes", path);
    return value;
  }

  /** An amount of currency in token units; the default where it is not given, if there is one. */
  amount(value: JsonValue | undefined, path: string, otherwise?: bigint): bigint {
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (typeof value !== "string") throw this.invalid('expected a decimal in quotes, such as "150.00"', path);
    return within(path, () => toTokenUnits(value));
  }

  /** An address in EIP-55 form; the default where it is not given, if there is one. */
  address(value: JsonValue | undefined, path: string, otherwise?: string): string {
    if (value === undefined && otherwise !== undefined) return otherwise;
    return checkAddress(this.text(value, path), path);
  }

  /** 32 bytes as 0x-hex in small letters; the default where they are not given, if there is one. */
  bytes32(value: JsonValue | undefined, path: string, otherwise?: string): string {
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (!isBytes32(value)) throw this.invalid("expected 32 bytes as 0x-hex", path);
    return this.text(value, path).toLowerCase();
  }

  /** Bytes as 0x-hex, any number of them. */
  hex(value: JsonValue | undefined, path: string): string {
    if (typeof value === "string" && /^0x(?:[0-9a-fA-F]{2})*$/.test(value)) return value.toLowerCase();
    throw this.invalid("expected bytes as 0x-hex", path);
  }

  /** The error of what is not of the shape. */
  invalid(problem: string, path: string): CareProofError {
    return new CareProofError(this.code, problem, path === "" ? undefined : path);
  }
}

/** Runs what knows at most the member within a path, and names the whole path in its error. */
export function within<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw underPath(error, path);
  }
}
