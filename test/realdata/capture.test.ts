/**
 * What capturing the OpenEPCIS documents means, event by event, as the standards say it. Defined only where the shared data is beside
 * the repository.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";

import { expect } from "chai";

import type { CaptureContext } from "../../src/provenance/capture/plan.js";
import { readParties } from "../../src/provenance/capture/party.js";
import { planCapture } from "../../src/provenance/capture/planCapture.js";
import { readEpcis } from "../../src/provenance/epcis/readEpcis.js";
import type { EpcisDocument } from "../../src/provenance/epcis/event.js";
import { parseJson } from "../../src/utils/json.js";

const data = resolve(
  process.env.CAREPROOF_SHARED_DATA ?? resolve(__dirname, "../../../shared/data"),
  "epcis/openepcis",
);

const ADDRESS = "0x00000000000000000000000000000000000000A1";
const PARTIES = readParties(
  parseJson(
    JSON.stringify({
      "urn:epc:id:pgln:0614141.00001": { address: ADDRESS, role: "WHOLESALE_DISTRIBUTOR" },
    }),
  ),
  "parties",
);
const CONTEXT: CaptureContext = {
  actor: { address: ADDRESS, role: "WHOLESALE_DISTRIBUTOR" },
  parties: PARTIES,
  transactionStatement: true,
};

// What an event with action OBSERVE and the steps or dispositions of the examples says changes neither custody nor state.
const OBSERVED = "notSent NO_MEANING";
// EPCIS 2.0, section 7.4.1.2: the event with an error declaration is the earlier one again.
const DECLARATION = "notSent ERROR_DECLARATION";
// Quantities of a class (LGTIN, GTIN) have no token.
const CLASS = "notSent CLASS_LEVEL";
const TRANSACTION = "notSent TRANSACTION";
const TRANSFORMATION = "notSent TRANSFORMATION";
const ASSOCIATION = "notSent ASSOCIATION";
// CBV shipping, without a destinationList: there is nobody to ship to.
const TO_NOBODY = "refused RECEIVER_MISSING";
// CBV receiving of one package.
const RECEIVED = "send receiveShipment";

/** By the document's path below the version and format: the answer to each of its events, in the document's order. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  "capture/Documents/AggregationEvent": [OBSERVED],
  "capture/Documents/AggregationEvent_all_possible_fields": [DECLARATION],
  "capture/Documents/AggregationEvent_with_digitalLink": [OBSERVED],
  // Packs a quantity of a class, no package with a serial number.
  "capture/Documents/AggregationEvent_with_sensorData": [CLASS],
  "capture/Documents/AssociationEvent": [ASSOCIATION, ASSOCIATION],
  "capture/Documents/AssociationEvent_with_sensorData": [ASSOCIATION],
  "capture/Documents/AssociationEvent_with_userExtensions": [ASSOCIATION],
  "capture/Documents/JumbledFieldsOrder": [TRANSACTION],
  // Commissions a package, but a quantity with it: half of the event cannot be sent.
  "capture/Documents/Namespace_document": [CLASS],
  // Five observations without a business step.
  "capture/Documents/Namespaces_at_different_level": [OBSERVED, OBSERVED, OBSERVED, OBSERVED, OBSERVED],
  "capture/Documents/ObjectEvent": [TO_NOBODY, RECEIVED],
  "capture/Documents/ObjectEvent_with_comment": [TO_NOBODY, RECEIVED],
  // Action ADD, but in a business step that is not commissioning.
  "capture/Documents/ObjectEvent_with_custom_bizStep_uri": [OBSERVED],
  // Receives quantities.
  "capture/Documents/ObjectEvent_with_digitalLink": [CLASS],
  "capture/Documents/ObjectEvent_with_sensorData": [OBSERVED],
  // The second commissions a quantity.
  "capture/Documents/ObjectEvent_with_userExtensions": [TO_NOBODY, CLASS],
  "capture/Documents/SensorData_and_extension": [OBSERVED],
  "capture/Documents/TransactionEvent": [TRANSACTION, TRANSACTION],
  "capture/Documents/TransactionEvent_with_userExtensions": [TRANSACTION],
  "capture/Documents/TransformationEvent": [TRANSFORMATION],
  "capture/Documents/TransformationEvent_with_digitalLink": [TRANSFORMATION],
  "capture/Documents/TransformationEvent_with_errorDeclaration": [DECLARATION, TRANSFORMATION],
  "capture/Documents/TransformationEvent_with_error_declaration": [DECLARATION, TRANSFORMATION],
  "capture/Documents/TransformationEvent_with_sensorData": [DECLARATION],
  "capture/Events/AggregationEvent": [OBSERVED],
  "capture/Events/AssociationEvent": [ASSOCIATION],
  "capture/Events/ObjectEvent": [RECEIVED],
  "capture/Events/TransactionEvent": [TRANSACTION],
  "capture/Events/TransformationEvent": [DECLARATION],
  "query/JumbledFieldsOrder": [TRANSACTION],
  "query/ObjectEventWithAllPossibleFields": [DECLARATION],
  "query/QueryDocumentWithMultipleEvents": [TO_NOBODY, RECEIVED],
  "query/TransactionEvent_with_userExtensions": [TRANSACTION],
  "query/TransformationEvent_with_error_declaration": [DECLARATION, TRANSFORMATION],
  "query/queryDocument": [OBSERVED],
  "query/Documents/QueryResultsDocument": [
    OBSERVED,
    // Unpacks a case whose key is an SGTIN.
    "notSent CONTAINER_UNFIT",
    TRANSACTION,
    TRANSFORMATION,
    DECLARATION,
    ASSOCIATION,
  ],
  "query/Documents/TransactionEvent_with_userExtensions": [TRANSACTION],
};

function answersTo(document: EpcisDocument, context: CaptureContext = CONTEXT): string[] {
  const { events } = planCapture(document, context);
  return [...events]
    .sort((a, b) => a.index - b.index)
    .map(({ answer, code, calls }) => [answer, code, ...calls.map((call) => call.function)].filter(Boolean).join(" "));
}

if (existsSync(data)) {
  const read = (file: string): EpcisDocument => readEpcis(readFileSync(join(data, file), "utf8"));
  const files = readdirSync(data, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(json|xml)$/.test(entry.name) && !entry.parentPath.includes("Invalid"))
    .map((entry) => relative(data, join(entry.parentPath, entry.name)))
    .sort();

  describe("capture of the OpenEPCIS documents", () => {
    for (const file of files.filter((name) => name.startsWith("2.0/"))) {
      it(`${file} gets the answers that its events have by the standards`, () => {
        const name = file.slice(0, -extname(file).length).replace(/^2\.0\/(?:JSON|XML)\//, "");
        expect(answersTo(read(file))).to.deep.equal(ANSWERS[name]);
      });
    }

    for (const file of files.filter((name) => name.startsWith("1.2/"))) {
      it(`${file} is refused: it is of EPCIS 1.2`, () => {
        expect(() => planCapture(read(file), CONTEXT))
          .to.throw()
          .that.includes({
            code: "EPCIS_VERSION_UNSUPPORTED",
            path: "schemaVersion",
          });
      });
    }

    it("the GS1 US pharmaceutical example, were it of 2.0: cases have SGTINs, which are no containers on the chain", () => {
      const example = read("1.2/XML/capture/Documents/GS1_US_Pharma_Example_2_2_1_1.xml");
      const actor = { address: ADDRESS, role: "MANUFACTURER" } as const;
      const parties = readParties(parseJson(JSON.stringify({ "urn:epc:id:sgln:030001.111111.0": actor })), "parties");
      expect(answersTo({ ...example, schemaVersion: "2.0" }, { ...CONTEXT, actor, parties })).to.deep.equal([
        "refused LOT_TREE_MISSING",
        "refused LOT_TREE_MISSING",
        "notSent CONTAINER_UNFIT",
        "notSent CONTAINER_UNFIT",
        "notSent CONTAINER_UNFIT",
        "notSent CONTAINERS_ALONE",
        // Three cases, as packages of their own GTIN, into an SSCC.
        "send pack",
        // The buyer is not among the parties.
        "refused PARTY_UNKNOWN",
      ]);
    });
  });
}
