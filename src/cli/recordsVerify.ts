import { Command } from "commander";

import { documentName, readDocument } from "./files.js";
import { openManifest } from "./manifestFile.js";
import { addressOption, integerOption } from "./options.js";
import { RecordRegistryClient, type RecordStatus } from "./recordRegistry.js";
import { connect } from "./rpc.js";
import { type CommonOptions, printable, Progress, type Terminal, writeResult } from "./terminal.js";
import { type FhirResource, parseResource, resourceName } from "../consent/fhirResource.js";
import { recordLeafDigest } from "../consent/recordLeaf.js";
import { checkManifestRecord, commitsTo, type ManifestHeader, type ManifestRecord } from "../consent/recordManifest.js";
import { CareProofError } from "../errors.js";
import { applyForm, canonicalBytes, canonicalJson, type CanonicalForm } from "../utils/canonical.js";
import { isJsonObject, type JsonValue } from "../utils/json.js";
import { createKeccak256 } from "../utils/keccak.js";

/** What `careproof records verify --json` prints. */
export interface VerifyResult {
  /** `Type/id` as the manifest names the record. */
  reference: string;
  /** Index of the leaf in the batch, from 0. */
  index: number;
  form: CanonicalForm;
  root: string;
  commitment: string;
  leaf: string;
  /** What `RecordRegistry.supersede` and `retract` name the leaf by (0x-hex of 32 bytes). */
  digest: string;
  patient: string;
  /** Category as a bit number. */
  category: number;
  /** Unix seconds. */
  recordedAt: number;
  /** Elements of the given resource that the form leaves out, so that nothing is proved about them. */
  notCovered: string[];
  /** Paths at which the given resource differs from `--original`; all of them lie in what is not covered. */
  differs?: string[];
  /** With `--rpc`: what the chain says. */
  onChain?: { chainId: string; registry: string; provider: string; sequence: string; status: RecordStatus };
}

interface VerifyOptions extends CommonOptions {
  original?: string;
  rpc?: string;
  registry?: string;
  provider?: string;
  sequence?: bigint;
  chainId?: bigint;
}

/** Paths listed at most in a message. */
const PATHS_SHOWN = 10;

const HELP = `
Proves that the resource is a record of the manifest: finds the line whose salt commits to it, and checks the leaf and its proof up
to the root. With --rpc it also asks RecordRegistry, with --registry, --provider and --sequence. A hash cannot tell what changed in a
resource; with --original, the resource as it was committed, the paths that differ are listed.

Exit code 0: proved (with --rpc: and anchored). 1: not proved, or the chain says unknown, superseded or retracted.

With --json: {"reference","index","form","root","commitment","leaf","digest","patient","category","recordedAt","notCovered":[path],
"differs":[path],"onChain":{"chainId","registry","provider","sequence","status"}}, "differs" only with --original, "onChain" only with
--rpc, status one of unknown, anchored, superseded, retracted`;

/** `careproof records verify`: a FHIR R4 resource against a manifest, and against the chain. */
export function verifyCommand(terminal: Terminal): Command {
  return new Command("verify")
    .summary("prove a FHIR R4 resource against a manifest and the chain")
    .description("Proves that a FHIR R4 resource is unchanged since it was committed.")
    .argument("<manifest>", "the manifest that careproof records commit wrote")
    .argument("<resource>", "the file of one FHIR R4 resource, or - for stdin")
    .option("--original <file>", "the resource as it was committed, to say what differs")
    .option("--rpc <url>", "an Ethereum node")
    .option("--registry <address>", "RecordRegistry's address", addressOption)
    .option("--provider <address>", "the provider that anchored the batch", addressOption)
    .option("--sequence <n>", "the batch's sequence number", integerOption)
    .option("--chain-id <n>", "the chain that the node must serve", integerOption)
    .option("--json", "print the result as JSON")
    .option("--quiet", "show no progress")
    .addHelpText("after", HELP)
    .action((manifest: string, resource: string, options: VerifyOptions, command: Command) =>
      verify(terminal, manifest, resource, options, command),
    );
}

