// A browser bundle: every entry point for browsers.
import * as careproof from "careproof";
import * as abi from "careproof/abi";
import * as bindings from "careproof/bindings";
import { deployments } from "careproof/deployments";

const data = bindings.ParticipantRegistry__factory.createInterface().encodeErrorResult("UnknownRole", [56]);

globalThis.result = {
  abis: Object.keys(abi).length,
  consent: Object.keys(careproof.consent).length,
  deployments: typeof deployments,
  error: careproof.decodeError({ data })?.errorName,
  mask: String(careproof.participants.roleMask("PROVIDER", "EMERGENCY_CARE")),
};
