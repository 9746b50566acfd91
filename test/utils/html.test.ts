import { expect } from "chai";

import { escapeHtml, Html, html } from "../../src/utils/html.js";

describe("html", () => {
  it("escapes every value that is not HTML itself, also in lists", () => {
    const evil = `<script>alert("1")</script> & 'x'`;
    const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;";
    expect(html`<p title="${evil}">${[evil, html`<b>${evil}</b>`]}</p>`.text).to.equal(
      `<p title="${escaped}">${escaped}<b>${escaped}</b></p>`,
    );
  });

  it("takes numbers, nothing, and HTML as it stands", () => {
    expect(html`${1}${undefined}${new Html("<hr>")}`.text).to.equal("1<hr>");
  });

  it("replaces control characters, but leaves tabs and line ends", () => {
    expect(escapeHtml("a\u0000b\u001b[31m\tc\n\u0085")).to.equal("a\ufffdb\ufffd[31m\tc\n\ufffd");
  });
});
