// SPDX-License-Identifier: Apache-2.0

/// An open-addressing table from the hash of a series to the number of its row.
///
/// Keeps its memory when emptied.
struct SeriesIndex {
    /// Slots hold hash and row + 1; 0 is free.
    private var slots: [(hash: UInt32, row: UInt32)] = []
    private var used = 0

    var isEmpty: Bool { used == 0 }

    mutating func removeAll() {
        guard used > 0 else { return }
        for at in slots.indices { slots[at] = (0, 0) }
        used = 0
    }

    /// Inserts a row unless `isSame` finds its series in another one; false where it does.
    mutating func insert(hash: UInt64, row: Int, isSame: (Int) -> Bool) -> Bool {
        if (used + 1) * 4 > slots.count * 3 { grow() }
        let short = UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
        let mask = slots.count - 1
        var at = Int(short) & mask
        while slots[at].row != 0 {
            if slots[at].hash == short, isSame(Int(slots[at].row) - 1) { return false }
            at = (at + 1) & mask
        }
        slots[at] = (short, UInt32(truncatingIfNeeded: row + 1))
        used += 1
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: (0, 0), count: max(4, old.count * 2))
        let mask = slots.count - 1
        for slot in old where slot.row != 0 {
            var at = Int(slot.hash) & mask
            while slots[at].row != 0 { at = (at + 1) & mask }
            slots[at] = slot
        }
    }
}

/// A quick hash for short byte strings, eight bytes at a step.
enum ByteHash {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: bytes.count)
        var at = 0
        while at &+ 8 <= bytes.count {
            hash = mix(hash ^ (unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
            at &+= 8
        }
        var tail: UInt64 = 0
        while at < bytes.count {
            tail = unsafe tail << 8 | UInt64(bytes[at])
            at &+= 1
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }
}
