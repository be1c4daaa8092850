// SPDX-License-Identifier: Apache-2.0

/// A name that is not known, to be compared with those that are.
///
/// Names are compared word by word (`collector`, `diskstats`, `device`, `exclude`), because long names that have most
/// words in common are not near for that: `collector.foo` does not stand for `collector.os`.
struct Misspelling {
    private static let slipLimit = 3

    private let name: [UInt8]
    private let words: [ArraySlice<UInt8>]

    init(_ name: String) {
        self.name = Array(name.utf8.prefix(64))
        words = Self.words(self.name)
    }

    /// How many slips of the keyboard (a letter missing, surplus or wrong, two exchanged) lead from a known name to
    /// this one; nil where these are more than can be a misspelling.
    func slips(from known: String) -> Int? {
        let known = Array(known.utf8)
        guard abs(known.count - name.count) <= Self.slipLimit else { return nil }
        let others = Self.words(known)
        var slips = 0
        if words.count == others.count {
            for (word, other) in zip(words, others) {
                guard let count = Self.slips(word, other) else { return nil }
                slips += count
            }
        } else {
            // A dot or dash is missing, surplus or wrong: what is behind the words in common counts as one word.
            let common = zip(words, others).prefix { $0 == $1 }.reduce(0) { $0 + $1.0.count + 1 }
            guard let count = Self.slips(name.dropFirst(common), known.dropFirst(common)) else { return nil }
            slips = count
        }
        return slips <= Self.slipLimit ? slips : nil
    }

    private static func words(_ name: [UInt8]) -> [ArraySlice<UInt8>] {
        name.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    /// The slips from one word to another; nil where that is more than one in four letters.
    ///
    /// A word of three letters may have one, a shorter one none.
    private static func slips(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int? {
        guard left != right else { return 0 }
        let longer = max(left.count, right.count)
        guard longer >= 3 else { return nil }
        let count = distance(Array(left), Array(right))
        return count <= max(1, longer / 4) ? count : nil
    }

    /// The distance of Damerau and Levenshtein, no place changed twice.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var above = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            for j in right.indices {
                var best = min(above[j] + (left[i] == right[j] ? 0 : 1), above[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, before[j - 1] + 1)
                }
                row.append(best)
            }
            before = above
            above = row
        }
        return above[right.count]
    }
}
