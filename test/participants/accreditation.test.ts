import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import {
  ACCREDITATION_STATUSES,
  HIGHEST_ROLE,
  ROLES,
  STANDINGS,
  accreditorRole,
  roleMask,
  type AccreditationStatus,
} from "../../src/participants/index.js";
import { YEAR, accredit, deployCareProof, enlist } from "../support/careproof";

const { PROVIDER, PAYER, HEALTH_DATA_USER } = ROLES;
const statusCode = (status: AccreditationStatus): bigint => BigInt(ACCREDITATION_STATUSES.indexOf(status));
const standingCode = (standing: (typeof STANDINGS)[number]): bigint => BigInt(STANDINGS.indexOf(standing));

async function deployWithHospital() {
  const system = await loadFixture(deployCareProof);
  const [hospital, key, stranger, secondBoard] = system.others as [
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
    HardhatEthersSigner,
  ];
  const { medicalBoard, insuranceCommissioner } = system.accreditors;
  const validUntil = BigInt(await time.latest()) + YEAR;
  const { participants, accessManager, admin } = system;
  const setAccreditor = (account: HardhatEthersSigner, delay = 0) =>
    accessManager.connect(admin).grantRole(accreditorRole("PROVIDER"), account.address, delay);
  const unsetAccreditor = (account: HardhatEthersSigner) =>
    accessManager.connect(admin).revokeRole(accreditorRole("PROVIDER"), account.address);
  const board = participants.connect(medicalBoard);
  /** Brings the hospital's accreditation as a provider to `status`. */
  const bringTo = async (status: AccreditationStatus) => {
    if (status === "None") return;
    await board.accredit(hospital.address, PROVIDER, validUntil);
    if (status === "Suspended") await board.suspend(hospital.address, PROVIDER);
    if (status === "Withdrawn") await board.withdraw(hospital.address, PROVIDER);
  };
  return {
    ...system,
    hospital,
    key,
    stranger,
    secondBoard,
    medicalBoard,
    insuranceCommissioner,
    validUntil,
    board,
    setAccreditor,
    unsetAccreditor,
    bringTo,
  };
}

