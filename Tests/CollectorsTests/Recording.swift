// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `RECORD_FIXTURES=1` rewrites what tests compare with, for a person to read the diff.
///
/// Such a run never passes.
enum Recording {
    static let isOn = ProcessInfo.processInfo.environment["RECORD_FIXTURES"] == "1"

    /// Writes a file, prints its name where its content is new, and fails the test.
    static func write(_ text: String, to file: URL) throws {
        if (try? String(contentsOf: file, encoding: .utf8)) != text {
            try text.write(to: file, atomically: true, encoding: .utf8)
            print("recorded \(file.path)")
        }
        Issue.record("recorded, run again without RECORD_FIXTURES: \(file.lastPathComponent)")
    }
}
