import { expect } from "chai";

import { canonicalXml } from "../../src/utils/canonicalXml.js";
import { parseXml } from "../../src/utils/xml.js";
import { decodeXml } from "../../src/utils/xmlBytes.js";
import { expectError } from "../trials/batches.js";

describe("canonicalXml", () => {
  it("is Exclusive XML Canonicalization, as Python's xml.etree.ElementTree.canonicalize has it", () => {
    const text =
      '<p:a xmlns:p="urn:p" xmlns="urn:d" xmlns:unused="urn:u" z="1" a="x &amp; &lt; &quot; &#9;t" p:b="2"><b xmlns:q="urn:q" q:c="3">text &gt; &amp; <![CDATA[<raw>]]></b><p:c/><d xmlns="" xml:lang="en"/><!-- no --></p:a>';
    expect(canonicalXml(parseXml(text))).to.equal(
      '<p:a xmlns:p="urn:p" a="x &amp; &lt; &quot; &#x9;t" z="1" p:b="2"><b xmlns="urn:d" xmlns:q="urn:q" q:c="3">text &gt; &amp; &lt;raw&gt;</b><p:c></p:c><d xml:lang="en"></d></p:a>',
    );
  });

  it("leaves out white space between elements, and keeps it in texts", () => {
    expect(canonicalXml(parseXml("<a>\r\n  <b> x\r\ny </b>\n</a>"))).to.equal("<a><b> x\ny </b></a>");
  });

  it("leaves out the elements that it is told to", () => {
    expect(canonicalXml(parseXml('<a x="1"><b/><c/></a>'), ({ local }) => local === "b")).to.equal(
      '<a x="1"><c></c></a>',
    );
  });
});

describe("parseXml", () => {
  it("resolves names, and gives attributes and texts", () => {
    const root = parseXml('<p:a xmlns:p="urn:p" x="1&#10;2" p:y="a\nb"><b>t&lt;<![CDATA[&lt;]]></b></p:a>');
    expect([root.prefix, root.local, root.namespace]).to.deep.equal(["p", "a", "urn:p"]);
    expect(root.attributes).to.deep.equal([
      { prefix: "", local: "x", namespace: undefined, value: "1\n2" },
      { prefix: "p", local: "y", namespace: "urn:p", value: "a b" },
    ]);
    expect(root.attribute("x")).to.equal("1\n2");
    expect(root.child("b")?.text).to.equal("t<&lt;");
    expect(root.child("c")).to.equal(undefined);
  });

  it("passes over a document type that only names a DTD, where it is told to, and nowhere else", async () => {
    for (const doctype of ['SYSTEM "a.dtd"', "PUBLIC '-//X' 'a.dtd'"]) {
      const text = `<!-- a > b --><?pi?>\n<!DOCTYPE a ${doctype}>\n<a/>`;
      expect(parseXml(text, {}, { ignoreExternalDoctype: true }).local).to.equal("a");
      await expectError(() => parseXml(text, { name: "f.xml" }), "XML_INVALID", "f.xml:2:1");
    }
  });

  it("says the line of what is wrong, below a document type too", async () => {
    const text = '<!DOCTYPE a\nSYSTEM "a.dtd">\n<a>\n<b></c></a>';
    await expectError(
      () => parseXml(text, { name: "f.xml" }, { ignoreExternalDoctype: true }),
      "XML_INVALID",
      "f.xml:4:4",
    );
  });
});

describe("decodeXml", () => {
  const text = '<?xml version="1.0" encoding="@"?><a>é</a>';

  it("reads the encoding that the declaration or the byte order mark names", () => {
    expect(decodeXml(Buffer.from(text.replace("@", "UTF-8")))).to.include("é");
    expect(decodeXml(Buffer.from(text.replace("@", "ISO-8859-1"), "latin1"))).to.include("é");
    expect(decodeXml(Buffer.from("\ufeff<a>é</a>", "utf16le"))).to.equal("<a>é</a>");
    expect(decodeXml(Buffer.from("<a>é</a>"))).to.equal("<a>é</a>");
  });

  it("refuses other encodings, and bytes that are not of the one named", async () => {
    await expectError(() => decodeXml(Buffer.from(text.replace("@", "EBCDIC"))), "XML_INVALID");
    await expectError(() => decodeXml(Buffer.from(text.replace("@", "UTF-8"), "latin1")), "XML_INVALID");
  });
});