async function verify(
  terminal: Terminal,
  manifestPath: string,
  resourcePath: string,
  options: VerifyOptions,
  command: Command,
): Promise<void> {
  const { rpc, registry, provider, sequence, chainId } = options;
  if (rpc !== undefined && (registry === undefined || provider === undefined || sequence === undefined)) {
    command.error("error: --rpc needs --registry, --provider and --sequence");
  }
  if (resourcePath === "-" && options.original === "-") command.error("error: only one of the two can be stdin");
  if (rpc === undefined && (registry ?? provider ?? sequence ?? chainId) !== undefined) {
    command.error("error: --registry, --provider, --sequence and --chain-id need --rpc");
  }
  const resource = await readResource(terminal, resourcePath);
  const original = options.original === undefined ? undefined : await readResource(terminal, options.original);
  const progress = new Progress(terminal, options);
  let found: Found;
  try {
    found = await findRecord(manifestPath, resource, documentName(resourcePath), original, progress);
  } finally {
    progress.clear();
  }
  const { header, record } = found;
  const result: VerifyResult = {
    reference: record.reference,
    index: record.index,
    form: header.form,
    root: header.root,
    commitment: record.commitment,
    leaf: record.leaf,
    digest: recordLeafDigest(record),
    patient: record.patient,
    category: record.category,
    recordedAt: record.recordedAt,
    notCovered: applyForm(resource, header.form).omitted,
    ...(original === undefined ? {} : { differs: differences(original, resource, resource.resourceType) }),
  };
  if (rpc !== undefined && registry !== undefined && provider !== undefined && sequence !== undefined) {
    const connection = await connect(rpc, chainId);
    try {
      const client = await RecordRegistryClient.at(connection, registry);
      const status = await client.statusOf(provider, sequence, record);
      result.onChain = { chainId: `${connection.chainId}`, registry, provider, sequence: `${sequence}`, status };
    } finally {
      connection.provider.destroy();
    }
    if (result.onChain.status !== "anchored") terminal.exitCode = 1;
  }
  writeResult(terminal, options, result, describe(result));
}

interface Found {
  readonly header: ManifestHeader;
  readonly record: ManifestRecord;
}

async function findRecord(
  manifestPath: string,
  resource: FhirResource,
  resourcePath: string,
  original: FhirResource | undefined,
  progress: Progress,
): Promise<Found> {
  const { header, records } = await openManifest(manifestPath);
  const hash = await createKeccak256();
  const canonicalHash = hash(canonicalBytes(resource, header.form));
  const originalHash = original === undefined ? undefined : hash(canonicalBytes(original, header.form));
  const name = resourceName(resource);
  let sameName = false;
  let originalFound = false;
  for await (const { record, where } of records) {
    progress.update("Searching the manifest:", record.index, header.count);
    if (commitsTo(record, canonicalHash, header.form, hash)) {
      checkManifestRecord(header, record, where, hash);
      // The name is in no leaf, but the resource has it, and its content is proved.
      if (record.reference !== name) {
        const message = `the line names ${record.reference}, but is of ${name}: it was edited`;
        throw new CareProofError("MANIFEST_MISMATCH", message, where);
      }
      return { header, record };
    }
    // A resource without an id has only its type for a name, which says nothing.
    sameName ||= typeof resource.id === "string" && record.reference === name;
    originalFound ||= originalHash !== undefined && commitsTo(record, originalHash, header.form, hash);
  }
  if (originalFound && original !== undefined) {
    const before = applyForm(original, header.form).content;
    const after = applyForm(resource, header.form).content;
    const paths = differences(before, after, resource.resourceType);
    const more = paths.length > PATHS_SHOWN ? ` and ${paths.length - PATHS_SHOWN} more` : "";
    const message = `the content differs from what was committed, at ${paths.slice(0, PATHS_SHOWN).join(", ")}${more}`;
    throw new CareProofError("RECORD_DIFFERS", message, resourcePath);
  }
  if (original !== undefined) {
    throw new CareProofError(
      "RECORD_UNKNOWN",
      "neither the resource nor the original is in the manifest",
      resourcePath,
    );
  }
  if (sameName) {
    throw new CareProofError("RECORD_DIFFERS", `the content of ${name} differs from what was committed`, resourcePath);
  }
  throw new CareProofError("RECORD_UNKNOWN", `${name} is not in the manifest`, resourcePath);
}

async function readResource(terminal: Terminal, input: string): Promise<FhirResource> {
  const name = documentName(input);
  const resource = parseResource(await readDocument(input, terminal), { name });
  if (resource.resourceType === "Bundle") {
    throw new CareProofError("FHIR_INVALID", "a Bundle is committed as its resources: give one of them", name);
  }
  return resource;
}

/** The paths at which two JSON values differ. */
function differences(before: JsonValue | undefined, after: JsonValue | undefined, path: string): string[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].sort().flatMap((key) => differences(before[key], after[key], `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, i) => differences(before[i], after[i], `${path}[${i}]`)).flat();
  }
  if (before === undefined || after === undefined) return before === after ? [] : [path];
  return canonicalJson(before) === canonicalJson(after) ? [] : [path];
}

function describe({ reference, index, form, root, notCovered, differs, onChain }: VerifyResult): string {
  const lines = [`${reference} is record ${index} of the batch, unchanged in form ${form}`, `root         ${root}`];
  if (notCovered.length > 0) lines.push(`not covered  ${notCovered.join(", ")}`);
  if (differs !== undefined) lines.push(`differs      ${differs.length === 0 ? "nowhere" : differs.join(", ")}`);
  if (onChain !== undefined) lines.push(`on chain     ${onChain.status} (chain ${onChain.chainId})`);
  return lines.map(printable).join("\n");
}
