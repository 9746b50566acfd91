/** A trial's report as one HTML page to read and print: no scripts, nothing from outside, everything escaped. */
import { PART_WORDS } from "./timeline.js";
import type { TrialReport, VersionReport } from "./trialReport.js";
import type { RecordComparison } from "./recordComparison.js";
import type { TrialOutcome } from "./registration/registration.js";
import { type Html, html, htmlPage, type HtmlValue } from "../utils/html.js";

const STYLE = `
  th { overflow-wrap: normal; }
  .answer { white-space: nowrap; font-weight: 600; } .no .answer { color: #b00000; }
  .timeline { list-style: none; margin: 0; padding: 0 0 0 1rem; border-left: 3px solid #999; }
  .timeline li { position: relative; padding: 0 0 .7rem .3rem; break-inside: avoid; overflow-wrap: anywhere; }
  .timeline li::before { content: ""; position: absolute; left: -1.42rem; top: .4rem; width: .6rem; height: .6rem; border-radius: 50%; background: #111; }
  .timeline .against { font-weight: 600; color: #b00000; } .timeline .against::before { background: #b00000; }
  .timeline time { display: block; color: #555; font-size: .85em; font-weight: 400; }
  @media print { * { print-color-adjust: exact; } }
`;

const ANSWERS = { yes: "Yes", no: "No", notYet: "Not yet" } as const;

const FATES = {
  kept: "reported as promised",
  changed: "reported with changes",
  demoted: "promised as primary, reported as another",
  promoted: "reported as primary, promised as another",
  missing: "not reported",
  added: "never promised",
} as const;

/**
 * The page.
 *
 * @param named Writes the names of participants into a text beside their addresses.
 */
