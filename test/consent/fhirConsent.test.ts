import { expect } from "chai";
import fc from "fast-check";
import { getAddress, hexlify } from "ethers";

import {
  CATEGORIES,
  CONSENT_FLAGS,
  PURPOSES,
  type Category,
  type ConsentFlag,
  type Purpose,
} from "../../src/consent/codes.js";
import { parseDateTime } from "../../src/consent/fhir/dateTime.js";
import { readConsent, type ReadConsentOptions } from "../../src/consent/fhir/readConsent.js";
import { ConsentFormatError, LONGEST_CONSENT, type ConsentTerms, type Party } from "../../src/consent/fhir/terms.js";
import { writeConsent } from "../../src/consent/fhir/writeConsent.js";

type Json = Record<string, unknown>;

const ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
const ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const RESOURCE_TYPES = "http://hl7.org/fhir/resource-types";
const CATEGORY = "https://careproof.dev/fhir/CodeSystem/category";

const concept = (system: string, code: string): Json => ({ coding: [{ system, code }] });
const actor = (reference: string, role = "PRCP"): Json => ({
  role: concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", role),
  reference: { reference },
});
const purpose = (...codes: string[]): Json[] => codes.map((code) => ({ system: ACT_REASON, code }));
const label = (...codes: string[]): Json[] => codes.map((code) => ({ system: ACT_CODE, code }));
const types = (...codes: string[]): Json[] => codes.map((code) => ({ system: RESOURCE_TYPES, code }));
const kinds = (...codes: string[]): Json[] => codes.map((code) => ({ system: CATEGORY, code }));
const action = (...codes: string[]): Json[] =>
  codes.map((code) => concept("http://terminology.hl7.org/CodeSystem/consentaction", code));

/** The year 2026 in UTC: 2026-01-01T00:00:00Z is 1 767 225 600, and 2026 has 365 days. */
const START_2026 = 1_767_225_600;
const START_2027 = START_2026 + 365 * 86_400;

function consent(provision: Json | undefined, more: Json = {}): Json {
  return {
    resourceType: "Consent",
    status: "active",
    scope: concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
    category: [concept("http://loinc.org", "59284-0")],
    patient: { reference: "Patient/example" },
    dateTime: "2026-01-01T00:00:00Z",
    policyRule: concept(ACT_CODE, "OPTIN"),
    ...(provision === undefined ? {} : { provision }),
    ...more,
  };
}

const treatment: Json = {
  period: { start: "2026-01-01", end: "2026-12-31" },
  actor: [actor("Organization/clinic")],
  purpose: purpose("TREAT"),
  class: types("Condition"),
};

function refusal(resource: unknown, options?: ReadConsentOptions): ConsentFormatError {
  try {
    readConsent(resource, options);
  } catch (error) {
    expect(error).to.be.instanceOf(ConsentFormatError);
    return error as ConsentFormatError;
  }
  return expect.fail("the consent was read");
}

const path = (resource: unknown, options?: ReadConsentOptions) => refusal(resource, options).path;

function grants(resource: unknown, options?: ReadConsentOptions) {
  return readConsent(resource, options).map((terms) => {
    if (terms.kind !== "grant") return expect.fail(`read ${terms.kind}`);
    return terms;
  });
}

