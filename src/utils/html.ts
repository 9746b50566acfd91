/** HTML text in which everything that comes from outside is escaped. */

/** A piece of HTML that is safe as it stands. */
export class Html {
  constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What may stand in a template: text, which is escaped, HTML, which is not, lists of these, and nothing. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/** A template of HTML: its values are escaped unless they are HTML themselves. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + render(values[index])).join(""));
}

function render(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(render).join("");
}

/** Text as it may stand between tags and in quoted attributes; control characters, which HTML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** How every page looks. */
const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; color: #111; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { border: 1px solid #999; padding: .3rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
  th { background: #f2f2f2; font-weight: 600; } .facts th { width: 16rem; }
  .warnings { border: 3px solid #b00000; background: #fff0f0; padding: .6rem 1rem .6rem 2.2rem; font-weight: 600; }
  .unknown { color: #555; font-style: italic; } .mono { font-family: ui-monospace, monospace; font-size: .85em; }
  @media print { body { margin: 0; max-width: none; font-size: 10pt; } tr, .warnings { break-inside: avoid; } thead { display: table-header-group; } }
`;

/**
 * A whole page to read and print: no scripts, nothing from outside.
 *
 * @param style More CSS, the program's own and never from outside.
 */
export function htmlPage(title: string, style: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE + style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}
