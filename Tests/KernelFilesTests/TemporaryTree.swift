// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of its own with files in it, removed at the end of its life.
final class TemporaryTree {
    let path: String

    /// Empty files at these paths.
    convenience init(_ files: [String] = []) throws {
        try self.init(Dictionary(uniqueKeysWithValues: files.map { ($0, "") }))
    }

    /// Files at these paths with these contents.
    init(_ files: [String: String]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("kernel-files-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, content) in files { try write(name, content) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file in place, and the folders above it.
    func write(_ name: String, _ content: String) throws {
        try FileManager.default.createDirectory(
            atPath: (self[name] as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(content.utf8).write(to: URL(fileURLWithPath: self[name]))
    }

    /// The path of an entry.
    subscript(name: String) -> String { path + "/" + name }
}