describe("readConsent", () => {
  it("reads who may use what, for what, from when until when", () => {
    expect(readConsent(consent({ ...treatment, class: types("AllergyIntolerance") }))).to.deep.equal([
      {
        kind: "grant",
        patient: { reference: "Patient/example" },
        grantee: { reference: "Organization/clinic" },
        purposes: ["TREAT"],
        categories: ["ALLERGIES"],
        flags: [],
        notBefore: START_2026,
        expiresAt: START_2027,
        issuedAt: START_2026,
        inexact: [],
        path: "Consent.provision",
      },
    ]);
  });

  describe("purposes", () => {
    it("reads several purposes with equal terms as one grant", () => {
      const [grant] = grants(consent({ ...treatment, purpose: purpose("HPAYMT", "TREAT") }));
      expect(grant?.purposes).to.deep.equal(["TREAT", "HPAYMT"]);
    });

    it("reads HL7's OID of ActReason", () => {
      const coded = [{ system: "urn:oid:2.16.840.1.113883.5.8", code: "HRESCH" }];
      expect(grants(consent({ ...treatment, purpose: coded }))[0]?.purposes).to.deep.equal(["HRESCH"]);
    });

    it("reads AI_TRAINING in CareProof's system alone", () => {
      const own = [{ system: "https://careproof.dev/fhir/CodeSystem/purpose", code: "AI_TRAINING" }];
      expect(grants(consent({ ...treatment, purpose: own }))[0]?.purposes).to.deep.equal(["AI_TRAINING"]);
      expect(path(consent({ ...treatment, purpose: purpose("AI_TRAINING") }))).to.equal("Consent.provision.purpose[0]");
    });

    it("refuses an unknown purpose, a code without a system, and no purpose", () => {
      expect(path(consent({ ...treatment, purpose: purpose("TREAT", "HSYSADMIN") }))).to.equal(
        "Consent.provision.purpose[1]",
      );
      expect(path(consent({ ...treatment, purpose: [{ code: "TREAT" }] }))).to.equal(
        "Consent.provision.purpose[0].system",
      );
      expect(path(consent({ ...treatment, purpose: undefined }))).to.equal("Consent.provision.purpose");
    });
  });

  describe("categories", () => {
    it("reads no class as every general kind and no protected one", () => {
      const [grant] = grants(consent({ ...treatment, class: undefined }));
      expect(grant?.categories).to.deep.equal(
        Object.keys(CATEGORIES).filter((name) => CATEGORIES[name as Category] < 48),
      );
    });

    it("reads a protected kind only from its own label", () => {
      const [grant] = grants(consent({ ...treatment, class: kinds("LABORATORY"), securityLabel: label("HIV", "PSY") }));
      expect(grant?.categories).to.deep.equal(["LABORATORY", "PSY", "HIV"]);
      expect(path(consent({ ...treatment, class: kinds("HIV") }))).to.equal("Consent.provision.class[0]");
    });

    it("reads labels without a class as those protected kinds alone", () => {
      const [grant] = grants(consent({ ...treatment, class: undefined, securityLabel: label("ETH") }));
      expect(grant?.categories).to.deep.equal(["ETH"]);
    });

    it("says where a resource type is not exactly the kinds of data it was read as", () => {
      const [grant] = grants(consent({ ...treatment, class: types("AllergyIntolerance", "Observation") }));
      expect(grant?.categories).to.deep.equal(["ALLERGIES", "LABORATORY", "VITAL_SIGNS", "SOCIAL_HISTORY"]);
      expect(grant?.inexact).to.deep.equal(["Consent.provision.class[1]"]);
    });

    it("denies every kind that a resource of a denied type can be", () => {
      const permitted = kinds("LABORATORY", "IMAGING", "CONDITIONS", "NOTES");
      const provision = [{ type: "deny", class: types("Observation") }];
      expect(grants(consent({ ...treatment, class: permitted, provision }))[0]?.categories).to.deep.equal(["NOTES"]);
    });

    it("knows all types of a kind as the whole kind, and fewer as less", () => {
      const coverage = (...names: string[]) => grants(consent({ ...treatment, class: types(...names) }))[0];
      const all = ["Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation"];
      expect(coverage(...all)).to.deep.include({ categories: ["IMMUNIZATIONS"], inexact: [] });
      expect(coverage("Immunization")).to.deep.include({
        categories: ["IMMUNIZATIONS"],
        inexact: ["Consent.provision.class[0]"],
      });
    });

    it("refuses classes that are no patient's data, of unknown systems, or profiles", () => {
      const at = (system: string, code: string) => path(consent({ ...treatment, class: [{ system, code }] }));
      expect(at(RESOURCE_TYPES, "Practitioner")).to.equal("Consent.provision.class[0]");
      expect(at(RESOURCE_TYPES, "toString")).to.equal("Consent.provision.class[0]");
      expect(at("urn:ietf:bcp:13", "application/hl7-cda+xml")).to.equal("Consent.provision.class[0]");
      expect(at("urn:ietf:rfc:3986", "http://hl7.org/fhir/StructureDefinition/lipidprofile")).to.equal(
        "Consent.provision.class[0]",
      );
    });

    it("refuses an unknown sensitivity code", () => {
      expect(path(consent({ ...treatment, securityLabel: label("PSY", "TABOO") }))).to.equal(
        "Consent.provision.securityLabel[1]",
      );
    });

    it("takes normal confidentiality for what the general kinds are, and refuses every other level", () => {
      const level = (code: string) => ({ system: "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", code });
      expect(grants(consent({ ...treatment, securityLabel: [level("N")] }))).to.have.length(1);
      expect(path(consent({ ...treatment, securityLabel: [level("R")] }))).to.equal(
        "Consent.provision.securityLabel[0]",
      );
      expect(path(consent({ ...treatment, securityLabel: [...label("PSY"), level("N")] }))).to.equal(
        "Consent.provision.securityLabel[1]",
      );
    });
  });

  describe("flags", () => {
    it("reads refrain policies", () => {
      const [grant] = grants(consent({ ...treatment, securityLabel: label("NORELINK", "NORDSCLCD", "NOREUSE") }));
      expect(grant?.flags).to.deep.equal(["NORDSCLCD", "NOREUSE", "NORELINK"]);
    });

    it("forbids redisclosure where disclosing is not among the actions", () => {
      expect(grants(consent({ ...treatment, action: action("access", "use") }))[0]?.flags).to.deep.equal(["NORDSCLCD"]);
      expect(grants(consent({ ...treatment, action: action("access", "disclose") }))[0]?.flags).to.deep.equal([]);
    });

    it("refuses actions that are not about access", () => {
      expect(path(consent({ ...treatment, action: action("access", "correct") }))).to.equal(
        "Consent.provision.action[1]",
      );
      expect(path(consent({ ...treatment, action: action("collect") }))).to.equal("Consent.provision.action");
    });
  });

  describe("period", () => {
    const period = (start: string | undefined, end: string | undefined) =>
      grants(consent({ ...treatment, period: { start, end } }))[0];

    it("includes all of a last day, month or year", () => {
      expect(period("2026", "2026")).to.include({ notBefore: START_2026, expiresAt: START_2027 });
      expect(period("2026-01", "2026-02")).to.include({ expiresAt: START_2026 + 59 * 86_400 });
      expect(period("2026-01-01", "2026-01-01")).to.include({ expiresAt: START_2026 + 86_400 });
    });

    it("includes the last second, and reads time zones", () => {
      expect(period("2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z")).to.include({ expiresAt: START_2026 + 10 });
      expect(period("2026-01-01T00:00:00-05:00", "2026-06-01")).to.include({ notBefore: START_2026 + 5 * 3600 });
    });

    it("starts with the decision where no start is given", () => {
      expect(period(undefined, "2026-12-31")).to.include({ notBefore: START_2026 });
    });

    it("refuses a consent without an end, unless the caller gives one", () => {
      const endless = consent({ ...treatment, period: undefined });
      expect(refusal(endless).message).to.equal(
        "Consent.provision.period: a consent without a period has no end: give period.end or a default expiry",
      );
      expect(grants(endless, { defaultExpiry: START_2027 })[0]).to.include({ expiresAt: START_2027 });
    });

    it("reads a start before 1970 as the beginning of unix time, and refuses a decision before it", () => {
      expect(period("1964-01-01", "2026-12-31")).to.include({ notBefore: 0 });
      expect(path(consent(treatment, { dateTime: "1964-01-01" }))).to.equal("Consent.dateTime");
    });

    it("refuses more than 3653 days, and takes 3653", () => {
      // Ten years have two or three leap days: from 2026 on 2028 and 2032, so one day of 2036 is allowed too.
      expect(period("2026-01-01", "2036-01-01")).to.include({ expiresAt: START_2026 + 3653 * 86_400 });
      const longer = consent({ ...treatment, period: { start: "2026-01-01", end: "2036-01-02" } });
      expect(path(longer)).to.equal("Consent.provision.period.end");
    });

    it("refuses a period that ends before it starts, was over when the patient decided, or is no date", () => {
      const at = (start: string, end: string) => path(consent({ ...treatment, period: { start, end } }));
      expect(at("2026-02-01", "2026-01-31")).to.equal("Consent.provision.period");
      expect(at("2020-01-01", "2025-12-31")).to.equal("Consent.provision.period.end");
      expect(at("2026-02-30", "2026-03-30")).to.equal("Consent.provision.period.start");
    });
  });

  describe("grantees", () => {
    it("gives each recipient a grant of its own", () => {
      const both = consent({ ...treatment, actor: [actor("Organization/a"), actor("Practitioner/b", "IRCP")] });
      expect(grants(both).map((grant) => grant.grantee.reference)).to.deep.equal(["Organization/a", "Practitioner/b"]);
    });

    it("finds addresses in the directory", () => {
      const directory = { "Organization/clinic": "0x00000000000000000000000000000000000000aa" };
      expect(grants(consent(treatment), { directory })[0]?.grantee).to.deep.equal({
        reference: "Organization/clinic",
        address: getAddress(directory["Organization/clinic"]),
      });
    });

    it("reads an address written in the consent, on the right chain only", () => {
      const value = "did:pkh:eip155:10:0x00000000000000000000000000000000000000AA";
      const reference = { identifier: { system: "urn:ietf:rfc:3986", value } };
      const addressed = consent({ ...treatment, actor: [{ ...actor("x"), reference }] });
      expect(grants(addressed, { chainId: 10 })[0]?.grantee).to.deep.equal({
        address: getAddress("0x00000000000000000000000000000000000000aa"),
      });
      expect(path(addressed, { chainId: 1 })).to.equal("Consent.provision.actor[0].reference.identifier.value");
    });

    it("reads an identifier as system and value, and finds its address", () => {
      const reference = { identifier: { system: "urn:oid:2.16.528.1", value: "91654" } };
      const directory = { "urn:oid:2.16.528.1|91654": "0x00000000000000000000000000000000000000aa" };
      const identified = consent({ ...treatment, actor: [{ ...actor("x"), reference }] });
      expect(grants(identified)[0]?.grantee).to.deep.equal({ reference: "urn:oid:2.16.528.1|91654" });
      expect(grants(identified, { directory })[0]?.grantee).to.include({
        address: getAddress(Object.values(directory)[0] ?? ""),
      });
    });

    it("refuses an address that the directory contradicts, and an actor that is nobody", () => {
      const value = "did:pkh:eip155:1:0x00000000000000000000000000000000000000AA";
      const at = (reference: Json, options = {}) =>
        path(consent({ ...treatment, actor: [{ ...actor("x"), reference }] }), options);
      const both = { reference: "Organization/a", identifier: { system: "urn:ietf:rfc:3986", value } };
      const directory = { "Organization/a": "0x00000000000000000000000000000000000000bb" };
      expect(at(both, { directory })).to.equal("Consent.provision.actor[0].reference");
      expect(at({ display: "Somebody" })).to.equal("Consent.provision.actor[0].reference");
      expect(at({ identifier: { value: "91654" } })).to.equal("Consent.provision.actor[0].reference.identifier");
    });

    it("refuses an address whose checksum is wrong", () => {
      // The first example of EIP-55 with one letter's case changed.
      const value = "did:pkh:eip155:1:0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
      const reference = { identifier: { system: "urn:ietf:rfc:3986", value } };
      expect(path(consent({ ...treatment, actor: [{ ...actor("x"), reference }] }))).to.equal(
        "Consent.provision.actor[0].reference.identifier.value",
      );
    });

    it("refuses a consent to nobody in particular, other roles, and contained actors", () => {
      expect(path(consent({ ...treatment, actor: undefined }))).to.equal("Consent.provision.actor");
      expect(path(consent({ ...treatment, actor: [actor("Organization/a"), actor("Device/b", "AUT")] }))).to.equal(
        "Consent.provision.actor[1].role",
      );
      expect(path(consent({ ...treatment, actor: [actor("#inside")] }))).to.equal(
        "Consent.provision.actor[0].reference.reference",
      );
    });

    it("refuses a custodian, unless the patient's address is used with that custodian alone", () => {
      const limited = consent({
        ...treatment,
        actor: [actor("Organization/clinic"), actor("Organization/holder", "CST")],
      });
      expect(path(limited)).to.equal("Consent.provision.actor[1].role");
      expect(
        grants(limited, { custodian: "Organization/holder" }).map((grant) => grant.grantee.reference),
      ).to.deep.equal(["Organization/clinic"]);
      expect(path(limited, { custodian: "Organization/clinic" })).to.equal("Consent.provision.actor[1].role");
    });
  });

  describe("nested provisions", () => {
    const general = {
      ...treatment,
      class: kinds("LABORATORY", "IMAGING", "NOTES"),
      purpose: purpose("TREAT", "HRESCH"),
    };
    const deny = (more: Json): Json => ({ type: "deny", ...more });

    it("subtracts a denied class", () => {
      const [grant] = grants(consent({ ...general, provision: [deny({ class: kinds("IMAGING") })] }));
      expect(grant?.categories).to.deep.equal(["LABORATORY", "NOTES"]);
    });

    it("subtracts a denied class for the purpose and the actor that the denial names", () => {
      const two = { ...general, actor: [actor("Organization/a"), actor("Organization/b")] };
      const denial = deny({ actor: [actor("Organization/b")], purpose: purpose("HRESCH"), class: kinds("NOTES") });
      expect(
        grants(consent({ ...two, provision: [denial] })).map((grant) => [
          grant.grantee.reference,
          grant.purposes.join(),
          grant.categories.join(),
        ]),
      ).to.deep.equal([
        ["Organization/a", "TREAT,HRESCH", "LABORATORY,IMAGING,NOTES"],
        ["Organization/b", "TREAT", "LABORATORY,IMAGING,NOTES"],
        ["Organization/b", "HRESCH", "LABORATORY,IMAGING"],
      ]);
    });

    it("keeps a protected kind out where its label is denied", () => {
      const labelled = { ...general, securityLabel: label("PSY", "HIV") };
      const [grant] = grants(consent({ ...labelled, provision: [deny({ securityLabel: label("HIV") })] }));
      expect(grant?.categories).to.deep.equal(["LABORATORY", "IMAGING", "NOTES", "PSY"]);
      expect(
        grants(consent({ ...general, provision: [deny({ securityLabel: label("HIV") })] }))[0]?.categories,
      ).to.deep.equal(["LABORATORY", "IMAGING", "NOTES"]);
    });

    it("revokes a purpose that is denied whole", () => {
      const read = readConsent(consent({ ...general, provision: [deny({ purpose: purpose("HRESCH") })] }));
      expect(read.map(({ kind, path: at }) => [kind, at])).to.deep.equal([
        ["grant", "Consent.provision"],
        ["revocation", "Consent.provision.provision[0]"],
      ]);
      expect(read[0]).to.deep.include({ purposes: ["TREAT"] });
      expect(read[1]).to.deep.include({ purposes: ["HRESCH"], grantee: { reference: "Organization/clinic" } });
    });

    it("lets a denial win over a permit beside it", () => {
      const permit = { ...treatment, type: "permit", class: kinds("LABORATORY", "NOTES") };
      const framed = consent({ provision: [permit, deny({ class: kinds("NOTES") })] });
      expect(grants(framed)[0]?.categories).to.deep.equal(["LABORATORY"]);
    });

    it("reads permits nested in an opt-out, inside the period around them", () => {
      const permit = { type: "permit", actor: [actor("Organization/a")], purpose: purpose("TREAT") };
      const read = grants(
        consent(
          { period: { start: "2026-01-01", end: "2026-12-31" }, class: kinds("NOTES"), provision: [permit] },
          { policyRule: concept(ACT_CODE, "OPTOUT") },
        ),
      );
      expect(read).to.have.length(1);
      expect(read[0]).to.deep.include({
        expiresAt: START_2027,
        categories: ["NOTES"],
        path: "Consent.provision.provision[0]",
      });
    });

    it("permits exactly what a permit covers and no denial covers, for arbitrary denials", () => {
      const actors = ["Organization/a", "Organization/b"];
      const purposes = ["TREAT", "HRESCH", "HMARKT"];
      const general = ["LABORATORY", "IMAGING", "NOTES"];
      const labels = ["PSY", "HIV"];
      const part = (all: string[]) => fc.option(fc.subarray(all, { minLength: 1 }), { nil: undefined });
      const denial = fc.record({
        actors: part(actors),
        purposes: part(purposes),
        data: fc.oneof(
          fc.constant(undefined),
          fc.subarray(general, { minLength: 1 }),
          fc.subarray(labels, { minLength: 1 }),
        ),
      });
      const covers = (list: string[] | undefined, value: string) => list?.includes(value) ?? true;
      fc.assert(
        fc.property(fc.array(denial, { maxLength: 4 }), fc.constantFrom("root", "frame"), (denials, where) => {
          const nested = denials.map((rule) => ({
            type: "deny",
            ...(rule.actors === undefined ? {} : { actor: rule.actors.map((name) => actor(name)) }),
            ...(rule.purposes === undefined ? {} : { purpose: purpose(...rule.purposes) }),
            ...(rule.data?.every((name) => general.includes(name)) === true ? { class: kinds(...rule.data) } : {}),
            ...(rule.data?.every((name) => labels.includes(name)) === true
              ? { securityLabel: label(...rule.data) }
              : {}),
          }));
          const permit = {
            period: { start: "2026-01-01", end: "2026-12-31" },
            actor: actors.map((name) => actor(name)),
            purpose: purpose(...purposes),
            class: kinds(...general),
            securityLabel: label(...labels),
          };
          const provision =
            where === "root"
              ? { ...permit, ...(nested.length === 0 ? {} : { provision: nested }) }
              : { provision: [{ ...permit, type: "permit" }, ...nested] };
          const read = readConsent(consent(provision));

          const expected: string[] = [];
          const ended: string[] = [];
          for (const who of actors) {
            for (const why of purposes) {
              const left = [...general, ...labels].filter(
                (what) =>
                  !denials.some((d) => covers(d.actors, who) && covers(d.purposes, why) && covers(d.data, what)),
              );
              expected.push(...left.map((what) => [who, why, what].join()));
              if (left.length === 0) ended.push([who, why].join());
            }
          }
          const permitted = read.flatMap((terms) =>
            terms.kind !== "grant"
              ? []
              : terms.purposes.flatMap((why) =>
                  terms.categories.map((what) => [terms.grantee.reference, why, what].join()),
                ),
          );
          const revoked = read.flatMap((terms) =>
            terms.kind !== "revocation" ? [] : terms.purposes.map((why) => [terms.grantee.reference, why].join()),
          );
          expect(permitted).to.have.members(expected);
          // In a frame, a denial without purposes is one of all purposes, and one without actors names nobody.
          expect(revoked).to.satisfy((list: string[]) => new Set(list).size === list.length);
          if (where === "root") expect(revoked).to.have.members(ended);
        }),
        { numRuns: 200 },
      );
    });

    it("reads an opt-out for an actor with a permit inside: that purpose, and no other", () => {
      const optOut = { policyRule: concept(ACT_CODE, "OPTOUT") };
      const permit = { type: "permit", purpose: purpose("TREAT"), class: kinds("NOTES") };
      const whole = { actor: [actor("Organization/a")], provision: [{ ...permit, period: { end: "2026-12-31" } }] };
      const read = readConsent(consent(whole, optOut));
      expect(read.map((terms) => terms.kind)).to.deep.equal(["grant", "revocation"]);
      expect(read[0]).to.deep.include({ purposes: ["TREAT"] });
      expect(read[1]).to.deep.include({ purposes: Object.keys(PURPOSES).filter((name) => name !== "TREAT") });

      const framed = { actor: [actor("Organization/a")], period: { end: "2026-12-31" }, provision: [permit] };
      expect(grants(consent(framed, optOut))).to.have.length(1);
    });

    it("refuses a denial for part of the time, or of only the protected part of a class", () => {
      const nested = (denial: Json) => path(consent({ ...general, provision: [denial] }));
      expect(nested(deny({ period: { start: "2026-03-01" } }))).to.equal("Consent.provision.provision[0].period");
      expect(nested(deny({ period: { end: "2026-03-01" } }))).to.equal("Consent.provision.provision[0].period");
      expect(nested(deny({ class: kinds("NOTES"), securityLabel: label("PSY") }))).to.equal(
        "Consent.provision.provision[0].securityLabel",
      );
    });

    it("refuses what lies outside the rule around it, a rule without a type, and a permit that adds nothing", () => {
      const nested = (rule: Json) => path(consent({ ...general, provision: [rule] }));
      expect(nested(deny({ purpose: purpose("HMARKT") }))).to.equal("Consent.provision.provision[0].purpose[0]");
      expect(nested(deny({ actor: [actor("Organization/other")] }))).to.equal(
        "Consent.provision.provision[0].actor[0].reference",
      );
      expect(nested({ class: kinds("NOTES") })).to.equal("Consent.provision.provision[0].type");
      expect(nested({ type: "permit", class: kinds("NOTES") })).to.equal("Consent.provision.provision[0].type");
      expect(nested(deny({ class: kinds("NOTES"), provision: [{ type: "permit" }] }))).to.equal(
        "Consent.provision.provision[0].provision[0].type",
      );
    });

    it("refuses two sets of flags for one recipient and purpose", () => {
      const first = { ...treatment, type: "permit", class: kinds("NOTES") };
      const second = { ...first, class: kinds("IMAGING"), securityLabel: label("NOREUSE") };
      expect(path(consent({ provision: [first, second] }))).to.equal("Consent.provision.provision[1]");
    });

    it("refuses two periods for one recipient and purpose", () => {
      const permit = (end: string, kind: string): Json => ({
        ...treatment,
        type: "permit",
        period: { start: "2026-01-01", end },
        class: kinds(kind),
      });
      expect(path(consent({ provision: [permit("2026-06-30", "NOTES"), permit("2026-12-31", "IMAGING")] }))).to.equal(
        "Consent.provision.provision[1]",
      );
    });
  });

  describe("denials", () => {
    const optOut = { policyRule: concept(ACT_CODE, "OPTOUT") };

    it("reads an opt-out for an actor as a revocation", () => {
      expect(
        readConsent(consent({ actor: [actor("Organization/a")], purpose: purpose("HRESCH", "HMARKT") }, optOut)),
      ).to.deep.equal([
        {
          kind: "revocation",
          patient: { reference: "Patient/example" },
          grantee: { reference: "Organization/a" },
          purposes: ["HRESCH", "HMARKT"],
          issuedAt: START_2026,
          path: "Consent.provision",
        },
      ]);
    });

    it("reads a denial without purposes as one of all purposes", () => {
      const [revocation] = readConsent(
        consent({ type: "deny", actor: [actor("Organization/a")] }, { policyRule: undefined }),
      );
      expect(revocation).to.deep.include({ kind: "revocation", purposes: Object.keys(PURPOSES) });
    });

    it("reads an opt-out from everything as the withdrawal of all consents", () => {
      expect(readConsent(consent(undefined, optOut))).to.deep.equal([
        {
          kind: "revocationOfAll",
          patient: { reference: "Patient/example" },
          issuedAt: START_2026,
          path: "Consent",
        },
      ]);
    });

    it("dates a revocation of a day to the end of that day, but not into the future", () => {
      const dated = consent(undefined, { ...optOut, dateTime: "2026-01-01" });
      expect(readConsent(dated)[0]?.issuedAt).to.equal(START_2026 + 86_399);
      expect(readConsent(dated, { now: START_2026 + 60 })[0]?.issuedAt).to.equal(START_2026 + 60);
      expect(grants(consent(treatment, { dateTime: "2026-01-01" }))[0]?.issuedAt).to.equal(START_2026);
    });

    it("refuses a denial of part of the data, of part of the time, or of a part to everyone", () => {
      const denied = (more: Json) => path(consent({ actor: [actor("Organization/a")], ...more }, optOut));
      expect(denied({ class: kinds("NOTES") })).to.equal("Consent.provision");
      expect(denied({ period: { end: "2026-12-31" } })).to.equal("Consent.provision.period");
      expect(path(consent({ purpose: purpose("HRESCH") }, optOut))).to.equal("Consent.provision");
    });

    it("refuses an opt-in that denies, for it permits everyone who is not named", () => {
      expect(path(consent({ type: "deny", actor: [actor("Organization/a")] }))).to.equal("Consent.provision.type");
    });
  });

  describe("what no terms can say", () => {
    const refusals: [string, Json, string][] = [
      ["a code", { code: [concept("http://loinc.org", "34133-9")] }, "Consent.provision.code[0]"],
      ["a period of the data", { dataPeriod: { start: "2020" } }, "Consent.provision.dataPeriod"],
      ["single records", { data: [{ meaning: "instance", reference: {} }] }, "Consent.provision.data[0]"],
      ["a modifier extension", { modifierExtension: [{ url: "urn:x" }] }, "Consent.provision.modifierExtension"],
    ];
    for (const [what, more, at] of refusals) {
      it(`refuses ${what}`, () => {
        expect(refusal(consent({ ...treatment, ...more }))).to.include({ code: "CONSENT_INEXPRESSIBLE", path: at });
      });
    }

    it("refuses a consent that is not active, not about data, unconfirmed, or under rules known elsewhere", () => {
      const scope = (code: string) => concept("http://terminology.hl7.org/CodeSystem/consentscope", code);
      expect(path(consent(treatment, { status: "inactive" }))).to.equal("Consent.status");
      expect(path(consent(treatment, { scope: scope("adr") }))).to.equal("Consent.scope");
      expect(path(consent(treatment, { scope: scope("treatment") }))).to.equal("Consent.scope");
      expect(path(consent(treatment, { verification: [{ verified: false }] }))).to.equal(
        "Consent.verification[0].verified",
      );
      expect(path(consent(treatment, { implicitRules: "urn:x" }))).to.equal("Consent.implicitRules");
      expect(path(consent(treatment, { dateTime: undefined }))).to.equal("Consent.dateTime");
      expect(path(consent(treatment, { policyRule: concept(ACT_CODE, "EMRGONLY") }))).to.equal("Consent.policyRule");
    });

    it("takes OPTINR for OPTIN and OPTOUTE for OPTOUT", () => {
      expect(grants(consent(treatment, { policyRule: concept(ACT_CODE, "OPTINR") }))).to.have.length(1);
      const optOut = consent({ actor: [actor("Organization/a")] }, { policyRule: concept(ACT_CODE, "OPTOUTE") });
      expect(readConsent(optOut)[0]?.kind).to.equal("revocation");
    });

    it("takes a consent to research", () => {
      const scope = concept("http://terminology.hl7.org/CodeSystem/consentscope", "research");
      expect(grants(consent({ ...treatment, purpose: purpose("HRESCH") }, { scope }))).to.have.length(1);
    });
  });

  describe("what is no FHIR R4 Consent", () => {
    const cases: [string, unknown, string][] = [
      ["a text", "Consent", "Consent"],
      ["nothing", null, "Consent"],
      ["a list", [], "Consent"],
      ["another resource", { resourceType: "Patient" }, "Consent.resourceType"],
      ["a resource without a patient", consent(treatment, { patient: undefined }), "Consent.patient"],
      ["a consent of R5", consent(treatment, { decision: "permit" }), "Consent.decision"],
      ["a consent of STU3", consent(treatment, { except: [] }), "Consent.except"],
      ["a provision of R5", consent(treatment, { provision: [treatment] }), "Consent.provision"],
      ["an empty list", consent({ ...treatment, purpose: [] }), "Consent.provision.purpose"],
      ["a number for a date", consent(treatment, { dateTime: 2026 }), "Consent.dateTime"],
      ["neither opt-in nor opt-out", consent(treatment, { policyRule: undefined }), "Consent.policyRule"],
      ["an unknown provision type", consent({ ...treatment, type: "allow" }), "Consent.provision.type"],
    ];
    for (const [what, value, at] of cases) {
      it(`refuses ${what}`, () => {
        expect(refusal(value)).to.include({ code: "CONSENT_INVALID", path: at });
      });
    }

    it("never fails on any JSON but with a typed error", () => {
      const nested = [{ type: "deny", purpose: purpose("TREAT"), class: types("Observation") }];
      const valid = consent({ ...treatment, action: action("access"), securityLabel: label("PSY"), provision: nested });
      const places = (value: unknown): (string | number)[][] =>
        typeof value !== "object" || value === null
          ? [[]]
          : [[], ...Object.entries(value).flatMap(([key, inner]) => places(inner).map((rest) => [key, ...rest]))];
      const replaced = (value: unknown, [key, ...rest]: (string | number)[], by: unknown): unknown => {
        if (key === undefined) return by;
        const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Json) }) as Json;
        copy[key] = replaced(copy[key], rest, by);
        return copy;
      };
      fc.assert(
        fc.property(fc.constantFrom(...places(valid)), fc.jsonValue(), (place, value) => {
          try {
            readConsent(replaced(valid, place, value));
          } catch (error) {
            expect(error).to.be.instanceOf(ConsentFormatError);
          }
        }),
        { numRuns: 1000 },
      );
    });
  });
});

