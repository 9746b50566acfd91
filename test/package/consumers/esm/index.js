// Node, ES modules: every entry point loads, and works without anything else installed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import * as careproof from "careproof";
import { participantRegistryAbi } from "careproof/abi";
import { ParticipantRegistry__factory } from "careproof/bindings";
import { PURPOSES } from "careproof/consent";
import { deployments } from "careproof/deployments";
import { loadDeployment } from "careproof/deployments/node";
import { roleMask } from "careproof/participants";

assert.equal(careproof.participants.roleMask, roleMask);
assert.equal(roleMask("PROVIDER", "EMERGENCY_CARE"), 3n);
assert.equal(PURPOSES.TREAT, 0);
assert.equal(typeof deployments, "object");
assert(participantRegistryAbi.some((entry) => entry.type === "function" && entry.name === "resolve"));

// The errors that one entry throws are those that another exports.
await assert.rejects(loadDeployment(1, "no-such-folder"), careproof.CareProofError);

const data = ParticipantRegistry__factory.createInterface().encodeErrorResult("UnknownRole", [56]);
const error = careproof.decodeError({ info: { error: { data } } });
assert(error instanceof careproof.ContractError);
assert.equal(error.errorName, "UnknownRole");
assert.deepEqual(error.args, { role: 56n });

const source = createRequire(import.meta.url).resolve("careproof/contracts/participants/IParticipantRegistry.sol");
assert.match(await readFile(source, "utf8"), /interface IParticipantRegistry/);

console.log("works");
