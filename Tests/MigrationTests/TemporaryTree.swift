// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder with made-up files, gone with its owner.
final class TemporaryTree {
    /// The folder's path.
    let path: String

    /// Files by their path below the folder.
    init(_ files: [String: String]) throws {
        path = NSTemporaryDirectory() + "host-exporter-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in files { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes one more file.
    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }
}
