/** The data of the trial in the journey, as the sites' systems write them, and batches of them. All in them is invented. */
import type { DataLeaf } from "../../src/trials/dataLeaf";
import { dataLeafDigest, dataLeafHash, CORRECTS_NONE, NO_SUBJECT } from "../../src/trials/dataLeaf";
import { AnchoredRows } from "../../src/trials/anchoredRows";
import { DataBatch } from "../../src/trials/dataBatch";
import { parseManifestRow, type DataManifestHeader } from "../../src/trials/dataManifest";
import type { RowSink } from "../../src/trials/dataRow";
import { DataVerifier, type DataVerification } from "../../src/trials/dataVerification";
import { readDatasetJson } from "../../src/trials/datasetJson";
import type { EnrolmentList } from "../../src/trials/enrolmentList";
import { readOdm } from "../../src/trials/odm/readOdm";
import { getBytes } from "ethers";
import { splitLines } from "../../src/utils/lines";
import { MerkleTree } from "../../src/utils/merkle";

/** A systolic blood pressure as a site measured it. */
export interface Measurement {
  readonly subject: string;
  /** Such as `WEEK 4`. */
  readonly visit: string;
  /** mmHg. */
  readonly value: number;
  /** Unix seconds. */
  readonly at: number;
  /** Of a correction. */
  readonly reason?: string;
}

const iso = (time: number): string => new Date(time * 1_000).toISOString().replace(".000Z", "Z");

/** A transactional ODM 1.3.2 file of a site's electronic data capture: each value with who entered it when, and why it changed. */
export function odmOf(measurements: readonly Measurement[], site: string, fileOid: string): string {
  const subjects = measurements.map(({ subject, visit, value, at, reason }) => {
    const transaction = reason === undefined ? "Insert" : "Update";
    const change = reason === undefined ? "" : `<ReasonForChange>${reason}</ReasonForChange>`;
    return `
    <SubjectData SubjectKey="${subject}">
      <StudyEventData StudyEventOID="${visit}">
        <FormData FormOID="VITALS">
          <ItemGroupData ItemGroupOID="VS">
            <ItemData ItemOID="SYSBP" Value="${value}" TransactionType="${transaction}">
              <AuditRecord>
                <UserRef UserOID="NURSE.TEST"/>
                <LocationRef LocationOID="${site}"/>
                <DateTimeStamp>${iso(at)}</DateTimeStamp>
                ${change}
              </AuditRecord>
            </ItemData>
          </ItemGroupData>
        </FormData>
      </StudyEventData>
    </SubjectData>`;
  });
  const created = iso(Math.max(...measurements.map(({ at }) => at)));
  return `<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Transactional" FileOID="${fileOid}"
     CreationDateTime="${created}">
  <ClinicalData StudyOID="TESTOLOL" MetaDataVersionOID="1">${subjects.join("")}
  </ClinicalData>
</ODM>`;
}

/** A Dataset-JSON 1.1 file of vital signs (SDTM domain VS). */
export function datasetOf(measurements: readonly Measurement[]): string {
  const column = (name: string, label: string, dataType: string, keySequence?: number): object => {
    return { itemOID: `IT.VS.${name}`, name, label, dataType, ...(keySequence === undefined ? {} : { keySequence }) };
  };
  return JSON.stringify({
    datasetJSONCreationDateTime: iso(Math.max(...measurements.map(({ at }) => at))),
    datasetJSONVersion: "1.1.0",
    itemGroupOID: "IG.VS",
    records: measurements.length,
    name: "VS",
    label: "Vital Signs",
    columns: [
      column("USUBJID", "Unique Subject Identifier", "string", 1),
      column("VISIT", "Visit Name", "string", 2),
      column("VSTESTCD", "Vital Signs Test Short Name", "string", 3),
      column("VSSTRESN", "Numeric Result in Standard Units", "integer"),
      column("VSDTC", "Date/Time of Measurements", "datetime"),
    ],
    rows: measurements.map(({ subject, visit, value, at }) => [subject, visit, "SYSBP", value, iso(at)]),
  });
}

/** Reads a file of a site's data: ODM or Dataset-JSON. */
export async function readTrialFile(text: string, sink: RowSink): Promise<void> {
  if (text.startsWith("<")) readOdm(text, sink);
  else await readDatasetJson([new TextEncoder().encode(text)], sink);
}

/** A batch that the package made of a site's file, with what the site keeps of it. */
export class SampleBatch {
  private constructor(
    readonly header: DataManifestHeader,
    /** Lines of the manifest after its header. */
    private readonly lines: Uint8Array,
    /** As {@link ITrialData} takes them. */
    readonly leaves: readonly DataLeaf[],
    private readonly tree: MerkleTree,
  ) {}

  /**
   * @param capturedAt When rows without an audit record were captured (unix seconds).
   * @throws CareProofError of the package, where a row must not be anchored.
   */
  static async of(
    text: string,
    { enrolment, capturedAt, earlier = [] }: { enrolment: EnrolmentList; capturedAt: number; earlier?: SampleBatch[] },
  ): Promise<SampleBatch> {
    const parts: Uint8Array[] = [];
    const write = (lines: Uint8Array): void => void parts.push(lines);
    const batch = await DataBatch.create({ write, enrolment, capturedAt, earlier: await rowsOf(earlier) });
    await readTrialFile(text, batch);
    const { header } = await batch.finish();
    if (header === undefined) throw new Error("there is nothing new in the file");
    const lines = Buffer.concat(parts);
    const leaves: DataLeaf[] = [];
    for await (const { line, number } of splitLines([lines])) {
      const row = parseManifestRow(line, header, () => `line ${number}`);
      leaves.push({
        subject: row.subject === 0 ? NO_SUBJECT : header.subjects[row.subject - 1]!,
        content: row.content,
        capturedAt: row.capturedAt,
        corrects: row.corrects === 0 ? CORRECTS_NONE : row.corrects,
      });
    }
    const tree = await MerkleTree.build(leaves.map((leaf) => getBytes(dataLeafHash(leaf))));
    return new SampleBatch(header, lines, leaves, tree);
  }

  /** The siblings of a leaf up to the root. */
  proof(index: number): string[] {
    return this.tree.proof(index);
  }

  /** Index of the row that a row of a later batch corrects; -1 where it is none of this. */
  correctedBy({ corrects }: DataLeaf): number {
    return this.leaves.findIndex((leaf) => dataLeafDigest(leaf) === corrects);
  }

  /** The manifest as the package reads it again. */
  manifest() {
    return { name: "manifest", header: this.header, lines: splitLines([this.lines]) };
  }
}

async function rowsOf(batches: readonly SampleBatch[]): Promise<AnchoredRows> {
  const rows = await AnchoredRows.create();
  for (const batch of batches) await rows.add(batch.manifest());
  return rows;
}

/** How a file's rows compare with those of batches. */
export async function verifyFile(text: string, batches: readonly SampleBatch[]): Promise<DataVerification> {
  const verifier = await DataVerifier.create(await rowsOf(batches));
  await readTrialFile(text, verifier);
  return verifier.finish(() => Promise.resolve(new Map()));
}
