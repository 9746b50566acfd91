/** Bytes of a hash. */
const HASH = 32;

/** No entry. */
export const NONE = -1;

/**
 * Numbers by 32-byte hash, in flat arrays: about 45 bytes for each. Each hash that is added gets the next number from 0. The hashes are
 * keccak256, so their first bits serve as they are.
 */
export class HashTable {
  private hashes: Uint8Array<ArrayBuffer>;
  private slots: Int32Array<ArrayBuffer>;
  private count = 0;

  constructor(capacity = 1024) {
    this.hashes = new Uint8Array(capacity * HASH);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * capacity))).fill(NONE);
  }

  /** Number of hashes. */
  get size(): number {
    return this.count;
  }

  /** The number of a hash, {@link NONE} where it is not there. */
  find(hash: Uint8Array): number {
    return this.slots[this.slotOf(hash, 0)]!;
  }

  /** Adds a hash that may be there already, and gives its number. */
  add(hash: Uint8Array): number {
    const slot = this.slotOf(hash, 0);
    const known = this.slots[slot]!;
    if (known !== NONE) return known;
    this.hashes.set(hash, this.count * HASH);
    this.slots[slot] = this.count;
    if (2 * ++this.count > this.slots.length) this.grow();
    else if (this.count * HASH === this.hashes.length) this.growHashes();
    return this.count - 1;
  }

  private slotOf(hashes: Uint8Array, offset: number): number {
    const mask = this.slots.length - 1;
    const first =
      (hashes[offset]! << 24) | (hashes[offset + 1]! << 16) | (hashes[offset + 2]! << 8) | hashes[offset + 3]!;
    for (let slot = (first >>> 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]!;
      if (entry === NONE || this.isAt(entry, hashes, offset)) return slot;
    }
  }

  private isAt(entry: number, hashes: Uint8Array, offset: number): boolean {
    const start = entry * HASH;
    for (let i = 0; i < HASH; i++) if (this.hashes[start + i] !== hashes[offset + i]) return false;
    return true;
  }

  private grow(): void {
    if (this.count * HASH === this.hashes.length) this.growHashes();
    this.slots = new Int32Array(2 * this.slots.length).fill(NONE);
    for (let entry = 0; entry < this.count; entry++) this.slots[this.slotOf(this.hashes, entry * HASH)] = entry;
  }

  private growHashes(): void {
    const grown = new Uint8Array(2 * this.hashes.length);
    grown.set(this.hashes);
    this.hashes = grown;
  }
}