export function trialReportPage(report: TrialReport, named: (text: string) => string = (text) => text): string {
  const { registrationNumber, asOf, chainId, contracts, warnings, answers, timeline } = report;
  const title = `Clinical trial ${registrationNumber}`;
  return htmlPage(
    title,
    STYLE,
    html`<h1>${title}: what it promised, and what it did</h1>
      ${
        warnings.length === 0
          ? html`<p>The chain tells of nothing that counts against it, as of ${asOf.time}.</p>`
          : html`<ul class="warnings" role="alert">
              ${warnings.map(({ message }) => html`<li>WARNING: ${named(message)}</li>`)}
            </ul>`
      }
      ${identification(report, named)}
      <h2>What a reader wants to know</h2>
      <table>
        <thead>
          <tr>
            <th>Question</th>
            <th>Answer</th>
            <th>Evidence</th>
          </tr>
        </thead>
        <tbody>
          ${answers.map(
            ({ question, answer, text }) =>
              html`<tr class="${answer}">
                <td>${question}</td>
                <td class="answer">${ANSWERS[answer]}</td>
                <td>${named(text)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      <h2>Versions of the protocol</h2>
      ${versions(report.versions, named)}
      <h2>Results of registered outcomes</h2>
      ${results(report)} ${report.record === undefined ? undefined : record(report.record)}
      <h2>Participants enrolled</h2>
      ${sites(report, named)}
      <h2>Data</h2>
      ${streams(report, named)}
      <h2>Timeline</h2>
      <ol class="timeline">
        ${timeline.map(
          ({ time, text, isAgainst, transaction }) =>
            html`<li class="${isAgainst ? "against" : "step"}">
              <time datetime="${time}">${time}</time>${named(text)}
              ${transaction === undefined ? undefined : html`<span class="mono unknown">${transaction}</span>`}
            </li>`,
        )}
      </ol>
      <p class="unknown">
        Read from the logs of ${contracts.TrialRegistry}, ${contracts.TrialData} and ${contracts.TrialSafety} on chain
        ${chainId} up to block ${asOf.block}. Names of participants are not on the chain: they are as given to whoever
        made this page.
      </p> `,
  );
}

function identification(report: TrialReport, named: (text: string) => string): Html {
  const { registration, halt, phase } = report;
  return facts([
    ["Registration number", report.registrationNumber],
    ["Sponsor", named(report.sponsor)],
    ["Ethics board", report.board === undefined ? undefined : named(report.board)],
    ["Phase", halt === "None" ? phase : `${phase}, enrolment ${halt === "Suspended" ? "suspended" : "terminated"}`],
    ["Registered", registration.registeredAt],
    ["Approved", registration.approvedAt],
    ["First enrolment on the chain", registration.firstEnrolledAt],
    ["Earliest signature of an enrolment", registration.earliestSignedAt],
    ["Data locked", registration.lockedAt],
    ["Unblinded", registration.unblindedAt],
    ["Results due", registration.reportDue],
    ["Closed", registration.closedAt],
    ["Trial on the chain", report.trialId],
  ]);
}

function versions(list: readonly VersionReport[], named: (text: string) => string): Html {
  return grid(
    ["Version", "Registered", "What changed", "Approved by"],
    list.map(({ version, registeredAt, changes, afterFirstEnrolment, afterUnblinding, approval }) => [
      version,
      registeredAt,
      `${version === 1 ? "the first" : changes.map((part) => PART_WORDS[part]).join(", ")}${afterUnblinding ? " (after unblinding)" : afterFirstEnrolment ? " (after the first enrolment)" : ""}`,
      approval === undefined
        ? html`<span class="unknown">nobody yet</span>`
        : named(`${approval.board}, signed by ${approval.signer} at ${approval.signedAt}`),
    ]),
  );
}

function results({ outcomes }: TrialReport): Html {
  const { reported, unreportedPrimaries, primaries } = outcomes;
  const missing =
    unreportedPrimaries.length === 0
      ? undefined
      : html`<p>Of ${primaries} primary outcomes not reported: ${unreportedPrimaries.join(", ")}.</p>`;
  if (reported.length === 0)
    return html`<p>None was reported.</p>
      ${missing}`;
  const rows = reported.map(({ kind, number, reportedAt, result }) => [
    `${kind} ${number}`,
    reportedAt,
    html`<span class="mono">${result}</span>`,
  ]);
  return html`${grid(["Outcome", "Reported", "Commitment of the result"], rows)}${missing}`;
}

function record({ promisedBy, version, hasResults, outcomes }: RecordComparison): Html {
  const promised =
    promisedBy === "chain"
      ? `those that version ${version} of the protocol committed to on the chain`
      : "those that the record has as registered now, which can have been edited";
  const rows = outcomes.map(({ fate, registered, reported }) => [
    FATES[fate],
    outcomeCell(registered),
    outcomeCell(reported),
  ]);
  return html`<h2>The registry's record</h2>
    <p>Reported outcomes are compared with ${promised}.</p>
    ${hasResults ? grid(["What became of it", "Promised", "Reported"], rows) : html`<p>It has no results.</p>`}`;
}

function outcomeCell(outcome: TrialOutcome | undefined): string {
  if (outcome === undefined) return "";
  return `${outcome.measure} (${outcome.kind}${outcome.timeFrame === undefined ? "" : `; ${outcome.timeFrame}`})`;
}

function sites({ enrolment }: TrialReport, named: (text: string) => string): Html {
  if (enrolment.sites.length === 0) return html`<p>Nobody.</p>`;
  const rows: HtmlValue[][] = enrolment.sites.map(({ site, enrolled, reconsented, withdrawn, days }) => [
    named(site),
    enrolled,
    reconsented,
    withdrawn,
    `${days[0]!.day} to ${days.at(-1)!.day}`,
  ]);
  const sum = ["All", enrolment.enrolled, "", enrolment.withdrawn, ""];
  return grid(["Site", "Enrolled", "Consented again", "Withdrew", "Days"], [...rows, sum]);
}

function streams({ data }: TrialReport, named: (text: string) => string): Html {
  if (data.streams.length === 0) return html`<p>None was anchored.</p>`;
  return grid(
    ["Written by", "Batches", "Rows", "Missing batches", "Added after a lock", "Rows of others", "Latest entry (days)"],
    data.streams.map(({ writer, batches, rows, gaps, afterUnlock, violations, latestEntry }) => [
      named(writer),
      batches,
      rows,
      gaps.length === 0 ? "none" : gaps.join(", "),
      afterUnlock.length === 0 ? "none" : afterUnlock.join(", "),
      violations,
      (latestEntry / 86_400).toFixed(1),
    ]),
  );
}

function grid(head: readonly string[], rows: readonly (readonly HtmlValue[])[]): Html {
  return html`<table>
    <thead>
      <tr>
        ${head.map((name) => html`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function facts(rows: readonly (readonly [name: string, value: string | undefined])[]): Html {
  return html`<table class="facts">
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value ?? html`<span class="unknown">not yet</span>`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
