import { parseDateTime } from "../../consent/fhir/dateTime.js";
import { CareProofError } from "../../errors.js";
import { withPlace } from "../../utils/errorPlace.js";
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../utils/json.js";
import { parseDecimal, toTokenUnits } from "../decimal.js";

/** Powers of ten that a number may be written with. */
const MAX_EXPONENT = 100;

/** An object of a FHIR R4 resource and where it stands. Each of its errors has the path of the element. */
export class FhirElement {
  /** @throws CareProofError `ELEMENT_INVALID` where it has a modifier extension: that is never ignored (FHIR R4, Extensibility, 2.4.1.1). */
  constructor(
    readonly value: JsonObject,
    readonly path: string,
  ) {
    if (value.modifierExtension !== undefined) {
      throw fault(
        "ELEMENT_INVALID",
        "changes what the element means and is not understood",
        this.at("modifierExtension"),
      );
    }
  }

  /** The path of an element in it. */
  at(name: string): string {
    return `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return this.value[name] !== undefined;
  }

  /** A string, undefined where there is none. Throws CareProofError `ELEMENT_INVALID`. */
  text(name: string): string | undefined {
    const value = this.value[name];
    if (value === undefined) return undefined;
    if (typeof value !== "string" || value.trim() === "")
      throw fault("ELEMENT_INVALID", "must be a text", this.at(name));
    return value;
  }

  /** A string that is one of a list. Throws CareProofError `ELEMENT_MISSING`, `ELEMENT_INVALID`, `CODE_UNKNOWN`. */
  code<T extends string>(name: string, known: readonly T[]): T {
    const value = this.text(name);
    if (value === undefined) throw missing(this.at(name));
    const code = known.find((one) => one === value);
    if (code !== undefined) return code;
    throw fault("CODE_UNKNOWN", `is ${JSON.stringify(value)}, expected ${known.join(", ")}`, this.at(name));
  }

  /** An element, undefined where there is none. Throws CareProofError `ELEMENT_INVALID`. */
  child(name: string): FhirElement | undefined {
    const value = this.value[name];
    return value === undefined ? undefined : elementOf(value, this.at(name));
  }

  /** The items of an element that repeats. Throws CareProofError `ELEMENT_INVALID`. */
  children(name: string): FhirElement[] {
    return this.list(name).map((item, i) => elementOf(item, `${this.at(name)}[${i}]`));
  }

  /** The strings of an element that repeats, without what is none. Throws CareProofError `ELEMENT_INVALID`. */
  texts(name: string): string[] {
    return this.list(name).filter((item) => typeof item === "string");
  }

  /** A positive whole number (`positiveInt`). Throws CareProofError `ELEMENT_INVALID`. */
  positive(name: string): number | undefined {
    const value = this.value[name];
    if (value === undefined) return undefined;
    if (!(value instanceof JsonNumber) || !/^[1-9]\d{0,9}$/.test(value.text)) {
      throw fault("ELEMENT_INVALID", "must be a positive whole number", this.at(name));
    }
    return Number(value.text);
  }

  /** A number as an exact one. Throws CareProofError `ELEMENT_INVALID`, `AMOUNT_INVALID`, `AMOUNT_OVERFLOW`, `AMOUNT_NEGATIVE`. */
  decimal(name: string): bigint | undefined {
    const text = this.decimalText(name);
    if (text === undefined) return undefined;
    const value = parseDecimal(text);
    if (value === undefined) throw fault("AMOUNT_INVALID", `${text} has more than 18 decimals`, this.at(name));
    if (value < 0n) throw fault("AMOUNT_NEGATIVE", `${text} is negative`, this.at(name));
    return value;
  }

  /**
   * The value of a `Money` as an exact number.
   *
   * @throws CareProofError `ELEMENT_MISSING`, `ELEMENT_INVALID`, and those of `toTokenUnits`: it is an amount that the contracts can take.
   */
  amount(): bigint {
    const text = this.decimalText("value");
    if (text === undefined) throw missing(this.at("value"));
    try {
      toTokenUnits(text);
    } catch (error) {
      throw withPlace(error, this.at("value"));
    }
    return parseDecimal(text)!;
  }

  /** The day of a `date` or `dateTime`, as it is written there. Throws CareProofError `ELEMENT_INVALID`, `DATE_INVALID`. */
  day(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (parseDateTime(text) === undefined || text.length < 10) {
      throw fault("DATE_INVALID", `${JSON.stringify(text)} is no day`, this.at(name));
    }
    return text.slice(0, 10);
  }

  private list(name: string): JsonValue[] {
    const value = this.value[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw fault("ELEMENT_INVALID", "must be an array", this.at(name));
    return value;
  }

  /** A number without an exponent. */
  private decimalText(name: string): string | undefined {
    const value = this.value[name];
    if (value === undefined) return undefined;
    if (!(value instanceof JsonNumber)) throw fault("ELEMENT_INVALID", "must be a number", this.at(name));
    const [mantissa = "", exponent] = value.text.toLowerCase().split("e");
    if (exponent === undefined) return mantissa;
    const shift = Number(exponent);
    if (Math.abs(shift) > MAX_EXPONENT) {
      throw fault("AMOUNT_OVERFLOW", `${value.text} has an exponent of more than ${MAX_EXPONENT}`, this.at(name));
    }
    return shifted(mantissa, shift);
  }
}

/** A JSON value as an element. Throws CareProofError `ELEMENT_INVALID`. */
function elementOf(value: JsonValue, path: string): FhirElement {
  if (!isJsonObject(value)) throw fault("ELEMENT_INVALID", "must be an object", path);
  return new FhirElement(value, path);
}

/** A decimal times a power of ten. */
function shifted(decimal: string, power: number): string {
  const sign = decimal.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = decimal.slice(sign.length).split(".");
  const point = whole.length + power;
  const digits = (whole + fraction).padStart(whole.length + fraction.length + Math.max(0, -point), "0");
  const at = Math.max(0, point);
  return `${sign}${digits.slice(0, at).padEnd(at, "0")}.${digits.slice(at)}`;
}

export function fault(code: string, problem: string, path: string): CareProofError {
  return new CareProofError(code, problem, path);
}

export function missing(path: string): CareProofError {
  return fault("ELEMENT_MISSING", "is missing", path);
}
