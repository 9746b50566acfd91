import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import {
  type Contract,
  ContractFactory,
  concat,
  getBytes,
  hexlify,
  id,
  randomBytes,
  sha256,
  toBeHex,
  toUtf8Bytes,
  zeroPadBytes,
} from "ethers";
import hre from "hardhat";

import { Chain } from "../../scripts/journey/chain";
import { readInput } from "../../scripts/journey/input";
import { runJourney } from "../../scripts/journey/run";
import { ARMS, CHAIR, SUBJECT_KEYS } from "../../scripts/journey/trial";
import {
  ClaimsProcessor__factory,
  ConsentRegistry__factory,
  DrugProvenance__factory,
  TrialData__factory,
  TrialRegistry__factory,
} from "../../src/bindings/index.js";
import { canonicalJson } from "../../src/utils/canonical.js";
import { createKeccak256 } from "../../src/utils/keccak.js";
import { everythingShown, findText, wordsOf, type Shown } from "./scanner";

/** Invented and found nowhere else. */
const CANARIES = {
  family: "Zwxanaryfamily",
  given: "Qvcanarygiven",
  id: "canary-7f3e91c2",
  mrn: "MRN-0042-0815",
  birthDate: "1975-03-14",
  street: "Canarystreet 4711",
  note: "Zxq canary note of nobody",
  code: "canary-code-88",
};
const PATIENT = {
  resourceType: "Patient",
  id: CANARIES.id,
  identifier: [{ system: "urn:example:mrn", value: CANARIES.mrn }],
  name: [{ family: CANARIES.family, given: [CANARIES.given] }],
  birthDate: CANARIES.birthDate,
  address: [{ line: [CANARIES.street] }],
};
const OBSERVATION = {
  resourceType: "Observation",
  id: `${CANARIES.id}-glucose`,
  status: "final",
  code: { coding: [{ system: "urn:example:codes", code: CANARIES.code }] },
  subject: { reference: `Patient/${CANARIES.id}` },
  note: [{ text: CANARIES.note }],
};
/** Each resource as it is written and as it is hashed. */
const TEXTS = [PATIENT, OBSERVATION].flatMap((resource) => [
  JSON.stringify(resource),
  JSON.stringify(resource, undefined, 2),
  canonicalJson(JSON.stringify(resource)),
]);

describe("what the chain shows of the care journey", () => {
  let folder: string;
  let chain: Chain;
  let shown: Shown[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "careproof-privacy-"));
    writeFileSync(join(folder, "patient.json"), JSON.stringify(PATIENT));
    writeFileSync(join(folder, "observation.json"), JSON.stringify(OBSERVATION, undefined, 2));
    chain = await Chain.connect(hre.network.provider);
    const fromBlock = (await chain.provider.getBlockNumber()) + 1;
    const { report } = await runJourney(chain, { fhir: folder, progress: () => undefined });
    expect(report.ok).to.equal(true);
    shown = await everythingShown(chain.provider, fromBlock);
  });

  after(() => {
    chain.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is calldata, logs and storage of every step", () => {
    const count = (place: string): number => shown.filter((each) => each.place.startsWith(place)).length;
    expect(count("calldata")).to.be.greaterThan(30);
    expect(count("log")).to.be.greaterThan(20);
    expect(count("storage")).to.be.greaterThan(30);
  });

  it("has events of every chapter", () => {
    const words = wordsOf(shown);
    const events = [
      ConsentRegistry__factory.createInterface().getEvent("ConsentGranted"),
      DrugProvenance__factory.createInterface().getEvent("LotCommissioned"),
      ClaimsProcessor__factory.createInterface().getEvent("ClaimPaid"),
      TrialRegistry__factory.createInterface().getEvent("SubjectEnrolled"),
      TrialData__factory.createInterface().getEvent("DataAnchored"),
    ];
    for (const { name, topicHash } of events) expect(words.has(topicHash.slice(2)), name).to.equal(true);
  });

  for (const [what, canary] of Object.entries(CANARIES)) {
    it(`is not the ${what} of the patient, in clear, in hex, in base64 or hashed`, () => {
      expect(findText(shown, canary)).to.deep.equal([]);
    });
  }

  for (const [what, secrets] of [
    ["key of a subject of the trial", SUBJECT_KEYS],
    ["arm of the trial", ARMS],
    ["name of who signed for the ethics board", [CHAIR]],
  ] as const) {
    it(`is no ${what}, in clear, in hex, in base64 or hashed`, () => {
      for (const secret of secrets) expect(findText(shown, secret), secret).to.deep.equal([]);
    });
  }

  it("is no unsalted hash of a resource, as it was read or canonical", () => {
    for (const text of TEXTS) expect(findText(shown, text)).to.deep.equal([]);
  });

  it("matches no entry of a dictionary of birth dates and record numbers, however it is hashed", async () => {
    const words = wordsOf(shown);
    expect(words.size).to.be.greaterThan(100);
    const dictionary: string[] = [];
    for (let day = Date.UTC(1960, 0, 1); day < Date.UTC(1990, 0, 1); day += 86_400_000) {
      dictionary.push(new Date(day).toISOString().slice(0, 10));
    }
    for (let number = 0; number < 10_000; number++) dictionary.push(`MRN-${String(number).padStart(4, "0")}-0815`);
    expect(dictionary).to.include(CANARIES.birthDate).and.to.include(CANARIES.mrn);
    const patient = OBSERVATION.subject.reference;
    const keccak = await createKeccak256();
    const hashOf = (bytes: Uint8Array): string => hexlify(keccak(bytes)).slice(2);
    const found: string[] = [];
    for (const entry of dictionary) {
      const bytes = toUtf8Bytes(entry);
      const guesses = [
        hashOf(bytes),
        createHash("sha256").update(bytes).digest("hex"),
        // abi.encode(string): offset, length, and the text padded to a word
        hashOf(getBytes(concat([toBeHex(32, 32), toBeHex(bytes.length, 32), zeroPadBytes(bytes, 32)]))),
        hashOf(toUtf8Bytes(patient + entry)),
      ];
      if (guesses.some((guess) => words.has(guess))) found.push(entry);
    }
    expect(found).to.deep.equal([]);
  });
});