describe("ParticipantRegistry: accreditation", () => {
  describe("accredit", () => {
    it("records who gave the role and until when, and emits it", async () => {
      const { participants, board, medicalBoard, hospital, validUntil } = await loadFixture(deployWithHospital);
      await expect(board.accredit(hospital.address, PROVIDER, validUntil))
        .to.emit(participants, "Accredited")
        .withArgs(hospital.address, PROVIDER, medicalBoard.address, validUntil);
      expect([...(await participants.accreditationOf(hospital.address, PROVIDER))]).to.deep.equal([
        medicalBoard.address,
        validUntil,
        statusCode("Active"),
      ]);
      expect(await participants.rolesOf(hospital.address)).to.equal(roleMask("PROVIDER"));
      expect(await participants.resolve(hospital.address, PROVIDER)).to.equal(hospital.address);
    });

    it("renews: who renews becomes the accreditor", async () => {
      const { participants, board, hospital, secondBoard, setAccreditor, validUntil } =
        await loadFixture(deployWithHospital);
      await setAccreditor(secondBoard);
      await board.accredit(hospital.address, PROVIDER, validUntil);
      await participants.connect(secondBoard).accredit(hospital.address, PROVIDER, validUntil + YEAR);
      expect([...(await participants.accreditationOf(hospital.address, PROVIDER))]).to.deep.equal([
        secondBoard.address,
        validUntil + YEAR,
        statusCode("Active"),
      ]);
    });

    it("keeps each role's record apart", async () => {
      const system = await loadFixture(deployWithHospital);
      const { participants, hospital, board } = system;
      await accredit(system, hospital, "PROVIDER", "EMERGENCY_CARE", "HEALTH_DATA_USER");
      const mask = roleMask("PROVIDER", "EMERGENCY_CARE", "HEALTH_DATA_USER");
      expect(await participants.rolesOf(hospital.address)).to.equal(mask);
      await board.withdraw(hospital.address, PROVIDER);
      expect((await participants.tryResolve(hospital.address, PROVIDER)).standing).to.equal(standingCode("Withdrawn"));
      for (const role of [ROLES.EMERGENCY_CARE, HEALTH_DATA_USER]) {
        expect(await participants.resolve(hospital.address, role)).to.equal(hospital.address);
      }
      expect(await participants.rolesOf(hospital.address)).to.equal(mask);
    });

    it("takes the highest role number, in a set of 56 bits, and refuses the next", async () => {
      const { participants, accessManager, admin, medicalBoard, hospital, validUntil } =
        await loadFixture(deployWithHospital);
      await accessManager.connect(admin).grantRole(100 + HIGHEST_ROLE, medicalBoard.address, 0);
      await accessManager.connect(admin).grantRole(100 + HIGHEST_ROLE + 1, medicalBoard.address, 0);
      const registry = participants.connect(medicalBoard);
      await registry.accredit(hospital.address, HIGHEST_ROLE, validUntil);
      expect(await participants.rolesOf(hospital.address)).to.equal(2n ** 55n);
      for (const role of [HIGHEST_ROLE + 1, 2 ** 16 - 1]) {
        await expect(registry.accredit(hospital.address, role, validUntil))
          .to.be.revertedWithCustomError(participants, "UnknownRole")
          .withArgs(role);
      }
    });

    it("refuses who is no accreditor for the role", async () => {
      const { participants, hospital, stranger, insuranceCommissioner, admin, deployer, validUntil } =
        await loadFixture(deployWithHospital);
      for (const caller of [stranger, hospital, insuranceCommissioner, admin, deployer]) {
        await expect(participants.connect(caller).accredit(hospital.address, PROVIDER, validUntil))
          .to.be.revertedWithCustomError(participants, "NotAccreditor")
          .withArgs(caller.address, PROVIDER);
      }
      expect(await participants.rolesOf(hospital.address)).to.equal(0n);
    });

    it("refuses an accreditor with an execution delay, whom the record could not attribute", async () => {
      const { participants, hospital, secondBoard, setAccreditor, validUntil } = await loadFixture(deployWithHospital);
      await setAccreditor(secondBoard, 3600);
      await expect(participants.connect(secondBoard).accredit(hospital.address, PROVIDER, validUntil))
        .to.be.revertedWithCustomError(participants, "NotAccreditor")
        .withArgs(secondBoard.address, PROVIDER);
    });

    it("refuses the zero address", async () => {
      const { participants, board, validUntil } = await loadFixture(deployWithHospital);
      await expect(board.accredit(ethers.ZeroAddress, PROVIDER, validUntil))
        .to.be.revertedWithCustomError(participants, "Empty")
        .withArgs();
    });

    it("refuses an expiry that is not in the future, this second included", async () => {
      const { participants, board, hospital } = await loadFixture(deployWithHospital);
      const now = BigInt(await time.latest()) + 10n;
      for (const [index, validUntil] of [now, 0n].entries()) {
        await time.setNextBlockTimestamp(now + BigInt(index));
        await expect(board.accredit(hospital.address, PROVIDER, validUntil))
          .to.be.revertedWithCustomError(participants, "NotInFuture")
          .withArgs(validUntil);
      }
    });

    it("refuses a key that acts for another", async () => {
      const system = await loadFixture(deployWithHospital);
      const { participants, board, hospital, key, validUntil } = system;
      await enlist(system, hospital, key, "PROVIDER");
      await expect(board.accredit(key.address, PROVIDER, validUntil))
        .to.be.revertedWithCustomError(participants, "ParticipantIsOperator")
        .withArgs(key.address, hospital.address);
    });
  });

  describe("suspend, reinstate, withdraw", () => {
    it("suspends in the very block, and says who did", async () => {
      const { participants, board, medicalBoard, hospital, bringTo } = await loadFixture(deployWithHospital);
      await bringTo("Active");
      await expect(board.suspend(hospital.address, PROVIDER))
        .to.emit(participants, "AccreditationSuspended")
        .withArgs(hospital.address, PROVIDER, medicalBoard.address);
      expect([...(await participants.tryResolve(hospital.address, PROVIDER))]).to.deep.equal([
        hospital.address,
        standingCode("Suspended"),
      ]);
    });

    it("reinstates as it was, and says who did", async () => {
      const { participants, board, medicalBoard, hospital, validUntil, bringTo } =
        await loadFixture(deployWithHospital);
      await bringTo("Suspended");
      await expect(board.reinstate(hospital.address, PROVIDER))
        .to.emit(participants, "AccreditationReinstated")
        .withArgs(hospital.address, PROVIDER, medicalBoard.address);
      expect([...(await participants.accreditationOf(hospital.address, PROVIDER))]).to.deep.equal([
        medicalBoard.address,
        validUntil,
        statusCode("Active"),
      ]);
      expect(await participants.resolve(hospital.address, PROVIDER)).to.equal(hospital.address);
    });

    it("withdraws in the very block, and says who did", async () => {
      const { participants, board, medicalBoard, hospital, bringTo } = await loadFixture(deployWithHospital);
      await bringTo("Active");
      await expect(board.withdraw(hospital.address, PROVIDER))
        .to.emit(participants, "AccreditationWithdrawn")
        .withArgs(hospital.address, PROVIDER, medicalBoard.address);
      expect([...(await participants.tryResolve(hospital.address, PROVIDER))]).to.deep.equal([
        hospital.address,
        standingCode("Withdrawn"),
      ]);
    });

    it("leaves nothing to who gave the role and is no longer named for it", async () => {
      const { participants, board, medicalBoard, hospital, validUntil, bringTo, unsetAccreditor } =
        await loadFixture(deployWithHospital);
      await bringTo("Active");
      await unsetAccreditor(medicalBoard);
      for (const attempt of [
        () => board.accredit(hospital.address, PROVIDER, validUntil),
        () => board.suspend(hospital.address, PROVIDER),
        () => board.reinstate(hospital.address, PROVIDER),
        () => board.withdraw(hospital.address, PROVIDER),
      ]) {
        await expect(attempt())
          .to.be.revertedWithCustomError(participants, "NotAccreditor")
          .withArgs(medicalBoard.address, PROVIDER);
      }
      expect(await participants.resolve(hospital.address, PROVIDER)).to.equal(hospital.address);
    });

    it("lets every accreditor named for the role act on it, whoever gave it", async () => {
      const { participants, hospital, secondBoard, setAccreditor, bringTo } = await loadFixture(deployWithHospital);
      await bringTo("Active");
      await setAccreditor(secondBoard);
      const second = participants.connect(secondBoard);
      await second.suspend(hospital.address, PROVIDER);
      await second.reinstate(hospital.address, PROVIDER);
      await expect(second.withdraw(hospital.address, PROVIDER))
        .to.emit(participants, "AccreditationWithdrawn")
        .withArgs(hospital.address, PROVIDER, secondBoard.address);
    });
  });

  describe("attack: another regulator touches a role that is not its own", () => {
    for (const action of ["renew", "suspend", "reinstate", "withdraw"] as const) {
      it(`cannot ${action} it`, async () => {
        const system = await loadFixture(deployWithHospital);
        const { participants, hospital, medicalBoard, insuranceCommissioner, validUntil, bringTo } = system;
        await bringTo(action === "reinstate" ? "Suspended" : "Active");
        // The other regulator has given the same organisation a role of its own.
        await accredit(system, hospital, "PAYER");
        const other = participants.connect(insuranceCommissioner);
        const attempt =
          action === "renew"
            ? other.accredit(hospital.address, PROVIDER, validUntil + YEAR)
            : other[action](hospital.address, PROVIDER);
        await expect(attempt)
          .to.be.revertedWithCustomError(participants, "NotAccreditor")
          .withArgs(insuranceCommissioner.address, PROVIDER);
        const record = await participants.accreditationOf(hospital.address, PROVIDER);
        expect([record.accreditor, record.validUntil]).to.deep.equal([medicalBoard.address, validUntil]);
      });
    }

    it("cannot keep an expired role alive by renewing its own", async () => {
      const system = await loadFixture(deployWithHospital);
      const { participants, hospital, insuranceCommissioner, validUntil, bringTo } = system;
      await bringTo("Active");
      await participants.connect(insuranceCommissioner).accredit(hospital.address, PAYER, validUntil + YEAR);
      await time.increaseTo(validUntil);
      expect((await participants.tryResolve(hospital.address, PROVIDER)).standing).to.equal(standingCode("Expired"));
      expect(await participants.resolve(hospital.address, PAYER)).to.equal(hospital.address);
    });

    it("cannot act as the accreditor of a role that was never given", async () => {
      const { participants, hospital, stranger, insuranceCommissioner } = await loadFixture(deployWithHospital);
      for (const caller of [stranger, insuranceCommissioner]) {
        for (const action of ["suspend", "reinstate", "withdraw"] as const) {
          await expect(participants.connect(caller)[action](hospital.address, PROVIDER))
            .to.be.revertedWithCustomError(participants, "NotAccreditor")
            .withArgs(caller.address, PROVIDER);
        }
      }
    });
  });

  describe("every action in every status", () => {
    const ACTIONS = ["accredit", "suspend", "reinstate", "withdraw"] as const;
    const TRANSITIONS: Record<AccreditationStatus, Partial<Record<(typeof ACTIONS)[number], AccreditationStatus>>> = {
      None: { accredit: "Active" },
      Active: { accredit: "Active", suspend: "Suspended", withdraw: "Withdrawn" },
      Suspended: { reinstate: "Active", withdraw: "Withdrawn" },
      Withdrawn: { accredit: "Active" },
    };
    for (const from of ACCREDITATION_STATUSES) {
      for (const action of ACTIONS) {
        const to = TRANSITIONS[from][action];
        it(`${from}: ${action} ${to === undefined ? "is refused" : `leads to ${to}`}`, async () => {
          const { participants, board, hospital, validUntil, bringTo } = await loadFixture(deployWithHospital);
          await bringTo(from);
          const attempt =
            action === "accredit"
              ? board.accredit(hospital.address, PROVIDER, validUntil + 1n)
              : board[action](hospital.address, PROVIDER);
          if (to === undefined) {
            await expect(attempt)
              .to.be.revertedWithCustomError(participants, "WrongAccreditationStatus")
              .withArgs(hospital.address, PROVIDER, statusCode(from));
          } else {
            await attempt;
          }
          const { status } = await participants.accreditationOf(hospital.address, PROVIDER);
          expect(status).to.equal(statusCode(to ?? from));
        });
      }
    }
  });

  describe("resolve and tryResolve", () => {
    /** What makes an account's standing for PROVIDER, and whether the account is the hospital itself or its key. */
    type Hospital = Awaited<ReturnType<typeof deployWithHospital>>;
    const CASES: [string, "hospital" | "key", (typeof STANDINGS)[number], (hospital: Hospital) => Promise<unknown>][] =
      [
        ["an accredited organisation", "hospital", "Good", (h) => h.bringTo("Active")],
        ["an organisation without the role", "hospital", "Unaccredited", () => Promise.resolve()],
        ["a suspended organisation", "hospital", "Suspended", (h) => h.bringTo("Suspended")],
        ["an organisation whose role was withdrawn", "hospital", "Withdrawn", (h) => h.bringTo("Withdrawn")],
        [
          "an organisation at the second its role runs out",
          "hospital",
          "Expired",
          async (h) => {
            await h.bringTo("Active");
            await time.increaseTo(h.validUntil);
          },
        ],
        [
          "an organisation a second before its role runs out",
          "hospital",
          "Good",
          async (h) => {
            await h.bringTo("Active");
            await time.increaseTo(h.validUntil - 1n);
          },
        ],
        [
          "a key of an accredited organisation",
          "key",
          "Good",
          async (h) => {
            await h.bringTo("Active");
            await enlist(h, h.hospital, h.key, "PROVIDER");
          },
        ],
        [
          "a key of an organisation without the role",
          "key",
          "Unaccredited",
          (h) => enlist(h, h.hospital, h.key, "PROVIDER"),
        ],
        [
          "attack: an operator of a suspended provider",
          "key",
          "Suspended",
          async (h) => {
            await h.bringTo("Suspended");
            await enlist(h, h.hospital, h.key, "PROVIDER");
          },
        ],
        [
          "a key of an organisation whose role was withdrawn",
          "key",
          "Withdrawn",
          async (h) => {
            await h.bringTo("Withdrawn");
            await enlist(h, h.hospital, h.key, "PROVIDER");
          },
        ],
        [
          "a key of an organisation whose role ran out",
          "key",
          "Expired",
          async (h) => {
            await h.bringTo("Active");
            await time.increaseTo(h.validUntil);
            await enlist(h, h.hospital, h.key, "PROVIDER");
          },
        ],
        [
          "a key with other roles only",
          "key",
          "OperatorRoleMissing",
          async (h) => {
            await h.bringTo("Active");
            await enlist(h, h.hospital, h.key, "EMERGENCY_CARE", "GATEWAY");
          },
        ],
        [
          "a key at the second its appointment runs out",
          "key",
          "OperatorExpired",
          async (h) => {
            await h.bringTo("Active");
            await enlist(h, h.hospital, h.key, "PROVIDER");
            const { expiresAt } = await h.participants.operatorOf(h.key.address);
            await h.board.accredit(h.hospital.address, PROVIDER, expiresAt + YEAR);
            await time.increaseTo(expiresAt);
          },
        ],
      ];
    for (const [who, account, standing, arrange] of CASES) {
      it(`${who}: ${standing}`, async () => {
        const hospital = await loadFixture(deployWithHospital);
        await arrange(hospital);
        const { participants } = hospital;
        const { address } = hospital[account];
        const principal = hospital.hospital.address;
        expect([...(await participants.tryResolve(address, PROVIDER))]).to.deep.equal([
          principal,
          standingCode(standing),
        ]);
        if (standing === "Good") {
          expect(await participants.resolve(address, PROVIDER)).to.equal(principal);
        } else {
          await expect(participants.resolve(address, PROVIDER))
            .to.be.revertedWithCustomError(participants, "NotInGoodStanding")
            .withArgs(address, PROVIDER, standingCode(standing));
        }
      });
    }

    it("gives a key no role above 55, whatever is asked", async () => {
      const hospital = await loadFixture(deployWithHospital);
      const { participants, key } = hospital;
      await participants.connect(hospital.hospital).offerOperator(key.address, 2n ** 56n - 1n, hospital.validUntil);
      await participants.connect(key).acceptOperator(hospital.hospital.address);
      for (const [role, standing] of [
        [HIGHEST_ROLE, "Unaccredited"],
        [HIGHEST_ROLE + 1, "OperatorRoleMissing"],
        [256, "OperatorRoleMissing"],
        [2 ** 16 - 1, "OperatorRoleMissing"],
      ] as const) {
        expect((await participants.tryResolve(key.address, role)).standing, `role ${role}`).to.equal(
          standingCode(standing),
        );
      }
    });

    it("knows nothing of an account never heard of", async () => {
      const { participants, stranger } = await loadFixture(deployWithHospital);
      expect([...(await participants.accreditationOf(stranger.address, PROVIDER))]).to.deep.equal([
        ethers.ZeroAddress,
        0n,
        statusCode("None"),
      ]);
      expect(await participants.rolesOf(stranger.address)).to.equal(0n);
      expect(await participants.principalOf(stranger.address)).to.equal(stranger.address);
    });
  });
});
