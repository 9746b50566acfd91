/** A history as one HTML page to read and print: no scripts, nothing from outside, everything escaped. */

import { describeStep, describeVerdict } from "./describe.js";
import type { PackageHistory } from "./packageHistory.js";
import { dscsaPapers, type Transaction, TRANSACTION_STATEMENTS } from "./papers.js";
import { type MasterData, type PartyOnPaper, partyName, thingName, withPartyNames } from "./parties.js";
import { timeOf } from "../../utils/time.js";
import { type Html, html, htmlPage } from "../../utils/html.js";

const STYLE = `
  caption { text-align: left; font-weight: 600; padding: .4rem 0; }
  .verdict { border: 2px solid #111; padding: .6rem .8rem; font-weight: 600; } .time { white-space: nowrap; }
  @media print { .verdict { break-inside: avoid; } }
`;

/**
 * The page.
 *
 * @throws CareProofError `PRODUCT_MISMATCH`.
 */
export function historyPage(history: PackageHistory, data: MasterData = {}): string {
  const { identifier, asOf, chainId, contract } = history;
  const papers = dscsaPapers(history, data);
  const title = `Pedigree of ${thingName(identifier)}`;
  return htmlPage(
    title,
    STYLE,
    html`<h1>${title}</h1>
      <p class="verdict">Verdict at ${timeOf(asOf.time)}: ${describeVerdict(history)}</p>
      ${warnings(history, data)} ${identification(history, data)}
      <h2>History</h2>
      ${steps(history, data)}
      <h2>Transaction information</h2>
      ${
        papers.transactionInformation === undefined
          ? html`<p>It was not sold: there is no transaction.</p>`
          : transactionTable("The last transaction (21 U.S.C. 360eee(26))", papers.transactionInformation)
      }
      <h2>Transaction history</h2>
      <p>
        The transaction information of each transaction going back to the manufacturer (21 U.S.C. 360eee(25)), the first
        one first.
      </p>
      ${papers.transactionHistory.map((transaction, index) => transactionTable(`Transaction ${index + 1}`, transaction))}
      <h2>Transaction statement</h2>
      ${statement(papers)}
      <p class="unknown">
        Read from the logs of ${contract} on chain ${`${chainId}`} up to block ${asOf.block}. Names of partners and
        product data are not on the chain: they are as given to whoever made this page.
      </p> `,
  );
}

function warnings({ warnings: list }: PackageHistory, data: MasterData): Html | undefined {
  if (list.length === 0) return undefined;
  return html`<ul class="warnings" role="alert">
    ${list.map(({ message }) => html`<li>WARNING: ${withPartyNames(message, data)}</li>`)}
  </ul>`;
}

function identification({ identifier, lot, verdict, path }: PackageHistory, data: MasterData): Html {
  const name = (account: string | undefined): string | undefined =>
    account === undefined ? undefined : partyName(account, data);
  return facts(undefined, [
    ...(identifier.kind === "sgtin"
      ? ([
          ["GTIN", identifier.gtin],
          ["Serial number", identifier.serial],
        ] as const)
      : ([["SSCC", identifier.sscc]] as const)),
    ["Lot", lot?.lotNumber],
    ["Last day of use", lot?.expirationDate],
    ["Manufacturer", name(lot?.maker)],
    ["Held by", verdict.custodian === undefined ? "nobody: out of commerce, or not known" : name(verdict.custodian)],
    ["Packed by its maker in", path.length === 0 ? "not known, or nothing" : path.map(thingName).join(", in ")],
  ]);
}

function steps({ steps: list }: PackageHistory, data: MasterData): Html {
  if (list.length === 0) return html`<p>The chain tells nothing of it.</p>`;
  const rows = list.map(
    (step) =>
      html`<tr>
        <td class="time">${timeOf(step.time)}</td>
        <td>${describeStep(step, data)}</td>
        <td class="mono">${step.event.log.transactionHash}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th>Time (UTC)</th>
        <th>What happened</th>
        <th>Transaction on the chain</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function transactionTable(caption: string, transaction: Transaction): Html {
  const { unknown } = transaction;
  const direction = transaction.isReturn ? " (a return)" : "";
  return facts(caption + direction, [
    ["Proprietary or established name", transaction.name],
    ["Strength", transaction.strength],
    ["Dosage form", transaction.dosageForm],
    ["National Drug Code", transaction.ndc],
    ["Container size", transaction.containerSize],
    ["Number of containers", transaction.numberOfContainers],
    ["Lot number", transaction.lotNumber],
    ["Date of the transaction", transaction.transactionDate],
    ["Date of the shipment", `${transaction.transactionDate} (not more than 24 hours later)`],
    ["From", partyCell(transaction.seller)],
    ["To", partyCell(transaction.buyer)],
    ["GTIN, serial number", transaction.gtin === undefined ? undefined : `${transaction.gtin}, ${transaction.serial}`],
    ["Last day of use", transaction.expirationDate],
    ...(transaction.sentIn === undefined ? [] : ([["Sent in container", transaction.sentIn]] as const)),
    ["Received", transaction.receivedDate ?? "not yet: it is on its way"],
    ["Commitment on the chain", transaction.commitment],
    ...(unknown.length === 0 ? [] : ([["Not known to this paper", unknown.join(", ")]] as const)),
  ]);
}

function partyCell({ name, address, gln, account }: PartyOnPaper): string {
  const parts = [name ?? "name not known", address ?? "address not known"];
  return `${parts.join(", ")} (${gln === undefined ? "" : `GLN ${gln}, `}account ${account})`;
}

function statement({ transactionStatements }: ReturnType<typeof dscsaPapers>): Html {
  if (transactionStatements.length === 0) return html`<p>It was not sold: nobody owed a statement.</p>`;
  const makers = transactionStatements.map(({ by, date }) => html`<li>${by.name ?? by.account}, on ${date}</li>`);
  const statements = Object.entries(TRANSACTION_STATEMENTS).map(
    ([letter, text]) => html`<li>(${letter}) ${text};</li>`,
  );
  return html`<p>Each entity transferring ownership in a transaction, namely</p>
    <ul>
      ${makers}
    </ul>
    <p>stated on the chain that it (21 U.S.C. 360eee(27)):</p>
    <ul>
      ${statements}
    </ul>`;
}

function facts(
  caption: string | undefined,
  rows: readonly (readonly [name: string, value: string | number | undefined])[],
): Html {
  return html`<table class="facts">
    ${
      caption === undefined
        ? undefined
        : html`<caption>
            ${caption}
          </caption>`
    }
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value ?? html`<span class="unknown">not known</span>`}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
