import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture, setBalance } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import hre, { ethers } from "hardhat";

import { EpcisEventLog__factory } from "../../src/bindings/index.js";
import type { CaptureResult } from "../../src/cli/captureResult.js";
import { deployments, type Deployment } from "../../src/deployments/index.js";
import { lotKey } from "../../src/provenance/lot.js";
import { readEpcis } from "../../src/provenance/epcis/readEpcis.js";
import { eventHash, eventHashBytes32 } from "../../src/provenance/epcis/eventHash.js";
import { commit } from "../../src/utils/commitment.js";
import { canonicalize } from "../../src/utils/canonical.js";
import {
  associating,
  CASE,
  commissioning,
  containerId,
  containerUrn,
  documentText,
  EXPIRY,
  lotEvents,
  LOT_NUMBER,
  observing,
  packageId,
  packageUrn,
  packing,
  PALLET,
  partiesText,
  receiving,
  shipping,
  TRANSACTION_INFORMATION,
  transforming,
  unpacking,
  URIS,
  type EventFields,
  type PartyName,
} from "../provenance/capture/documents";
import { serveChain } from "../support/chainServer";
import { proxyUntilSent } from "../support/proxyNode";
import { deploySupplyChain, GTIN, PREFIX, type SupplyChain } from "../support/provenanceParties";
import { careproof, type Ran } from "../support/terminal";

/** The way of one lot from its maker to a patient: which party each event is of. */
function wholeWay(): EventFields[] {
  return [
    ...lotEvents(),
    shipping([containerUrn(PALLET)], "manufacturer", "wholesaler"),
    receiving([containerUrn(PALLET)], "manufacturer", "wholesaler"),
    unpacking(PALLET, [containerUrn(CASE), packageUrn("BESIDE")], "wholesaler"),
    shipping([containerUrn(CASE), packageUrn("BESIDE")], "wholesaler", "pharmacy"),
    receiving([containerUrn(CASE), packageUrn("BESIDE")], "wholesaler", "pharmacy"),
    observing([packageUrn("P1"), packageUrn("BESIDE")], "pharmacy", {
      bizStep: "dispensing",
      disposition: "dispensed",
    }),
  ];
}