describe("writeConsent", () => {
  const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => getAddress(hexlify(bytes)));
  const reference = fc
    .tuple(fc.constantFrom("Organization", "Patient", "Practitioner"), fc.stringMatching(/^[A-Za-z0-9.-]{1,64}$/))
    .map(([type, id]) => `${type}/${id}`);
  const party: fc.Arbitrary<Party> = fc.oneof(
    fc.record({ reference }),
    fc.record({ address }),
    fc.record({ reference, address }),
    fc.stringMatching(/^[A-Za-z0-9]{1,20}$/).map((value) => ({ reference: `urn:oid:1.2.3|${value}` })),
  );
  const some = <Name extends string>(table: Record<Name, number>, minLength: number) =>
    fc.subarray(Object.keys(table) as Name[], { minLength });
  const decision = {
    patient: party,
    issuedAt: fc.integer({ min: 0, max: 4_102_444_800 }),
    path: fc.constant("Consent.provision"),
  };
  const grant = fc
    .record({
      kind: fc.constant("grant" as const),
      grantee: party,
      purposes: some<Purpose>(PURPOSES, 1),
      categories: some<Category>(CATEGORIES, 1),
      flags: some<ConsentFlag>(CONSENT_FLAGS, 0),
      lasts: fc.integer({ min: 1, max: LONGEST_CONSENT }),
      before: fc.integer({ min: 1, max: 2 * LONGEST_CONSENT }),
      inexact: fc.constant([]),
      ...decision,
    })
    .map(({ lasts, before, ...terms }) => {
      const expiresAt = terms.issuedAt + lasts;
      return { ...terms, expiresAt, notBefore: Math.max(0, expiresAt - before) };
    });
  const revocation = fc.record({
    kind: fc.constant("revocation" as const),
    grantee: party,
    purposes: some<Purpose>(PURPOSES, 1),
    ...decision,
  });
  const all = fc.record({ kind: fc.constant("revocationOfAll" as const), ...decision, path: fc.constant("Consent") });

  it("writes what readConsent reads back, for arbitrary terms", () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: grant }, revocation, all), (terms: ConsentTerms) => {
        const written: fhir4.Consent = writeConsent(terms, { chainId: 1 });
        const read = readConsent(JSON.parse(JSON.stringify(written)), { chainId: 1 });
        expect(read).to.deep.equal([terms]);
      }),
      { numRuns: 300 },
    );
  });

  it("writes the standard's codes where the standard has them", () => {
    const [terms] = readConsent(
      consent({ ...treatment, class: types("AllergyIntolerance"), securityLabel: label("PSY") }),
    );
    if (terms === undefined) return expect.fail("nothing was read");
    expect(writeConsent(terms)).to.deep.equal(
      consent({
        ...treatment,
        period: { start: "2026-01-01T00:00:00Z", end: "2026-12-31T23:59:59Z" },
        class: types("AllergyIntolerance"),
        securityLabel: label("PSY"),
      }),
    );
  });

  it("refuses terms that are none, with the path", () => {
    const [terms] = grants(consent(treatment));
    const at = (more: Json, options = {}) => {
      try {
        writeConsent({ ...terms, ...more } as unknown as ConsentTerms, options);
      } catch (error) {
        return (error as ConsentFormatError).path;
      }
      return expect.fail("the terms were written");
    };
    expect(at({ kind: "permit" })).to.equal("terms.kind");
    expect(at({ purposes: [] })).to.equal("terms.purposes");
    expect(at({ purposes: ["TREAT", "treat"] })).to.equal("terms.purposes[1]");
    expect(at({ categories: ["__proto__"] })).to.equal("terms.categories[0]");
    expect(at({ expiresAt: START_2026 })).to.equal("terms.expiresAt");
    expect(at({ expiresAt: START_2026 + LONGEST_CONSENT + 1 })).to.equal("terms.expiresAt");
    expect(at({ notBefore: 1.5 })).to.equal("terms.notBefore");
    expect(at({ grantee: {} })).to.equal("terms.grantee");
    expect(at({ grantee: { address: "0x00000000000000000000000000000000000000aa" } })).to.equal("terms.grantee");
  });
});

describe("parseDateTime", () => {
  it("reads every precision", () => {
    expect(parseDateTime("1970")).to.deep.equal({ first: 0, end: 365 * 86_400 });
    expect(parseDateTime("1972-02")).to.deep.equal({ first: 761 * 86_400, end: 790 * 86_400 });
    expect(parseDateTime("1970-01-01T00:00:01+01:00")).to.deep.equal({ first: -3599, end: -3598 });
    expect(parseDateTime("1970-01-01T00:00:00.5Z")).to.deep.equal({ first: 1, end: 1 });
    expect(parseDateTime("2016-12-31T23:59:60Z")).to.deep.equal({ first: 1_483_228_799, end: 1_483_228_800 });
  });

  it("refuses what is no FHIR dateTime", () => {
    for (const text of [
      "",
      "26",
      "0000",
      "2026-13",
      "2026-02-29",
      "2026-01-01T10:00Z",
      "2026-01-01T10:00:00",
      "2026-1-1",
    ]) {
      expect(parseDateTime(text), text).to.equal(undefined);
    }
  });
});
