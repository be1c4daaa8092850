// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A list of exceptions beside the tests: a comment says why, and the lines up to the next comment are what it holds for.
struct ReasonedList {
    let entries: Set<String>

    init(_ file: String) throws {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(file)
        var entries: Set<String> = []
        var reason = ""
        var isComment = false
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init) {
            if line.hasPrefix("#") {
                let text = line.dropFirst().trimmingCharacters(in: .whitespaces)
                reason = isComment ? reason + " " + text : text
                isComment = true
                continue
            }
            isComment = false
            #expect(!reason.isEmpty, "\(file): no reason for \(line)")
            #expect(entries.insert(line).inserted, "\(file): \(line) stands there twice")
        }
        self.entries = entries
    }
}
