// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    /// Its path, short enough for the name of a socket.
    let path: String

    init() throws {
        path = "/tmp/host-exporter-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult func write(_ name: String, _ text: String) throws -> String {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        return url.path
    }
}
