import { createDecipheriv, createECDH, createHmac, randomBytes } from "node:crypto";

import { expect } from "chai";

import {
  createReaderKeyPair,
  EnvelopeError,
  openRecord,
  sealRecord,
  shareRecord,
  type ReaderKeyPair,
  type SealedKey,
  type SealedRecord,
} from "../../src/consent/envelope.js";

const COMMITMENT = `0x${"5a".repeat(32)}`;
const record = new TextEncoder().encode('{"resourceType":"Observation","valueQuantity":{"value":1.00}}');

/**
 * HPKE base mode with DHKEM(P-256, HKDF-SHA256) and HKDF-SHA256, opened step by step as RFC 9180 writes it (sections 4.1 and
 * 5.1), with node:crypto's primitives.
 */
function openByRfc9180(
  keyBytes: 16 | 32,
  privateKey: Buffer,
  enc: Buffer,
  info: Buffer,
  aad: Buffer,
  sealed: Buffer,
): Buffer {
  const i2osp = (value: number, length: number) => {
    const bytes = Buffer.alloc(length);
    bytes.writeUIntBE(value, 0, length);
    return bytes;
  };
  const hmac = (key: Buffer, ...parts: Buffer[]) => createHmac("sha256", key).update(Buffer.concat(parts)).digest();
  const extract = (suite: Buffer, salt: Buffer, label: string, ikm: Buffer) =>
    hmac(salt, Buffer.from("HPKE-v1"), suite, Buffer.from(label), ikm);
  const expand = (suite: Buffer, prk: Buffer, label: string, context: Buffer, length: number) =>
    // No output here is longer than a hash, so HKDF-Expand is its first block.
    hmac(prk, i2osp(length, 2), Buffer.from("HPKE-v1"), suite, Buffer.from(label), context, i2osp(1, 1)).subarray(
      0,
      length,
    );

  const none = Buffer.alloc(0);
  const kem = Buffer.concat([Buffer.from("KEM"), i2osp(0x0010, 2)]);
  const aead = keyBytes === 16 ? 0x0001 : 0x0002;
  const hpke = Buffer.concat([Buffer.from("HPKE"), i2osp(0x0010, 2), i2osp(0x0001, 2), i2osp(aead, 2)]);

  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(privateKey);
  const kemContext = Buffer.concat([enc, ecdh.getPublicKey()]);
  const eaePrk = extract(kem, none, "eae_prk", ecdh.computeSecret(enc));
  const sharedSecret = expand(kem, eaePrk, "shared_secret", kemContext, 32);

  const context = Buffer.concat([
    i2osp(0, 1),
    extract(hpke, none, "psk_id_hash", none),
    extract(hpke, none, "info_hash", info),
  ]);
  const secret = extract(hpke, sharedSecret, "secret", none);
  const key = expand(hpke, secret, "key", context, keyBytes);
  const nonce = expand(hpke, secret, "base_nonce", context, 12);

  const decipher = createDecipheriv(keyBytes === 16 ? "aes-128-gcm" : "aes-256-gcm", key, nonce);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

async function failure(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    expect(error).to.be.instanceOf(EnvelopeError);
    return (error as EnvelopeError).code;
  }
  return expect.fail("nothing was refused");
}

function flipped(bytes: Uint8Array, index = 0): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}

