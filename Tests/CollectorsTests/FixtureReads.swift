// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing

/// Reads that fail or hang, as a fixture case's file `reads` has them.
final class FixtureReads: Sendable {
    /// The reads that hang; nil where there are none.
    let hangs: HangingReads?

    private let errors: [String: Int32]
    private let wanted: Set<String>
    private let asked = Mutex<Set<String>>([])

    init(_ fixture: FixtureCase, in folder: String) throws {
        var errors: [String: Int32] = [:]
        var hanging: Set<String> = []
        for line in fixture.lines("reads") {
            let words = line.split(separator: " ").map(String.init)
            try #require(words.count == 2, "not `path ERROR` or `path hangs`: \(line)")
            let path = folder + "/" + words[0]
            if words[1] == "hangs" {
                hanging.insert(path)
            } else {
                let error = try #require(Self.errorNames[words[1]], "no error: \(words[1])")
                errors[path] = error
            }
        }
        self.errors = errors
        wanted = hanging.union(errors.keys)
        hangs = hanging.isEmpty ? nil : HangingReads(hanging)
    }

    /// The conditions of `base`, and the failures of the case; those that hang are the driver's.
    func conditions(_ base: ReadConditions) -> ReadConditions {
        guard !wanted.isEmpty else { return base }
        return ReadConditions(longestRead: base.longestRead) { [self] path in
            if wanted.contains(path) { asked.withLock { _ = $0.insert(path) } }
            return errors[path] ?? base.failure?(path) ?? 0
        }
    }

    /// What the case names and nobody has read.
    var unasked: [String] {
        let seen = asked.withLock { $0 }
        return wanted.filter { !seen.contains($0) }.sorted()
    }

    /// The errors that files of the kernel are known to give.
    private static let errorNames: [String: Int32] = [
        "EACCES": EACCES, "EAGAIN": EAGAIN, "EBUSY": EBUSY, "EINVAL": EINVAL, "EIO": EIO, "ENODATA": ENODATA,
        "ENODEV": ENODEV, "ENOENT": ENOENT, "ENOMEM": ENOMEM, "ENXIO": ENXIO, "EOPNOTSUPP": EOPNOTSUPP,
        "EPERM": EPERM, "EREMOTEIO": EREMOTEIO, "ESRCH": ESRCH, "ETIMEDOUT": ETIMEDOUT,
    ]
}
