// SPDX-License-Identifier: Apache-2.0

/// An open-addressing table from the hash of a name to an index; quicker than a dictionary, because hashes come made.
struct NameIndex {
    /// Slots hold a hash and an index + 1; 0 is free.
    private var slots: [(hash: UInt64, index: Int)] = Array(repeating: (0, 0), count: 64)
    private var used = 0

    mutating func removeAll() {
        guard used > 0 else { return }
        for at in slots.indices { slots[at] = (0, 0) }
        used = 0
    }

    /// The index under a hash for which `isSame` is true; nil where there is none.
    func find(_ hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        let mask = slots.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at].index != 0 {
            if slots[at].hash == hash, isSame(slots[at].index - 1) { return slots[at].index - 1 }
            at = (at + 1) & mask
        }
        return nil
    }

    /// Adds an index under a hash; several may share one.
    mutating func insert(_ hash: UInt64, _ index: Int) {
        if (used + 1) * 2 > slots.count { grow() }
        place(hash, index + 1)
        used += 1
    }

    private mutating func place(_ hash: UInt64, _ stored: Int) {
        let mask = slots.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at].index != 0 { at = (at + 1) & mask }
        slots[at] = (hash, stored)
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: (0, 0), count: old.count * 2)
        for slot in old where slot.index != 0 { place(slot.hash, slot.index) }
    }
}
