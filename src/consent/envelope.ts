/**
 * Encryption of a record for whoever may read it, apart from where it is kept.
 *
 * A random content key encrypts the record once (AES-256-GCM, bound to the record's commitment). The content key is sealed to
 * the public key of each reader with HPKE (RFC 9180, base mode): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, the suite
 * that every WebCrypto has. To share again is to seal the content key once more; the ciphertext stays as it is. To erase is to
 * destroy every sealed key, after which nobody can read the ciphertext, and the salt, after which nobody can match it.
 *
 * Base mode does not say who sealed. That a record is its author's is proved by its commitment, which the author anchored. A
 * reader who could read once can keep what was read: a revocation ends what the holder hands out, not what was handed out.
 */

import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { getBytes, hexlify, isHexString } from "ethers";

import { CareProofError } from "../errors.js";

/** Keys of a reader of records. */
export interface ReaderKeyPair {
  /** Uncompressed P-256 point (SEC 1): 65 bytes that begin with 4. */
  readonly publicKey: Uint8Array;
  /** P-256 scalar, big endian: 32 bytes. */
  readonly privateKey: Uint8Array;
}

/** A record that is encrypted once for all readers. */
export interface SealedRecord {
  /** The record's commitment, 0x-hex of 32 bytes. It is authenticated with the ciphertext. */
  readonly commitment: string;
  /** 12 random bytes. */
  readonly iv: Uint8Array;
  /** AES-256-GCM ciphertext followed by its tag of 16 bytes. */
  readonly ciphertext: Uint8Array;
}

/** The content key of a record, sealed to one reader. */
export interface SealedKey {
  /** SHA-256 of the reader's public key, 0x-hex: which of several sealed keys is whose. */
  readonly reader: string;
  /** The encapsulated key of HPKE: 65 bytes. */
  readonly encapsulation: Uint8Array;
  /** The content key under it, with its tag: 48 bytes. */
  readonly ciphertext: Uint8Array;
}

/** A record that cannot be sealed or opened. */
export class EnvelopeError extends CareProofError {
  override readonly name = "EnvelopeError";

  constructor(
    /**
     * `KEY_INVALID`: not a P-256 key. `COMMITMENT_INVALID`: not 32 bytes. `NOT_SHARED`: no sealed key is for this reader.
     * `KEY_WRONG`: the sealed key does not open with this private key, or was sealed for another record. `RECORD_CHANGED`: the
     * ciphertext, its IV or its commitment is not what was sealed.
     */
    code: "KEY_INVALID" | "COMMITMENT_INVALID" | "NOT_SHARED" | "KEY_WRONG" | "RECORD_CHANGED",
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, undefined, options);
  }
}

const CONTENT_KEY_BYTES = 32;
const IV_BYTES = 12;

/** HPKE's `info`: a content key that is sealed for anything else does not open here. */
const INFO = new TextEncoder().encode("CareProof content key v1");

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** New random keys for a reader. */
export async function createReaderKeyPair(): Promise<ReaderKeyPair> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)),
    privateKey: new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey)),
  };
}

/**
 * Encrypts `record` for `readers`, who are named by their public keys. Whoever keeps the record, to share it later, must be one
 * of them.
 *
 * Throws {@link EnvelopeError} `COMMITMENT_INVALID` or `KEY_INVALID`.
 */
export async function sealRecord(
  record: Uint8Array,
  commitment: string,
  readers: readonly Uint8Array[],
): Promise<{ record: SealedRecord; keys: SealedKey[] }> {
  const additionalData = commitmentBytes(commitment);
  const contentKey = globalThis.crypto.getRandomValues(new Uint8Array(CONTENT_KEY_BYTES));
  const iv = globalThis.crypto.getRandomValues(new Uint8Array(IV_BYTES));
  try {
    const ciphertext = await globalThis.crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData },
      await importContentKey(contentKey, "encrypt"),
      new Uint8Array(record),
    );
    const keys = await Promise.all(readers.map((reader) => sealKey(contentKey, additionalData, reader)));
    return { record: { commitment: hexlify(additionalData), iv, ciphertext: new Uint8Array(ciphertext) }, keys };
  } finally {
    contentKey.fill(0);
  }
}

