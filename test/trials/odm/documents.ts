/** ODM documents that tests write. Subjects are invented. */

export const NAMESPACE = 'xmlns="http://www.cdisc.org/ns/odm/v1.3"';

export function audit(reason?: string, time = "2026-01-05T10:00:00+01:00"): string {
  const why = reason === undefined ? "" : `<ReasonForChange>${reason}</ReasonForChange>`;
  return `<AuditRecord><UserRef UserOID="U.1"/><LocationRef LocationOID="L.1"/><DateTimeStamp>${time}</DateTimeStamp>${why}</AuditRecord>`;
}

export interface Item {
  subject?: string;
  transaction?: string;
  form?: string;
  repeat?: string;
  item?: string;
  value?: string;
  audit?: string;
}

export function subject({
  subject: key = "001",
  transaction = "Insert",
  form = "F.1",
  repeat = "1",
  item = "SBP",
  value = "120",
  audit: record = audit(),
}: Item = {}): string {
  const type = transaction === "" ? "" : ` TransactionType="${transaction}"`;
  return `<SubjectData SubjectKey="${key}"${type}><StudyEventData StudyEventOID="SE.1"><FormData FormOID="${form}">${record}<ItemGroupData ItemGroupOID="VS" ItemGroupRepeatKey="${repeat}"><ItemData ItemOID="${item}" Value="${value}"/></ItemGroupData></FormData></StudyEventData></SubjectData>`;
}

export interface Document {
  root?: string;
  data?: string;
  fileType?: string;
  metadata?: string;
}

export const METADATA =
  '<Study OID="S.1"><GlobalVariables><StudyName>Test</StudyName></GlobalVariables><MetaDataVersion OID="MDV.1" Name="First"><FormDef OID="F.1" Name="Form"/><ItemDef OID="SBP" Name="Systolic" DataType="integer"/></MetaDataVersion></Study>';

export function odmDocument({
  root = `${NAMESPACE} ODMVersion="1.3.2" FileOID="FILE.1"`,
  data = subject(),
  fileType = "Transactional",
  metadata = METADATA,
}: Document = {}): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ODM ${root} FileType="${fileType}">${metadata}<ClinicalData StudyOID="S.1" MetaDataVersionOID="MDV.1">${data}</ClinicalData></ODM>`;
}
