// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The lines of unsaid-losses.txt for one collector: `collector path KIND,KIND`, where a star in the path stands for any
/// part of a name, and a kind is an error of a read or what was done to a file's content.
///
/// A line holds for all that it fits: where a collector takes one of them well, the line has to be narrower.
struct UnsaidLosses {
    let entries: Set<String>
    private let patterns: [(entry: String, path: Regex<Substring>, kinds: Set<String>)]

    /// Those lines that have one of these kinds.
    init(of collector: String, _ kinds: [String], in file: String = "unsaid-losses.txt") throws {
        var patterns: [(entry: String, path: Regex<Substring>, kinds: Set<String>)] = []
        for entry in try ReasonedList(file).entries where entry.hasPrefix(collector + " ") {
            let words = entry.split(separator: " ", omittingEmptySubsequences: false)
            try #require(words.count >= 3, "not `collector path KIND,KIND`: \(entry)")
            let own = Set(words[words.count - 1].split(separator: ",").map(String.init))
            guard !own.isDisjoint(with: kinds) else { continue }
            let parts = words[1..<(words.count - 1)].joined(separator: " ")
                .split(separator: "*", omittingEmptySubsequences: false)
                .map { NSRegularExpression.escapedPattern(for: String($0)) }
            patterns.append((entry, try Regex(parts.joined(separator: "[^/]*"), as: Substring.self), own))
        }
        self.patterns = patterns
        entries = Set(patterns.map(\.entry))
    }

    /// The line that says that this costs something unsaid; nil where none does.
    func entry(_ path: String, _ kind: String) -> String? {
        patterns.first { $0.kinds.contains(kind) && path.wholeMatch(of: $0.path) != nil }?.entry
    }
}
