// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Where the interface of a number stands in a list of interfaces, for dumps that name interfaces by number.
///
/// Kept: as long as the numbers stay the same nothing is sorted again.
struct LinkPositions {
    private struct Entry {
        let index: Int32
        let position: Int
    }

    /// By number.
    private var entries: [Entry] = []
    /// The numbers in the order of the list.
    private var known: [Int32] = []

    /// Takes the interfaces of this scrape.
    mutating func update(_ links: [Link]) {
        if known.count == links.count, zip(known, links).allSatisfy({ $0 == $1.index }) { return }
        known.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        for (position, link) in links.enumerated() {
            known.append(link.index)
            entries.append(Entry(index: link.index, position: position))
        }
        entries.sort { $0.index < $1.index }
    }

    /// The place of the interface of a number in the list; nil where it is not there.
    func position(of index: Int32) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low &+ high) / 2
            if entries[middle].index < index { low = middle &+ 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].index == index else { return nil }
        return entries[low].position
    }
}
