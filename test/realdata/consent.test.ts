/**
 * The official FHIR R4 (4.0.1) examples of `Consent`. Defined only where the shared data is beside the repository.
 */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import { ConsentFormatError } from "../../src/consent/fhir/terms.js";
import { parseDateTime } from "../../src/consent/fhir/dateTime.js";
import { readConsent, type ReadConsentOptions } from "../../src/consent/fhir/readConsent.js";

const data = process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data");
const folder = join(data, "fhir", "r4-examples");

function example(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, `Consent-consent-example-${name}.json`), "utf8"));
}

function refusal(name: string, options?: ReadConsentOptions): { code: string; path: string | undefined } {
  try {
    readConsent(example(name), options);
  } catch (error) {
    if (error instanceof ConsentFormatError) return { code: error.code, path: error.path };
    throw error;
  }
  return expect.fail("the consent was read");
}

/** Why each example is more than consent terms can say. */
const REFUSED: Record<string, [path: string, why: string]> = {
  basic: ["Consent.provision.actor", "permits everyone: OPTIN with a period and nothing else"],
  Out: ["Consent.provision.actor[0].role", "withholds the records of one custodian (CST) alone"],
  notAuthor: ["Consent.provision.actor[0].role", "is about the records of one custodian (CST) alone"],
  grantor: ["Consent.provision.actor[0].role", "is about the records of one custodian (CST) alone"],
  notOrg: ["Consent.provision.type", "denies one organisation under OPTIN, which permits everyone else"],
  notThem: ["Consent.provision.action[1]", "is about correcting records, which is no access"],
  signature: ["Consent.provision.provision[0].actor[0].role", "is about the documents of one author (AUT)"],
};

if (existsSync(folder)) {
  describe("the official FHIR R4 examples of Consent", () => {
    it("are all looked at here", () => {
      const names = readdirSync(folder).flatMap((file) => /^Consent-consent-example-(.*)\.json$/.exec(file)?.[1] ?? []);
      expect(names).to.have.members(Object.keys(REFUSED));
    });

    for (const [name, [path, why]] of Object.entries(REFUSED)) {
      it(`${name} is refused at ${path}: it ${why}`, () => {
        expect(refusal(name)).to.deep.equal({ code: "CONSENT_INEXPRESSIBLE", path });
      });
    }

    it("Out withdraws everything where the patient's address is used with the custodian alone", () => {
      // The example is dated 2015-11-18: the last second of that day is 1 447 891 199.
      expect(readConsent(example("Out"), { custodian: "Organization/f001" })).to.deep.equal([
        {
          kind: "revocationOfAll",
          patient: { reference: "Patient/f001" },
          issuedAt: 1_447_891_199,
          path: "Consent.provision",
        },
      ]);
    });

    it("grantor opts out for one recipient there, for every purpose", () => {
      const [terms, ...more] = readConsent(example("grantor"), { custodian: "Organization/f001" });
      expect(more).to.deep.equal([]);
      expect(terms).to.deep.include({ kind: "revocation", grantee: { reference: "Patient/example" } });
    });

    it("notAuthor opts in for nobody in particular there", () => {
      expect(refusal("notAuthor", { custodian: "Organization/f001" }).path).to.equal("Consent.provision.actor");
    });
  });

  describe("the dateTime values of FHIR R4 validation tests", () => {
    const { types } = JSON.parse(readFileSync(join(data, "fhir", "r4-primitives.json"), "utf8")) as {
      types: Record<string, { valid: string[]; invalid: string[] }>;
    };
    const texts = (values: readonly string[]) =>
      values.map((value): unknown => JSON.parse(value)).filter((value) => typeof value === "string");

    it("are told apart", () => {
      const { valid = [], invalid = [] } = types.date_time ?? {};
      expect(texts(valid)).not.to.be.empty;
      for (const text of texts(valid)) expect(parseDateTime(text), text).not.to.equal(undefined);
      for (const text of texts(invalid)) expect(parseDateTime(text), text).to.equal(undefined);
    });
  });
}