describe("careproof provenance capture", () => {
  let close: () => Promise<void>;
  let url: string;
  let folder: string;

  before(async () => {
    ({ url, close } = await serveChain());
  });
  after(() => close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  /** Writes the files that captures of these events take, and gives the arguments for each party. */
  async function prepare(chain: SupplyChain, events: readonly EventFields[]): Promise<Files> {
    const text = documentText(events);
    const document = file("events.json", text);
    const addresses = {
      manufacturer: chain.manufacturer.address,
      wholesaler: chain.wholesaler.address,
      pharmacy: chain.pharmacy.address,
    };
    const parties = file("parties.json", partiesText(addresses));
    const read = readEpcis(text);
    const hashes = read.events.map((event) => eventHashBytes32(event, read));
    const information = Object.fromEntries(
      read.events.flatMap((event) =>
        event.bizStep?.endsWith("shipping") === true ? [[eventHash(event, read), TRANSACTION_INFORMATION]] : [],
      ),
    );
    const papers = file("ti.json", JSON.stringify(information));
    const lot = join(folder, "lot");
    const built = await careproof(["provenance", "lot", document, "--out", lot, "--json"]);
    expect(built.code, built.stderr).to.equal(0);
    const contract = await chain.provenance.getAddress();
    return { document, parties, papers, lot, proofs: join(lot, `proofs/${sscc18(PALLET)}.ndjson`), contract, hashes };
  }

  interface Files {
    document: string;
    parties: string;
    papers: string;
    lot: string;
    proofs: string;
    contract: string;
    hashes: string[];
  }

  const keyOf = (chain: SupplyChain, by: PartyName): string =>
    (chain[`${by}Key`] as unknown as { privateKey: string }).privateKey;

  function argumentsOf(files: Files, by: PartyName, ...more: string[]): string[] {
    const proofs = by === "manufacturer" ? ["--lot", files.lot] : ["--proofs", files.proofs];
    return [
      ...["provenance", "capture", files.document, "--parties", files.parties, "--party", URIS[by], ...proofs],
      ...["--transaction-information", files.papers, "--transaction-statement"],
      ...["--journal", join(folder, `${by}.ndjson`), "--json", ...more],
    ];
  }
  const capture = async (chain: SupplyChain, files: Files, by: PartyName, ...more: string[]): Promise<Ran> =>
    careproof(argumentsOf(files, by, "--rpc", url, "--provenance", files.contract, ...more), {
      env: { CAREPROOF_PRIVATE_KEY: keyOf(chain, by) },
    });
  const resultOf = ({ code, stdout, stderr }: Ran): CaptureResult => {
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as CaptureResult;
  };
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string; path?: string } => {
    expect({ code, stdout }, stderr).to.deep.equal({ code: 1, stdout: "" });
    expect(stderr).to.match(/^[^\n]+\n$/);
    return (JSON.parse(stderr) as { error: { code: string; message: string; path?: string } }).error;
  };
  /** What each event came to: its answer and the calls that were sent. */
  const answers = ({ events }: CaptureResult): string[] =>
    [...events]
      .sort((a, b) => a.index - b.index)
      .map(({ answer, code, calls }) =>
        [answer === "notSent" ? code : answer, ...calls.map(({ function: name, ids }) => `${name}:${ids.length}`)].join(
          " ",
        ),
      );

  describe("a whole document, captured by each of its parties", () => {
    const MAKERS = ["send commissionLot:1", "contained", "contained", "contained", "send shipFromLot:1"];
    const OTHERS = ["OTHER_PARTY", "OTHER_PARTY", "OTHER_PARTY", "OTHER_PARTY", "OTHER_PARTY"];
    const WHOLESALERS = ["send receiveShipment:1", "send take:1 take:1", "send ship:1 ship:1"];

    it("goes the whole way, each party sending its own events", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      expect(answers(resultOf(await capture(chain, files, "manufacturer")))).to.deep.equal([...MAKERS, ...OTHERS]);
      const key = lotKey(GTIN, LOT_NUMBER);
      expect((await chain.provenance.lotOf(key)).maker).to.equal(chain.manufacturer.address);
      expect((await chain.provenance.lotOf(key)).expirationDate).to.equal(BigInt(Date.parse(EXPIRY) / 86_400_000));
      expect(await chain.provenance.ownerOf(containerId(PALLET))).to.equal(chain.manufacturer.address);

      expect(answers(resultOf(await capture(chain, files, "wholesaler")))).to.deep.equal([
        ...OTHERS,
        ...WHOLESALERS,
        "OTHER_PARTY",
        "OTHER_PARTY",
      ]);
      expect(await chain.provenance.ownerOf(containerId(PALLET))).to.equal(chain.wholesaler.address);

      expect(answers(resultOf(await capture(chain, files, "pharmacy")))).to.deep.equal([
        ...OTHERS,
        "OTHER_PARTY",
        "OTHER_PARTY",
        "OTHER_PARTY",
        "send receiveShipment:2",
        "send dispense:1 dispense:1",
      ]);
      expect(await chain.provenance.ownerOf(containerId(CASE))).to.equal(chain.pharmacy.address);
      for (const serial of ["P1", "BESIDE"]) {
        const { disposition, party } = await chain.provenance.itemOf(packageId(serial));
        expect({ disposition, party }).to.deep.equal({ disposition: 8n, party: chain.pharmacy.address });
      }
    });

    it("puts the event's hash into every call, and the proof file's hash into the shipment of its container", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await capture(chain, files, "manufacturer");
      const [commissioned] = await chain.provenance.queryFilter(
        chain.provenance.filters.LotCommissioned(lotKey(GTIN, LOT_NUMBER)),
      );
      expect(commissioned!.args.eventHash).to.equal(files.hashes[0]);
      const [shipped] = await chain.provenance.queryFilter(chain.provenance.filters.Shipped(containerId(PALLET)));
      expect(shipped!.args.eventHash).to.equal(files.hashes[4]);
      const { proofs } = JSON.parse(readFileSync(join(files.lot, "lot.json"), "utf8")) as {
        proofs: { container: string | null; sha256: string }[];
      };
      expect(shipped!.args.proofs).to.equal(proofs.find(({ container }) => container === sscc18(PALLET))!.sha256);
    });

    it("keeps the salt with which the transaction information can be shown, and commits to it", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      const { journal } = resultOf(await capture(chain, files, "manufacturer"));
      const lines = readFileSync(journal!, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const salted = lines.find(({ event, salt }) => event === files.hashes[4] && salt !== undefined)!;
      const canonical = canonicalize(JSON.stringify(TRANSACTION_INFORMATION), "exact");
      expect(salted.transactionInformation).to.equal(new TextDecoder().decode(canonical));
      const [shipped] = await chain.provenance.queryFilter(chain.provenance.filters.Shipped(containerId(PALLET)));
      expect(shipped!.args.transactionInformation).to.equal(
        commit("transactionInformation", canonical, "exact", salted.salt as string),
      );
    });

    it("sends nothing when run again", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      for (const by of ["manufacturer", "wholesaler", "pharmacy"] as const) await capture(chain, files, by);
      for (const by of ["manufacturer", "wholesaler", "pharmacy"] as const) {
        const nonce = await ethers.provider.getTransactionCount(chain[`${by}Key`].address);
        const { events } = resultOf(await capture(chain, files, by));
        expect(events.flatMap(({ calls }) => calls)).to.deep.equal([]);
        expect(events.filter(({ answer }) => answer === "onChain")).to.not.be.empty;
        expect(await ethers.provider.getTransactionCount(chain[`${by}Key`].address)).to.equal(nonce);
      }
    });

    for (const lostAt of [1, 3, 4]) {
      it(`goes on where it stopped when the node goes away with transaction ${lostAt}, and sends nothing twice`, async () => {
        const chain = await loadFixture(deploySupplyChain);
        const files = await prepare(chain, wholeWay());
        await capture(chain, files, "manufacturer");
        const start = await ethers.provider.getTransactionCount(chain.wholesalerKey.address);
        const proxy = await proxyUntilSent(url, lostAt);
        const args = argumentsOf(
          files,
          "wholesaler",
          "--rpc",
          proxy.url,
          "--provenance",
          files.contract,
          "--timeout",
          "2",
        );
        const error = errorOf(await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: keyOf(chain, "wholesaler") } }));
        await proxy.close();
        expect(error.code).to.equal("NODE_LOST");
        expect(error.path).to.equal(`events[${[5, 5, 6, 6, 7][lostAt]}]`);
        const { events } = resultOf(await capture(chain, files, "wholesaler"));
        // The transaction with which the node went away was taken.
        expect(events.flatMap(({ calls }) => calls)).to.have.length(5 - lostAt);
        expect(await ethers.provider.getTransactionCount(chain.wholesalerKey.address)).to.equal(start + 5);
        for (const id of [containerId(CASE), packageId("BESIDE")]) {
          expect(await chain.provenance.queryFilter(chain.provenance.filters.Unpacked(id))).to.have.length(1);
          expect(await chain.provenance.queryFilter(chain.provenance.filters.Shipped(id))).to.have.length(1);
        }
      });
    }

    it("sends no second transaction while one is waiting, and goes on once it is mined", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await capture(chain, files, "manufacturer");
      await hre.network.provider.send("evm_setAutomine", [false]);
      try {
        const waiting = errorOf(await capture(chain, files, "wholesaler", "--timeout", "1"));
        expect(waiting).to.include({ code: "TRANSACTION_PENDING", path: "events[5]" });
        const second = errorOf(await capture(chain, files, "wholesaler", "--timeout", "1"));
        expect(second).to.include({ code: "NONCE_PENDING", path: "events[5]" });
        await hre.network.provider.send("evm_mine");
      } finally {
        await hre.network.provider.send("evm_setAutomine", [true]);
      }
      const { events } = resultOf(await capture(chain, files, "wholesaler"));
      expect(events[5]).to.include({ answer: "onChain" });
      expect(events.flatMap(({ calls }) => calls)).to.have.length(4);
    });

    it("says how much an account without funds lacks", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await setBalance(chain.manufacturerKey.address, 1n);
      const error = errorOf(await capture(chain, files, "manufacturer"));
      expect(error).to.include({ code: "FUNDS_INSUFFICIENT", path: "events[0]" });
    });
  });

  describe("what it refuses before anything is sent", () => {
    async function refused(
      by: PartyName,
      events: readonly EventFields[],
      given: {
        before?: PartyName[];
        chain?: (chain: SupplyChain) => Promise<unknown>;
        more?: string[];
        proofs?: false;
      } = {},
    ): Promise<{ code: string; message: string; path?: string }> {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, events);
      for (const party of given.before ?? []) resultOf(await capture(chain, files, party));
      await given.chain?.(chain);
      const nonce = await ethers.provider.getTransactionCount(chain[`${by}Key`].address);
      let args = argumentsOf(files, by, "--rpc", url, "--provenance", files.contract, ...(given.more ?? []));
      if (given.proofs === false) args = args.filter((arg) => arg !== "--proofs" && arg !== files.proofs);
      const ran = await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: keyOf(chain, by) } });
      expect(await ethers.provider.getTransactionCount(chain[`${by}Key`].address)).to.equal(nonce);
      return errorOf(ran);
    }

    it("an event whose predecessor is not on the chain", async () => {
      const error = await refused("wholesaler", wholeWay());
      expect(error).to.include({ code: "EVENT_OUT_OF_ORDER", path: "events[5].epcList[0]" });
      expect(error.message).to.include("was never sent");
    });

    it("receiving without the proof file of the shipment", async () => {
      const error = await refused("wholesaler", wholeWay(), { before: ["manufacturer"], proofs: false });
      expect(error).to.include({ code: "PROOF_FILE_MISSING", path: "events[5].epcList[0]" });
    });

    it("a receiver that is not accredited", async () => {
      const error = await refused("manufacturer", wholeWay(), {
        chain: async (chain) => {
          const wholesalers = chain.accreditors.drugRegulator;
          await chain.participants.connect(wholesalers).suspend(chain.wholesaler.address, 11);
        },
      });
      expect(error).to.include({ code: "PARTNER_NOT_ACCREDITED", path: "events[4].destinationList[0]" });
      expect(error.message).to.include("NotInGoodStanding");
    });

    it("a sender that is not accredited", async () => {
      const error = await refused("manufacturer", wholeWay(), {
        chain: async (chain) => {
          await chain.participants.connect(chain.accreditors.drugRegulator).suspend(chain.manufacturer.address, 10);
        },
      });
      expect(error).to.include({ code: "PARTNER_NOT_ACCREDITED", path: "events[0]" });
    });

    it("a GTIN that is not under a company prefix of the maker's", async () => {
      const error = await refused("manufacturer", wholeWay(), {
        chain: (chain) =>
          chain.companyPrefixes.connect(chain.gs1MemberOrganisation).release(PREFIX.prefix, PREFIX.length),
      });
      expect(error).to.include({ code: "PREFIX_NOT_HELD", path: "events[0]" });
      expect(error.message).to.include(GTIN).and.to.include("nobody's");
    });

    it("the key of another party", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      const args = argumentsOf(files, "manufacturer", "--rpc", url, "--provenance", files.contract);
      const error = errorOf(await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: keyOf(chain, "pharmacy") } }));
      expect(error.code).to.equal("KEY_OF_ANOTHER");
      expect(error.message).to.include(chain.pharmacy.address).and.to.include(chain.manufacturer.address);
    });

    it("a chain that is another, no contract, and a contract that is another", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      const env = { CAREPROOF_PRIVATE_KEY: keyOf(chain, "manufacturer") };
      for (const [contract, chainId, code] of [
        [files.contract, "1", "CHAIN_MISMATCH"],
        [chain.stranger.address, "31337", "CONTRACT_MISSING"],
        [await chain.records.getAddress(), "31337", "CONTRACT_UNEXPECTED"],
      ] as const) {
        const args = argumentsOf(files, "manufacturer", "--rpc", url, "--provenance", contract, "--chain-id", chainId);
        expect(errorOf(await careproof(args, { env })).code).to.equal(code);
      }
    });

    it("transaction information that changed since it was committed to", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await capture(chain, files, "manufacturer");
      const proxy = await proxyUntilSent(url, 4);
      const args = argumentsOf(
        files,
        "wholesaler",
        "--rpc",
        proxy.url,
        "--provenance",
        files.contract,
        "--timeout",
        "2",
      );
      await careproof(args, { env: { CAREPROOF_PRIVATE_KEY: keyOf(chain, "wholesaler") } });
      await proxy.close();
      writeFileSync(files.papers, readFileSync(files.papers, "utf8").replaceAll("2026-01-05", "2026-01-06"));
      const error = errorOf(await capture(chain, files, "wholesaler"));
      expect(error.code).to.equal("TRANSACTION_INFORMATION_CHANGED");
    });

    it("a journal of another party, and one that is none", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await capture(chain, files, "manufacturer");
      const journal = join(folder, "manufacturer.ndjson");
      expect(errorOf(await capture(chain, files, "wholesaler", "--journal", journal)).code).to.equal(
        "JOURNAL_MISMATCH",
      );
      const none = file("none.ndjson", "hello\n");
      expect(errorOf(await capture(chain, files, "wholesaler", "--journal", none)).code).to.equal("JOURNAL_INVALID");
    });

    it("drops the line of a journal that was cut off, and goes on", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, wholeWay());
      await capture(chain, files, "manufacturer");
      const journal = join(folder, "manufacturer.ndjson");
      const whole = readFileSync(journal, "utf8");
      appendFileSync(journal, '{"event":"0x12');
      resultOf(await capture(chain, files, "manufacturer"));
      expect(readFileSync(journal, "utf8")).to.equal(whole);
    });
  });

  it("reports a package that another dispensed only when told to", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const events = wholeWay();
    const files = await prepare(chain, events);
    for (const by of ["manufacturer", "wholesaler", "pharmacy"] as const) await capture(chain, files, by);
    const again = file(
      "again.json",
      documentText([observing([packageUrn("P1")], "pharmacy", { bizStep: "dispensing", disposition: "dispensed" })]),
    );
    const addresses = {
      manufacturer: chain.manufacturer.address,
      wholesaler: chain.wholesaler.address,
      pharmacy: chain.otherPharmacy.address,
    };
    const second = { ...files, document: again, parties: file("second.json", partiesText(addresses)) };
    const env = { CAREPROOF_PRIVATE_KEY: (chain.otherPharmacy as unknown as { privateKey: string }).privateKey };
    const args = argumentsOf(
      second,
      "pharmacy",
      "--rpc",
      url,
      "--provenance",
      files.contract,
      "--journal",
      join(folder, "second.ndjson"),
    );
    const error = errorOf(await careproof(args, { env }));
    expect(error).to.include({ code: "DUPLICATE_DISPENSE", path: "events[0].epcList[0]" });
    expect(error.message).to.include(chain.pharmacy.address);
    expect(await chain.provenance.contestedBy(packageId("P1"))).to.equal(ZeroAddress);
    resultOf(await careproof([...args, "--report-duplicates"], { env }));
    expect(await chain.provenance.contestedBy(packageId("P1"))).to.equal(chain.otherPharmacy.address);
    const { events: third } = resultOf(await careproof([...args, "--report-duplicates"], { env }));
    expect(third.map(({ answer }) => answer)).to.deep.equal(["onChain"]);
  });

  describe("events for which nothing else is sent", () => {
    /** What makes a lot and ships it, with events between that mean nothing else on the chain. */
    const withOthers = (): EventFields[] => [
      ...lotEvents(),
      transforming([packageUrn("X")], [packageUrn("Y")], "manufacturer"),
      associating("manufacturer"),
      shipping([containerUrn(PALLET)], "manufacturer", "wholesaler"),
    ];
    const ANSWERS = [
      "send commissionLot:1",
      "anchor record:5",
      "anchor",
      "anchor",
      "anchor",
      "anchor",
      "send shipFromLot:1",
    ];
    const WITHOUT_LOG = [
      "send commissionLot:1",
      "contained",
      "contained",
      "contained",
      "TRANSFORMATION",
      "ASSOCIATION",
      "send shipFromLot:1",
    ];
    const recordedBy = async ({ eventLog, manufacturer }: SupplyChain): Promise<string[]> => {
      const logs = await eventLog.queryFilter(eventLog.filters.EventRecorded(undefined, manufacturer.address));
      return logs.map(({ args }) => args.eventHash);
    };

    it("are recorded by their hashes for the organisation, once", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      const log = ["--event-log", await chain.eventLog.getAddress()];
      expect(answers(resultOf(await capture(chain, files, "manufacturer", ...log)))).to.deep.equal(ANSWERS);
      expect(await recordedBy(chain)).to.deep.equal(files.hashes.slice(1, 6));
      const again = resultOf(await capture(chain, files, "manufacturer", ...log));
      expect(answers(again)).to.deep.equal(Array.from({ length: 7 }, () => "onChain"));
      expect(again.events[4]).to.include({ code: "TRANSFORMATION" });
      expect(again.events[6]).to.not.have.property("code");
      expect(await recordedBy(chain)).to.have.length(5);
    });

    for (const [lostAt, path] of [
      [1, "events[0]"],
      [2, "events[1]"],
      [3, "events[6]"],
    ] as const) {
      it(`are recorded once when the node goes away with transaction ${lostAt}`, async () => {
        const chain = await loadFixture(deploySupplyChain);
        const files = await prepare(chain, withOthers());
        const start = await ethers.provider.getTransactionCount(chain.manufacturerKey.address);
        const proxy = await proxyUntilSent(url, lostAt);
        const log = ["--event-log", await chain.eventLog.getAddress()];
        const where = ["--rpc", proxy.url, "--provenance", files.contract, "--timeout", "2"];
        const env = { CAREPROOF_PRIVATE_KEY: keyOf(chain, "manufacturer") };
        const error = errorOf(await careproof(argumentsOf(files, "manufacturer", ...where, ...log), { env }));
        await proxy.close();
        expect(error).to.include({ code: "NODE_LOST", path });
        const { events } = resultOf(await capture(chain, files, "manufacturer", ...log));
        // The transaction with which the node went away was taken.
        expect(events.flatMap(({ calls }) => calls)).to.have.length(3 - lostAt);
        expect(await ethers.provider.getTransactionCount(chain.manufacturerKey.address)).to.equal(start + 3);
        expect(await recordedBy(chain)).to.deep.equal(files.hashes.slice(1, 6));
      });
    }

    it("are recorded where another organisation recorded them before", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      await chain.eventLog.connect(chain.regulator).record(files.hashes.slice(1, 6), 14);
      const log = ["--event-log", await chain.eventLog.getAddress()];
      expect(answers(resultOf(await capture(chain, files, "manufacturer", ...log)))).to.deep.equal(ANSWERS);
      expect(await recordedBy(chain)).to.deep.equal(files.hashes.slice(1, 6));
    });

    it("are not sent, nor recorded, without an event log", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      expect(answers(resultOf(await capture(chain, files, "manufacturer")))).to.deep.equal(WITHOUT_LOG);
      expect(await recordedBy(chain)).to.deep.equal([]);
    });

    it("go to the event log that is recorded with the given DrugProvenance, and with no other", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      const chainId = Number((await ethers.provider.getNetwork()).chainId);
      const known = deployments as Record<number, Deployment>;
      const before = known[chainId];
      const record = async (contract: { getAddress(): Promise<string> }): Promise<Deployment["contracts"][string]> => ({
        address: (await contract.getAddress()) as `0x${string}`,
        blockNumber: 0,
        transactionHash: files.hashes[0] as `0x${string}`,
      });
      const plan = argumentsOf(files, "manufacturer", "--dry-run", "--rpc", url, "--provenance", files.contract);
      try {
        const [DrugProvenance, other, EpcisEventLog] = [
          await record(chain.provenance),
          await record(chain.investigations),
          await record(chain.eventLog),
        ];
        known[chainId] = { chainId, contracts: { DrugProvenance, EpcisEventLog }, parameters: {} };
        expect(answers(resultOf(await careproof(plan)))).to.deep.equal(ANSWERS);
        known[chainId] = { chainId, contracts: { DrugProvenance: other, EpcisEventLog }, parameters: {} };
        expect(answers(resultOf(await careproof(plan)))).to.deep.equal(WITHOUT_LOG);
      } finally {
        if (before === undefined) Reflect.deleteProperty(known, chainId);
        else known[chainId] = before;
      }
    });

    it("are shown in a plan without a chain, with the reason why nothing else is sent", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      const log = ["--event-log", await chain.eventLog.getAddress()];
      const args = argumentsOf(files, "manufacturer", "--dry-run", ...log).filter((arg) => arg !== "--json");
      const { stdout } = await careproof(args);
      expect(stdout).to.include("  recorded by its hash (CONTAINED): is in the run that events[0] commissions\n");
      expect(stdout).to.match(/\n {2}record +5 events\n/);
      expect(stdout).to.include("  recorded by its hash (ASSOCIATION): ties things to assets");
    });

    it("are not sent to what is no event log, or one of another deployment", async () => {
      const chain = await loadFixture(deploySupplyChain);
      const files = await prepare(chain, withOthers());
      const foreign = await new EpcisEventLog__factory(chain.deployer).deploy(chain.pharmacy.address);
      for (const [address, code, what] of [
        [chain.pharmacy.address, "CONTRACT_MISSING", `no contract at ${chain.pharmacy.address}`],
        [await chain.digitalLinks.getAddress(), "CONTRACT_UNEXPECTED", "is not the"],
        [await foreign.getAddress(), "CONTRACT_UNEXPECTED", `goes by the participants of ${chain.pharmacy.address}`],
      ] as const) {
        const nonce = await ethers.provider.getTransactionCount(chain.manufacturerKey.address);
        const error = errorOf(await capture(chain, files, "manufacturer", "--event-log", address));
        expect(error.code).to.equal(code);
        expect(error.message).to.include(what);
        expect(await ethers.provider.getTransactionCount(chain.manufacturerKey.address)).to.equal(nonce);
      }
    });
  });

  it("plans without a chain and without a key, and writes nothing", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    const { code, stdout } = await careproof(argumentsOf(files, "manufacturer", "--dry-run"));
    expect(code).to.equal(0);
    const result = JSON.parse(stdout) as CaptureResult;
    expect(result).to.include({ party: chain.manufacturer.address, role: "MANUFACTURER" });
    expect(result).to.not.have.any.keys("chainId", "contract", "journal");
    const ship = result.events[4]!.calls[0]!.args as [string, object, { transactionInformation: unknown; to: string }];
    expect(ship[2]).to.include({ transactionInformation: null, to: chain.wholesaler.address });
    expect(existsSync(join(folder, "manufacturer.ndjson"))).to.equal(false);
  });

  it("plans with what the chain knows, and exits with 1 where an event is refused", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    const args = argumentsOf(files, "wholesaler", "--dry-run", "--rpc", url, "--provenance", files.contract);
    const early = await careproof(args);
    expect(early.code).to.equal(1);
    expect(answers(JSON.parse(early.stdout) as CaptureResult)[5]).to.equal("refused");
    await capture(chain, files, "manufacturer");
    const late = await careproof(args);
    expect(late.code).to.equal(0);
    expect(answers(JSON.parse(late.stdout) as CaptureResult)[5]).to.equal("send receiveShipment:1");
    expect((await chain.provenance.itemOf(containerId(PALLET))).disposition).to.equal(2n);
  });

  it("prints the plan for people", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    const args = argumentsOf(files, "manufacturer", "--dry-run").filter((arg) => arg !== "--json");
    const { stdout } = await careproof(args);
    expect(stdout).to.include(`capture by ${chain.manufacturer.address} (MANUFACTURER)\n`);
    expect(stdout).to.include("event 0  ObjectEvent ADD commissioning active\n  commissionLot    1 id\n");
    expect(stdout).to.include(
      "event 1  ObjectEvent ADD commissioning active\n  nothing to send: is in the run that events[0] commissions\n",
    );
    expect(stdout).to.include("  not sent (OTHER_PARTY): ");
  });

  it("reads stdin, and then needs a name for the journal", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    const stdin = readFileSync(files.document, "utf8");
    const args = argumentsOf({ ...files, document: "-" }, "manufacturer", "--dry-run");
    expect((await careproof(args, { stdin })).code).to.equal(0);
    const online = argumentsOf(
      { ...files, document: "-" },
      "manufacturer",
      "--rpc",
      url,
      "--provenance",
      files.contract,
    );
    const journal = online.indexOf("--journal");
    const without = [...online.slice(0, journal), ...online.slice(journal + 2)];
    const { code, stderr } = await careproof(without, { stdin });
    expect(code).to.equal(2);
    expect(stderr).to.include("--journal");
  });

  it("exits with 2 where --rpc, --provenance or --dry-run is missing, and asks for the key", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    expect((await careproof(argumentsOf(files, "manufacturer"))).code).to.equal(2);
    expect((await careproof(argumentsOf(files, "manufacturer", "--rpc", url))).code).to.equal(2);
    const args = argumentsOf(files, "manufacturer", "--rpc", url, "--provenance", files.contract);
    expect(errorOf(await careproof(args)).code).to.equal("KEY_MISSING");
  });

  it("refuses a cut off document, one of EPCIS 1.2, and an unknown party, before it asks the chain", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const files = await prepare(chain, wholeWay());
    const text = readFileSync(files.document, "utf8");
    const old =
      '<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" creationDate="2026-01-05T08:00:00Z"><EPCISBody><EventList></EventList></EPCISBody></epcis:EPCISDocument>';
    const unknown = text.replace('"type":"ObjectEvent"', '"type":"QuantityEvent"');
    for (const [content, code, path] of [
      [text.slice(0, -20), "JSON_INVALID", /cut\.json:1:\d+$/],
      [old, "EPCIS_VERSION_UNSUPPORTED", /^schemaVersion$/],
      [unknown, "EPCIS_EVENT_TYPE_UNKNOWN", /eventList\[0\]/],
    ] as const) {
      const cut = { ...files, document: file("cut.json", content) };
      const error = errorOf(await careproof(argumentsOf(cut, "manufacturer", "--dry-run")));
      expect(error.code).to.equal(code);
      expect(error.path).to.match(path);
    }
    const stranger = argumentsOf(files, "manufacturer", "--dry-run", "--party", "urn:epc:id:pgln:0614141.99999");
    expect(errorOf(await careproof(stranger)).code).to.equal("PARTY_UNKNOWN");
  });

  it("documents its JSON in its help", async () => {
    const { stdout } = await careproof(["provenance", "capture", "--help"]);
    expect(stdout).to.include('With --json: {"party","role","chainId","contract","journal","events":[');
  });

  it("sends more than a hundred things in several transactions", async () => {
    const chain = await loadFixture(deploySupplyChain);
    const serials = Array.from({ length: 103 }, (_, i) => `N${i}`);
    const all = serials.map(packageUrn);
    const events = [
      commissioning(serials),
      packing(PALLET, all),
      unpacking(PALLET, all, "manufacturer"),
      shipping(all, "manufacturer", "pharmacy"),
      receiving(all, "manufacturer", "pharmacy"),
    ];
    const files = await prepare(
      chain,
      events.filter((_, i) => i !== 2),
    );
    // The pallet goes to the wholesaler whole in the document that builds the lot; this one takes it apart before.
    writeFileSync(files.document, documentText(events));
    const made = resultOf(await capture(chain, files, "manufacturer"));
    expect(answers(made)[3]).to.equal("send ship:100 ship:3");
    const received = resultOf(await capture(chain, files, "pharmacy"));
    expect(answers(received)[4]).to.equal("send receiveShipment:100 receiveShipment:3");
    expect(await chain.provenance.balanceOf(chain.pharmacy.address)).to.equal(103n);
  }).timeout(300_000);
});

function sscc18(reference: number): string {
  return (containerId(reference) & ((1n << 60n) - 1n)).toString().padStart(18, "0");
}
