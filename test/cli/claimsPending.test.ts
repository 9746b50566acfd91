import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import hre from "hardhat";
import { TASK_NODE_CREATE_SERVER } from "hardhat/builtin-tasks/task-names";
import type { JsonRpcServer } from "hardhat/types";

import type { PendingResult } from "../../src/cli/claimsPending.js";
import { timeOf } from "../../src/utils/time.js";
import { deployInsurance, UNIT } from "../support/claimsParties";
import { type ClaimsLife, liveThroughClaims } from "../support/claimsLife";
import { DAY } from "../support/policies";
import { careproof, type Ran } from "../support/terminal";

const NOBODY = "0x00000000000000000000000000000000000000A1";

describe("careproof claims pending", () => {
  let server: JsonRpcServer;
  let url: string;

  before(async () => {
    const options = { hostname: "127.0.0.1", port: 0, provider: hre.network.provider };
    server = (await hre.run(TASK_NODE_CREATE_SERVER, options)) as JsonRpcServer;
    url = `http://127.0.0.1:${(await server.listen()).port}`;
  });

  after(() => server.close());

  const pending = async (system: Pick<ClaimsLife, "claims">, ...more: string[]): Promise<Ran> =>
    careproof(["claims", "pending", "--rpc", url, "--contract", await system.claims.getAddress(), ...more]);
  const resultOf = ({ code, stdout, stderr }: Ran): PendingResult => {
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as PendingResult;
  };

  it("lists what is overdue and what can be appealed, the first deadline first, with what anyone can do", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { lookAlike, upheld, notCovered } = system.stored;
    const { claims, summary, asOf, chainId } = resultOf(await pending(system, "--json", "--chain-id", "31337"));
    const now = await time.latest();
    expect([chainId, asOf.time]).to.deep.equal(["31337", timeOf(now)]);
    expect(claims.map(({ claimId }) => claimId)).to.deep.equal([lookAlike.id, notCovered.id, upheld.id]);
    const [, open] = await system.claims.claimOf(lookAlike.id);
    const [receivedAt, deadline] = [Number(open.receivedAt), Number(open.deadline)];
    const days = BigInt(Math.ceil((now - receivedAt - 30 * DAY) / DAY));
    const interest = (160n * UNIT * 1_200n * days + 3_649_999n) / 3_650_000n;
    const decimals = `${interest / UNIT}.${(interest % UNIT).toString().padStart(6, "0")}`;
    expect(claims[0]).to.deep.equal({
      claimId: lookAlike.id,
      policyId: "1",
      member: system.member.address,
      provider: system.clinic.address,
      payer: system.insurer.address,
      key: lookAlike.key,
      status: "Pended",
      awaits: "decision",
      reason: "LookAlike",
      receivedAt: timeOf(receivedAt),
      deadline: timeOf(deadline),
      overdueSeconds: now - deadline,
      amount: "160.00",
      interest: decimals,
      reserved: true,
      next: [
        { step: "approve", by: "payer", to: ["Paid"] },
        { step: "deny", by: "payer", to: ["Denied"] },
        { step: "approve", by: "anyone", to: ["Paid"] },
      ],
    });
    expect(claims[1]).to.deep.include({
      status: "Denied",
      awaits: "appeal",
      denial: { group: "PR", reasonCode: "204" },
    });
    const [, appealable] = await system.claims.claimOf(upheld.id);
    expect(claims[2]).to.deep.include({
      status: "Upheld",
      overdueSeconds: 0,
      next: [
        { step: "appeal", by: "party", to: ["Appealed"], until: timeOf(Number(appealable.deadline) - 1) },
        { step: "approve", by: "payer", to: ["Paid"] },
      ],
    });
    expect(summary).to.deep.equal({
      decision: 1,
      review: 0,
      appeal: 2,
      overdue: 1,
      amount: "160.00",
      interest: decimals,
    });
  });

  it("lists those of a payer or a provider", async () => {
    const system = await loadFixture(liveThroughClaims);
    const count = async (...filter: string[]): Promise<number> =>
      resultOf(await pending(system, "--json", ...filter)).claims.length;
    expect(await count("--payer", system.insurer.address)).to.equal(3);
    expect(await count("--provider", system.clinic.address, "--block-range", "7")).to.equal(3);
    expect(await count("--payer", NOBODY)).to.equal(0);
    expect(await count("--provider", system.otherClinic.address)).to.equal(0);
  });

  it("shows people a row a claim, and the sums", async () => {
    const system = await loadFixture(liveThroughClaims);
    const { code, stdout, stderr } = await pending(system);
    expect(code, stderr).to.equal(0);
    const [header, first, ...rest] = stdout.split("\n");
    expect(header).to.match(/^status +reason +amount +interest +deadline +overdue +next +claim$/);
    expect(first).to.match(
      /^Pended +LookAlike +160\.00 +0\.\d+ +\d{4}-\S+Z +1\d days +approve \(payer\), deny \(payer\), approve \(anyone\) +0x/,
    );
    expect(first!.endsWith(system.stored.lookAlike.id)).to.equal(true);
    expect(rest.join("\n")).to.match(
      /\n1 to decide, 0 to review, 1 of them overdue: 160\.00, with 0\.\d+ of interest so far\n2 denied/,
    );
  });

  it("says that nothing is open, and refuses another chain and what is no ClaimsProcessor", async () => {
    const system = await loadFixture(deployInsurance);
    const { stdout } = await pending(system);
    expect(stdout).to.match(/^0 to decide, 0 to review, 0 of them overdue: 0\.00/);
    for (const [args, code] of [
      [["--chain-id", "1"], "CHAIN_MISMATCH"],
      [["--contract", NOBODY], "CONTRACT_MISSING"],
      [["--contract", await system.plans.getAddress()], "CONTRACT_UNEXPECTED"],
    ] as const) {
      const ran = await pending(system, "--json", ...args);
      expect(ran.code).to.equal(1);
      expect((JSON.parse(ran.stderr) as { error: { code: string } }).error.code).to.equal(code);
    }
    expect((await pending(system, "--block-range", "0")).code).to.equal(2);
  });
});