/**
 * The record, for a reader to whom one of `keys` is sealed. The caller still checks it against its commitment.
 *
 * Throws {@link EnvelopeError} `NOT_SHARED`, `KEY_WRONG`, `RECORD_CHANGED`, `KEY_INVALID` or `COMMITMENT_INVALID`.
 */
export async function openRecord(
  record: SealedRecord,
  keys: readonly SealedKey[],
  reader: ReaderKeyPair,
): Promise<Uint8Array> {
  const additionalData = commitmentBytes(record.commitment);
  const contentKey = await openKey(additionalData, keys, reader);
  try {
    const plain = await globalThis.crypto.subtle.decrypt(
      { name: "AES-GCM", iv: new Uint8Array(record.iv), additionalData },
      await importContentKey(contentKey, "decrypt"),
      new Uint8Array(record.ciphertext),
    );
    return new Uint8Array(plain);
  } catch (cause) {
    throw new EnvelopeError("RECORD_CHANGED", "the encrypted record is not what was sealed", { cause });
  } finally {
    contentKey.fill(0);
  }
}

/**
 * Seals the content key of a record to one more reader: what the holder does when a consent is granted. `holder` is a reader to
 * whom one of `keys` is sealed. The encrypted record is not touched, nor needed.
 *
 * Throws {@link EnvelopeError} `NOT_SHARED`, `KEY_WRONG`, `KEY_INVALID` or `COMMITMENT_INVALID`.
 */
export async function shareRecord(
  commitment: string,
  keys: readonly SealedKey[],
  holder: ReaderKeyPair,
  reader: Uint8Array,
): Promise<SealedKey> {
  const additionalData = commitmentBytes(commitment);
  const contentKey = await openKey(additionalData, keys, holder);
  try {
    return await sealKey(contentKey, additionalData, reader);
  } finally {
    contentKey.fill(0);
  }
}

async function sealKey(contentKey: Uint8Array, commitment: Uint8Array, reader: Uint8Array): Promise<SealedKey> {
  const recipientPublicKey = await importKey(reader, true);
  const { enc, ct } = await suite.seal(
    { recipientPublicKey, info: INFO },
    new Uint8Array(contentKey),
    new Uint8Array(commitment),
  );
  return { reader: await readerId(reader), encapsulation: new Uint8Array(enc), ciphertext: new Uint8Array(ct) };
}

async function openKey(
  commitment: Uint8Array,
  keys: readonly SealedKey[],
  reader: ReaderKeyPair,
): Promise<Uint8Array<ArrayBuffer>> {
  const recipientKey = await importKey(reader.privateKey, false);
  const id = await readerId(reader.publicKey);
  const sealed = keys.find((key) => key.reader.toLowerCase() === id);
  if (sealed === undefined) throw new EnvelopeError("NOT_SHARED", "the record is not shared with this reader");
  try {
    const enc = new Uint8Array(sealed.encapsulation);
    const plain = await suite.open(
      { recipientKey, enc, info: INFO },
      new Uint8Array(sealed.ciphertext),
      new Uint8Array(commitment),
    );
    return new Uint8Array(plain);
  } catch (cause) {
    const message = "the sealed key does not open: another private key, another record, or it was changed";
    throw new EnvelopeError("KEY_WRONG", message, { cause });
  }
}

async function importKey(key: Uint8Array, isPublic: boolean): Promise<CryptoKey> {
  try {
    return await suite.kem.importKey("raw", new Uint8Array(key).buffer, isPublic);
  } catch (cause) {
    const what = isPublic ? "public key: 65 bytes, an uncompressed point" : "private key: 32 bytes";
    throw new EnvelopeError("KEY_INVALID", `not a P-256 ${what}`, { cause });
  }
}

function importContentKey(key: Uint8Array, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return globalThis.crypto.subtle.importKey("raw", new Uint8Array(key), "AES-GCM", false, [usage]);
}

async function readerId(publicKey: Uint8Array): Promise<string> {
  return hexlify(new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", new Uint8Array(publicKey))));
}

function commitmentBytes(commitment: string): Uint8Array<ArrayBuffer> {
  if (!isHexString(commitment, 32)) throw new EnvelopeError("COMMITMENT_INVALID", "a commitment is 0x-hex of 32 bytes");
  return new Uint8Array(getBytes(commitment));
}
