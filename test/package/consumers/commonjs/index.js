// Node, CommonJS: the same as the consumer that uses ES modules.
const assert = require("node:assert/strict");

const careproof = require("careproof");
const { participantRegistryAbi } = require("careproof/abi");
const { ParticipantRegistry__factory } = require("careproof/bindings");
const { PURPOSES } = require("careproof/consent");
const { deployments } = require("careproof/deployments");
const { loadDeployment } = require("careproof/deployments/node");
const { roleMask } = require("careproof/participants");

assert.equal(careproof.participants.roleMask, roleMask);
assert.equal(roleMask("PROVIDER", "EMERGENCY_CARE"), 3n);
assert.equal(PURPOSES.TREAT, 0);
assert.equal(typeof deployments, "object");
assert(participantRegistryAbi.some((entry) => entry.type === "function" && entry.name === "resolve"));

const data = ParticipantRegistry__factory.createInterface().encodeErrorResult("UnknownRole", [56]);
const error = careproof.decodeError({ cause: { raw: data } });
assert(error instanceof careproof.ContractError);
assert.equal(error.errorName, "UnknownRole");

assert.rejects(loadDeployment(1, "no-such-folder"), careproof.CareProofError).then(() => {
  console.log("works");
});