describe("the scanner of what the chain shows", () => {
  const secret = CANARIES.family;
  const leaks: [string, (contract: Contract) => Promise<unknown>, string[]][] = [
    ["a name in an event", (leaky) => leaky.getFunction("emitName")(secret), ["calldata", "log"]],
    ["a name in storage", (leaky) => leaky.getFunction("storeName")(secret), ["calldata", "storage"]],
    ["a name's bare keccak256", (leaky) => leaky.getFunction("emitHash")(id(secret)), ["calldata", "log"]],
    [
      "a name's bare sha256",
      (leaky) => leaky.getFunction("emitHash")(sha256(toUtf8Bytes(secret))),
      ["calldata", "log"],
    ],
    ["a name in base64", (leaky) => leaky.getFunction("emitName")(btoa(secret)), ["calldata", "log"]],
  ];
  for (const [what, leak, places] of leaks) {
    it(`finds ${what}`, async () => {
      const chain = await Chain.connect(hre.network.provider);
      try {
        const artifact = await hre.artifacts.readArtifact("LeakyLog");
        const signer = await chain.provider.getSigner(0);
        const leaky = await new ContractFactory(artifact.abi, artifact.bytecode, signer).deploy();
        await leaky.waitForDeployment();
        const fromBlock = (await chain.provider.getBlockNumber()) + 1;
        await leak(leaky as unknown as Contract);
        const found = findText(await everythingShown(chain.provider, fromBlock), secret);
        expect(found.map((place) => place.split(" ")[0])).to.include.members(places);
      } finally {
        chain.close();
      }
    });
  }

  it("finds a record number in a dictionary where it is hashed without a salt", () => {
    const shown = [{ place: "log 0", hex: id(CANARIES.mrn).slice(2) }];
    expect(wordsOf(shown).has(id("MRN-0042-0815").slice(2))).to.equal(true);
  });
});

describe("the addresses of one patient", () => {
  it("differ for each reader of the same records, and between seeds", async () => {
    const folder = mkdtempSync(join(tmpdir(), "careproof-privacy-"));
    try {
      const file = join(folder, "patient.json");
      writeFileSync(file, JSON.stringify(PATIENT));
      const seeds = [hexlify(randomBytes(32)), hexlify(randomBytes(32))];
      const inputs = await Promise.all(seeds.map((seed) => readInput(file, seed)));
      const [first, second] = inputs.map(({ patientOf }) => patientOf({ resource: PATIENT } as never));
      expect(first).not.to.equal(second);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