describe("envelope", () => {
  let hospital: ReaderKeyPair;
  let laboratory: ReaderKeyPair;
  let stranger: ReaderKeyPair;
  let sealed: { record: SealedRecord; keys: SealedKey[] };

  before(async () => {
    [hospital, laboratory, stranger] = await Promise.all([
      createReaderKeyPair(),
      createReaderKeyPair(),
      createReaderKeyPair(),
    ]);
    sealed = await sealRecord(record, COMMITMENT, [hospital.publicKey, laboratory.publicKey]);
  });

  it("opens for every reader and for nobody else", async () => {
    expect(await openRecord(sealed.record, sealed.keys, hospital)).to.deep.equal(record);
    expect(await openRecord(sealed.record, sealed.keys, laboratory)).to.deep.equal(record);
    expect(await failure(openRecord(sealed.record, sealed.keys, stranger))).to.equal("NOT_SHARED");
  });

  it("does not hold the record in the clear, and is another ciphertext each time", async () => {
    expect(Buffer.from(sealed.record.ciphertext).includes("Observation")).to.equal(false);
    const again = await sealRecord(record, COMMITMENT, []);
    expect(again.record.ciphertext).not.to.deep.equal(sealed.record.ciphertext);
  });

  it("is shared again without the ciphertext", async () => {
    const shared = await shareRecord(COMMITMENT, sealed.keys, hospital, stranger.publicKey);
    expect(await openRecord(sealed.record, [...sealed.keys, shared], stranger)).to.deep.equal(record);
    expect(await failure(shareRecord(COMMITMENT, [], hospital, stranger.publicKey))).to.equal("NOT_SHARED");
  });

  it("is erased by destroying its keys", async () => {
    expect(await failure(openRecord(sealed.record, [], hospital))).to.equal("NOT_SHARED");
  });

  it("refuses a private key that is not the reader's", async () => {
    const impostor = { publicKey: hospital.publicKey, privateKey: stranger.privateKey };
    expect(await failure(openRecord(sealed.record, sealed.keys, impostor))).to.equal("KEY_WRONG");
  });

  it("refuses a key of another record, and a changed key", async () => {
    const other = await sealRecord(record, `0x${"5b".repeat(32)}`, [hospital.publicKey]);
    expect(await failure(openRecord(sealed.record, other.keys, hospital))).to.equal("KEY_WRONG");
    const changed = sealed.keys.map((key) => ({ ...key, ciphertext: flipped(key.ciphertext) }));
    expect(await failure(openRecord(sealed.record, changed, hospital))).to.equal("KEY_WRONG");
  });

  it("refuses a changed ciphertext, tag, or IV, and a key that opens but is not the record's", async () => {
    const { ciphertext, iv } = sealed.record;
    const changes: Partial<SealedRecord>[] = [
      { ciphertext: flipped(ciphertext) },
      { ciphertext: flipped(ciphertext, ciphertext.length - 1) },
      { ciphertext: ciphertext.subarray(0, 8) },
      { iv: flipped(iv) },
    ];
    for (const change of changes) {
      expect(await failure(openRecord({ ...sealed.record, ...change }, sealed.keys, hospital))).to.equal(
        "RECORD_CHANGED",
      );
    }
    const twin = await sealRecord(record, COMMITMENT, [hospital.publicKey]);
    expect(await failure(openRecord(sealed.record, twin.keys, hospital))).to.equal("RECORD_CHANGED");
  });

  it("refuses keys and commitments that are none", async () => {
    expect(await failure(sealRecord(record, COMMITMENT, [new Uint8Array(65)]))).to.equal("KEY_INVALID");
    expect(await failure(sealRecord(record, COMMITMENT, [hospital.privateKey]))).to.equal("KEY_INVALID");
    expect(await failure(sealRecord(record, "0x5a", [hospital.publicKey]))).to.equal("COMMITMENT_INVALID");
    const broken = { ...hospital, privateKey: new Uint8Array(5) };
    expect(await failure(openRecord(sealed.record, sealed.keys, broken))).to.equal("KEY_INVALID");
  });

  describe("beside RFC 9180", () => {
    const hex = (text: string) => Buffer.from(text, "hex");

    it("the steps above open the RFC's vector A.3.1", () => {
      const opened = openByRfc9180(
        16,
        hex("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2"),
        hex(
          "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
        ),
        hex("4f6465206f6e2061204772656369616e2055726e"),
        hex("436f756e742d30"),
        hex("5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434"),
      );
      expect(opened.toString()).to.equal("Beauty is truth, truth beauty");
    });

    it("the same steps open what sealRecord seals, with AES-256-GCM", () => {
      const [key] = sealed.keys;
      if (key === undefined) return expect.fail("no key was sealed");
      const commitment = hex(COMMITMENT.slice(2));
      const contentKey = openByRfc9180(
        32,
        Buffer.from(hospital.privateKey),
        Buffer.from(key.encapsulation),
        Buffer.from("CareProof content key v1"),
        commitment,
        Buffer.from(key.ciphertext),
      );
      expect(contentKey).to.have.length(32);
      const decipher = createDecipheriv("aes-256-gcm", contentKey, sealed.record.iv);
      decipher.setAAD(commitment);
      decipher.setAuthTag(sealed.record.ciphertext.subarray(-16));
      const plain = Buffer.concat([decipher.update(sealed.record.ciphertext.subarray(0, -16)), decipher.final()]);
      expect(new Uint8Array(plain)).to.deep.equal(record);
    });
  });

  it("seals a record of some megabytes", async () => {
    const large = new Uint8Array(randomBytes(4 * 1024 * 1024));
    const { record: kept, keys } = await sealRecord(large, COMMITMENT, [hospital.publicKey]);
    expect(Buffer.compare(await openRecord(kept, keys, hospital), large)).to.equal(0);
  });
});
