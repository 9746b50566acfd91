import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ROLES } from "../../src/participants/roles.js";
import {
  eventHash,
  type HistoryJson,
  lotKey,
  lotNumberBytes,
  type ProofFile,
  proofOf,
  readEpcis,
  readProofFile,
  tokenIdOf,
} from "../../src/provenance/index.js";
import { serveChain } from "../support/chainServer";
import {
  deploySupplyChain,
  EVENT,
  EVIDENCE,
  GTIN,
  hand,
  lotTerms,
  PREFIX,
  sgtin,
  shipment,
  sscc,
  type SupplyChain,
} from "../support/provenanceParties";
import { nodeOfChain } from "../support/proxyNode";
import { careproof, type Ran } from "../support/terminal";

const LOT_NUMBER = "CLI-1";
const [CASE, PALLET] = [sscc(501), sscc(502)];
const PACKAGE = sgtin("C1");
const ID = `(01)${GTIN}(21)C1(10)${LOT_NUMBER}`;

describe("careproof provenance history", () => {
  let close: () => Promise<void>;
  let url: string;
  let folder: string;
  let proofs: string;
  let file: ProofFile;

  before(async () => {
    ({ url, close } = await serveChain());
    folder = mkdtempSync(join(tmpdir(), "careproof-"));
    const csv = join(folder, "lot.csv");
    writeFileSync(
      csv,
      `serial,case,pallet\n${["C1", "C2"].map((s) => `${s},${CASE.sscc},${PALLET.sscc}`).join("\n")}\n`,
    );
    const out = join(folder, "lot");
    const lot = ["--gtin", GTIN, "--lot", LOT_NUMBER, "--prefix-length", `${PREFIX.length}`, "--out", out];
    const made = await careproof(["provenance", "lot", csv, ...lot, "--expiry", "2099-12-31"]);
    expect(made.code, made.stderr).to.equal(0);
    proofs = join(out, "proofs", `${PALLET.sscc}.ndjson`);
    file = await readProofFile(readFileSync(proofs));
  });

  after(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  /** The lot of the folder is commissioned, its pallet at the wholesaler, its case at the pharmacy. */
  async function atPharmacy(): Promise<SupplyChain> {
    const chain = await loadFixture(deploySupplyChain);
    const { provenance, manufacturer, wholesaler, pharmacy } = chain;
    const terms = { ...(await lotTerms()), lotNumber: lotNumberBytes(LOT_NUMBER) };
    await provenance.connect(manufacturer).commissionLot(terms, file.header.root, EVENT);
    await provenance
      .connect(manufacturer)
      .shipFromLot(
        tokenIdOf(PALLET),
        proofOf(file, PALLET),
        shipment(wholesaler, "MANUFACTURER", "WHOLESALE_DISTRIBUTOR"),
      );
    const distributor = provenance.connect(wholesaler);
    await distributor.receiveShipment([tokenIdOf(PALLET)], ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await distributor.take(tokenIdOf(CASE), proofOf(file, CASE), ROLES.WHOLESALE_DISTRIBUTOR, EVENT);
    await hand(chain, [tokenIdOf(CASE)], [wholesaler, "WHOLESALE_DISTRIBUTOR"], [pharmacy, "DISPENSER"]);
    return chain;
  }

  async function run(chain: SupplyChain, id: string, ...more: string[]): Promise<Ran> {
    const where = ["--rpc", url, "--contract", await chain.provenance.getAddress()];
    return careproof(["provenance", "history", id, ...where, ...more]);
  }
  const done = ({ code, stdout, stderr }: Ran): string => {
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
    return stdout;
  };
  const errorOf = ({ code, stdout, stderr }: Ran): { code: string; message: string; path?: string } => {
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: "" });
    return (JSON.parse(stderr) as { error: { code: string; message: string } }).error;
  };

  it("prints a table: what it is, the verdict, who holds it, and each step by who did it to whom", async () => {
    const chain = await loadFixture(atPharmacy);
    const parties = join(folder, "parties.json");
    writeFileSync(parties, JSON.stringify({ [chain.pharmacy.address]: { name: "Fictional Pharmacy" } }));
    const lines = done(await run(chain, ID, "--proofs", proofs, "--parties", parties)).split("\n");
    expect(lines[0]).to.equal(`package ${GTIN} C1`);
    expect(lines[1]).to.equal("verdict   genuine; it can be sold");
    expect(lines[3]).to.equal(`held by   Fictional Pharmacy (${chain.pharmacy.address})`);
    const steps = lines.slice(5, -1).map((line) => line.slice(22));
    expect(steps.slice(1)).to.deep.equal([
      `container ${PALLET.sscc} sent by ${chain.manufacturer.address} to ${chain.wholesaler.address}`,
      `container ${PALLET.sscc} taken out of its lot by ${chain.manufacturer.address}`,
      `container ${PALLET.sscc} received by ${chain.wholesaler.address} from ${chain.manufacturer.address}`,
      `container ${CASE.sscc} taken out of container ${PALLET.sscc} by ${chain.wholesaler.address}`,
      `container ${CASE.sscc} sent by ${chain.wholesaler.address} to Fictional Pharmacy (${chain.pharmacy.address})`,
      `container ${CASE.sscc} received by Fictional Pharmacy (${chain.pharmacy.address}) from ${chain.wholesaler.address}`,
    ]);
  });

  it("shows warnings above the steps: a quarantine, a recall", async () => {
    const chain = await loadFixture(atPharmacy);
    const { provenance, investigations, pharmacy, manufacturer } = chain;
    const quarantine = investigations.connect(pharmacy);
    await quarantine.quarantine(tokenIdOf(PACKAGE), proofOf(file, PACKAGE), ROLES.DISPENSER, EVIDENCE);
    await provenance.connect(manufacturer).recallLot(lotKey(GTIN, LOT_NUMBER), 1, ROLES.MANUFACTURER, EVENT);
    const text = done(await run(chain, ID, "--proofs", proofs));
    expect(text).to.include("verdict   cannot be sold: it is in quarantine");
    expect(text).to.include("WARNING   in quarantine as suspect product");
    expect(text).to.include(`WARNING   lot ${LOT_NUMBER} is recalled (class I)`);
    expect(text.indexOf("WARNING")).to.be.lessThan(text.indexOf("QUARANTINED"));
  });

  it("takes any notation, a container too, and searches as few blocks at once as it is told", async () => {
    const chain = await loadFixture(atPharmacy);
    const json = (ran: Ran): HistoryJson => JSON.parse(done(ran)) as HistoryJson;
    const byLink = json(await run(chain, `https://id.gs1.org/01/${GTIN}/21/C1`, "--proofs", proofs, "--json"));
    const options = ["--proofs", proofs, "--json", "--block-range", "7", "--from-block", "1"];
    const byToken = json(await run(chain, `0x${tokenIdOf(PACKAGE).toString(16)}`, ...options));
    expect(byToken).to.deep.equal(byLink);
    expect(byLink).to.deep.include({ kind: "sgtin", gtin: GTIN, serial: "C1", chainId: "31337", pathProved: true });
    expect(byLink.papers.transactionHistory).to.have.length(2);
    const pallet = json(await run(chain, PALLET.sscc, "--json", "--chain-id", "31337"));
    expect(pallet.steps.map(({ event, concern }) => `${event} ${concern}`)).to.deep.equal([
      "LotCommissioned lot",
      "Shipped itself",
      "Unpacked itself",
      "Received itself",
      "Unpacked content",
    ]);
  });

  it("writes EPCIS that this package reads, with each event's own hash as its id", async () => {
    const chain = await loadFixture(atPharmacy);
    const document = readEpcis(done(await run(chain, ID, "--proofs", proofs, "--epcis")));
    expect(document.schemaVersion).to.equal("2.0");
    expect(document.events.map(({ eventID }) => eventID)).to.deep.equal(
      document.events.map((event) => eventHash(event, document)),
    );
  });

  it("writes a page to a file", async () => {
    const chain = await loadFixture(atPharmacy);
    const out = join(folder, "pedigree.html");
    const product = join(folder, "product.json");
    writeFileSync(product, JSON.stringify({ gtin: GTIN, name: "Inventedol <b>" }));
    const args = ["--proofs", proofs, "--product", product, "--html", "--out", out];
    expect(done(await run(chain, ID, ...args))).to.equal("");
    const page = readFileSync(out, "utf8");
    expect(page)
      .to.include("Inventedol &lt;b&gt;")
      .and.to.match(/<\/html>\s*$/);
  });

  it("leaves no file where the paper cannot be made", async () => {
    const chain = await loadFixture(atPharmacy);
    const product = join(folder, "wrong.json");
    writeFileSync(product, JSON.stringify({ gtin: "09521141123454" }));
    const out = join(folder, "never.json");
    const ran = await run(chain, ID, "--proofs", proofs, "--product", product, "--json", "--out", out);
    expect(errorOf(ran).code).to.equal("PRODUCT_MISMATCH");
    expect(existsSync(out)).to.equal(false);
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).to.deep.equal([]);
  });

  it("fills in Form 3911 for quarantined product only", async () => {
    const chain = await loadFixture(atPharmacy);
    const refused = await run(chain, ID, "--proofs", proofs, "--form3911");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/^careproof: it was never quarantined.*\n$/);
    await chain.investigations
      .connect(chain.pharmacy)
      .quarantine(tokenIdOf(PACKAGE), proofOf(file, PACKAGE), ROLES.DISPENSER, EVIDENCE);
    const form = JSON.parse(
      done(await run(chain, ID, "--proofs", proofs, "--form3911", "--report", "follow-up", "--incident", "2026-7")),
    ) as Record<string, unknown>;
    expect(form).to.include({ typeOfReport: "follow-up", incidentNumber: "2026-7", serialNumber: "C1" });
    expect(form.tradingPartners).to.deep.equal([{ account: chain.wholesaler.address, relation: "receivedFrom" }]);
  });

  it("says what is wrong with a file of partners or of the product, and where", async () => {
    const chain = await loadFixture(atPharmacy);
    const path = join(folder, "bad.json");
    for (const [option, content, code, message] of [
      ["--parties", "[]", "PARTIES_INVALID", "an object of trading partners"],
      ["--parties", '{"0x12":{"name":"A"}}', "ADDRESS_INVALID", "is not an address"],
      ["--parties", `{"${chain.pharmacy.address}":{"gln":"9521141000007"}}`, "PARTIES_INVALID", "has no name"],
      ["--parties", `{"${chain.pharmacy.address}":{"name":"A","gln":"9521141000001"}}`, "PARTIES_INVALID", "a GLN"],
      ["--product", '{"ndc":"abc"}', "PRODUCT_INVALID", "a National Drug Code"],
      ["--product", '{"price":"1"}', "PRODUCT_INVALID", '"price" has no meaning here'],
      ["--product", '{"name":1}', "PRODUCT_INVALID", '"name" must be a text'],
      ["--product", "{", "JSON_INVALID", "not JSON"],
    ] as const) {
      writeFileSync(path, content);
      const error = errorOf(await run(chain, ID, "--proofs", proofs, option, path, "--json"));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(message).and.include("bad.json");
    }
  });

  it("says so where the chain knows nothing, the proof file is of others, or the identifier is none", async () => {
    const chain = await loadFixture(atPharmacy);
    const unknown = errorOf(await run(chain, `(01)${GTIN}(21)INVENTED`, "--json"));
    expect(unknown.code).to.equal("HISTORY_EMPTY");
    expect(unknown.message).to.include("INVENTED");
    const foreign = errorOf(await run(chain, `(01)${GTIN}(21)INVENTED`, "--proofs", proofs, "--json"));
    expect(foreign.code).to.equal("LOT_ITEM_UNKNOWN");
    expect(errorOf(await run(chain, `(01)${GTIN}`, "--json")).code).to.equal("SERIAL_MISSING");
  });

  it("says what is wrong with node, chain and contract", async () => {
    const chain = await loadFixture(atPharmacy);
    const contract = await chain.provenance.getAddress();
    for (const [rpc, at, chainId, code] of [
      [url, contract, "1", "CHAIN_MISMATCH"],
      ["localhost:8545", contract, "31337", "RPC_INVALID"],
      [url, chain.stranger.address, "31337", "CONTRACT_MISSING"],
      [url, await chain.participants.getAddress(), "31337", "CONTRACT_UNEXPECTED"],
    ] as const) {
      const where = ["--rpc", rpc, "--contract", at, "--chain-id", chainId];
      expect(errorOf(await careproof(["provenance", "history", ID, ...where, "--json"])).code).to.equal(code);
    }
    // Another chain than that of `npm start`, which records what it deploys.
    const elsewhere = await nodeOfChain(57_005);
    const unrecorded = await careproof(["provenance", "history", ID, "--rpc", elsewhere.url, "--json"]);
    await elsewhere.close();
    expect(errorOf(unrecorded).code).to.equal("NOT_DEPLOYED");
  });

  it("searches smaller ranges where the node limits them, and says so where it goes away meanwhile", async () => {
    const chain = await loadFixture(atPharmacy);
    const contract = await chain.provenance.getAddress();
    const args = (rpc: string): string[] => [
      "provenance",
      "history",
      ID,
      "--rpc",
      rpc,
      "--contract",
      contract,
      "--json",
    ];
    const limited = await proxy(url, (from, to) => (to - from >= 5 ? "refuse" : "pass"));
    const direct = done(await careproof([...args(url), "--proofs", proofs]));
    expect(done(await careproof([...args(limited.url), "--proofs", proofs]))).to.equal(direct);
    limited.server.close();
    const never = await proxy(url, () => "refuse");
    const refused = errorOf(await careproof(args(never.url)));
    expect(refused.code).to.equal("LOGS_REFUSED");
    expect(refused.message).to.include("block range is too large");
    never.server.close();
    const gone = await proxy(url, () => "hang up");
    expect(errorOf(await careproof(args(gone.url))).code).to.equal("RPC_UNREACHABLE");
    gone.server.close();
  });

  it("exits with 2 where the arguments are wrong", async () => {
    for (const more of [
      ["--html", "--epcis"],
      ["--incident", "7"],
      ["--form3911", "--report", "final"],
      ["--block-range", "0"],
    ]) {
      const { code } = await careproof(["provenance", "history", ID, "--rpc", url, ...more]);
      expect(code).to.equal(2);
    }
    expect((await careproof(["provenance", "history", ID])).code).to.equal(2);
  });
});

/** A node that passes everything on, and does with searches for logs what it is told. */
async function proxy(
  target: string,
  decide: (from: number, to: number) => "pass" | "refuse" | "hang up",
): Promise<{ url: string; server: Server }> {
  interface Asked {
    id: number;
    method: string;
    params: [{ fromBlock: string; toBlock: string }];
  }
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const parsed = JSON.parse(body) as Asked | Asked[];
      const asked = Array.isArray(parsed) ? parsed : [parsed];
      const decisions = asked.map(({ method, params }) =>
        method === "eth_getLogs" ? decide(Number(params[0].fromBlock), Number(params[0].toBlock)) : "pass",
      );
      if (decisions.includes("hang up")) {
        incoming.socket.destroy();
        return;
      }
      if (decisions.includes("refuse")) {
        const error = { code: -32_005, message: "block range is too large" };
        const answers = asked.map(({ id }) => ({ jsonrpc: "2.0", id, error }));
        outgoing.end(JSON.stringify(Array.isArray(parsed) ? answers : answers[0]));
        return;
      }
      void fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body })
        .then((answer) => answer.text())
        .then((text) => outgoing.end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
