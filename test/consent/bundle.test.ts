import { expect } from "chai";

import { splitResource } from "../../src/consent/bundle.js";
import { parseResource, resourceName } from "../../src/consent/fhirResource.js";

const A = "urn:uuid:00000000-0000-4000-8000-00000000000a";
const B = "urn:uuid:00000000-0000-4000-8000-00000000000b";

const bundle = (...resources: [fullUrl: string | undefined, resource: object][]): object => ({
  resourceType: "Bundle",
  type: "collection",
  entry: resources.map(([fullUrl, resource]) => ({ fullUrl, resource })),
});
const split = (resource: object): string[] =>
  splitResource(parseResource(JSON.stringify(resource)), "f.ndjson:3").map((found) => resourceName(found.resource));

describe("splitResource", () => {
  it("gives a resource that is no Bundle as it is", () => {
    expect(split({ resourceType: "Patient", id: "p", contained: [{ resourceType: "Device", id: "d" }] })).to.deep.equal(
      ["Patient/p"],
    );
  });

  it("splits a Bundle and the Bundles within it, in order, past entries without a resource", () => {
    const inner = bundle([undefined, { resourceType: "Device", id: "d" }]);
    const outer = bundle([A, { resourceType: "Patient", id: "p" }], [B, inner]) as { entry: object[] };
    outer.entry.splice(1, 0, { request: { method: "DELETE", url: "Patient/x" } });
    expect(split(outer)).to.deep.equal(["Patient/p", "Device/d"]);
  });

  it("accepts references to what is elsewhere, and those that the Bundle resolves", () => {
    const observation = {
      resourceType: "Observation",
      id: "o",
      subject: { reference: A },
      performer: [{ reference: "Practitioner/elsewhere" }, { reference: "http://example.org/fhir/Practitioner/1" }],
      encounter: { reference: "#e" },
      contained: [{ resourceType: "Encounter", id: "e", partOf: { reference: "Encounter/elsewhere" } }],
    };
    expect(split(bundle([A, { resourceType: "Patient", id: "p" }], [B, observation]))).to.have.length(2);
  });

  it("refuses a Bundle that lacks what an entry refers to, naming the reference's path", () => {
    const observation = { resourceType: "Observation", component: [{}, { x: { reference: B } }] };
    expect(() => split(bundle([A, observation]))).to.throw(
      `f.ndjson:3 Bundle.entry[0].resource.component[1].x.reference: the Bundle has no "${B}"`,
    );
  });

  it("refuses a reference to a contained resource that is not there", () => {
    expect(() => split({ resourceType: "Observation", subject: { reference: "#p" } })).to.throw(
      'f.ndjson:3 Observation.subject.reference: the resource has no "#p"',
    );
  });

  it("refuses resources that are each other's ancestors, naming the circle", () => {
    const first = { resourceType: "Encounter", id: "1", partOf: { reference: B } };
    const second = { resourceType: "Encounter", id: "2", partOf: { reference: "Encounter/1" } };
    expect(() => split(bundle([A, first], [B, second]))).to.throw(
      "a resource is its own ancestor: Encounter/1 -> Encounter/2 -> Encounter/1",
    );
  });

  it("refuses a resource that replaces itself, also through a version", () => {
    const order = { resourceType: "ServiceRequest", id: "s", replaces: [{ reference: "ServiceRequest/s/_history/1" }] };
    expect(() => split(bundle([A, order]))).to.throw("ServiceRequest/s -> ServiceRequest/s");
  });

  it("refuses contained resources that are each other's ancestors", () => {
    const procedure = {
      resourceType: "Procedure",
      id: "p",
      partOf: [{ reference: "#q" }],
      contained: [{ resourceType: "Procedure", id: "q", partOf: [{ reference: "#" }] }],
    };
    expect(() => split(procedure)).to.throw("Procedure/p -> Procedure/q -> Procedure/p");
  });

  it("accepts a shared ancestor and a long chain, which are no circle", () => {
    const chain = Array.from({ length: 5_000 }, (_, i): [string | undefined, object] => [
      undefined,
      { resourceType: "Task", id: `${i}`, partOf: [{ reference: `Task/${i + 1}` }, { reference: "Task/5000" }] },
    ]);
    expect(split(bundle(...chain))).to.have.length(5_000);
  });

  it("refuses a Bundle nested in itself", () => {
    const outer = bundle([A, { resourceType: "Bundle", id: "b", type: "collection" }]);
    expect(() => split({ ...outer, id: "b" })).to.throw("Bundle/b is nested in itself");
  });

  it("refuses an entry that is no FHIR R4 resource", () => {
    expect(() => split(bundle([A, { resourceType: "Observatoin" }]))).to.throw(
      'Bundle.entry[0].resource: not FHIR R4: "Observatoin" is no resource type of R4',
    );
    expect(() => split({ resourceType: "Bundle", entry: {} })).to.throw("Bundle.entry must be an array");
    expect(() => split({ resourceType: "Bundle", entry: [1] })).to.throw("Bundle.entry[0]: an entry must be an object");
  });
});

describe("parseResource", () => {
  for (const [name, text, message] of [
    ["JSON that is no object", "[]", "a.json: a FHIR resource is a JSON object"],
    ["an object without resourceType", "{}", "a.json: not FHIR: there is no resourceType"],
    ["a resource type of R5", '{"resourceType":"GenomicStudy"}', '"GenomicStudy" is no resource type of R4'],
    [
      "another stated version",
      '{"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"}',
      'it states version "5.0.0"',
    ],
    [
      "a core profile of another version",
      '{"resourceType":"Patient","meta":{"profile":["http://hl7.org/fhir/StructureDefinition/Patient|4.3.0"]}}',
      'it states version "4.3.0"',
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(() => parseResource(text, { name: "a.json" })).to.throw(message);
    });
  }

  it("accepts R4 stated", () => {
    const text = '{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}';
    expect(parseResource(text).resourceType).to.equal("CapabilityStatement");
  });
});
