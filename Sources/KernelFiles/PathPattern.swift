// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A path that may hold wildcards, as the shell and glob(7) have them.
public struct PathPattern: Sendable {
    /// The pattern as given.
    public let source: String
    private let path: RawPath
    /// The path itself, which is the answer where there is nothing to match.
    private let itself: [RawPath]
    private let hasWildcards: Bool

    /// A pattern or a plain path.
    public init(_ source: String) {
        self.source = source
        path = RawPath(source)
        itself = [path]
        hasWildcards = source.utf8.contains { "*?[\\".utf8.contains($0) }
    }

    /// What is there that matches, sorted by bytes; the path itself where there are no wildcards or nothing matches.
    public func matches() -> [RawPath] {
        guard hasWildcards else { return itself }
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        let result = unsafe path.withPointer { unsafe glob($0, 0, nil, &found) }
        guard result == 0, let first = unsafe found.gl_pathv else { return itself }
        var paths: [RawPath] = []
        for index in 0..<Int(unsafe found.gl_pathc) {
            guard let text = unsafe first[index] else { continue }
            let length = unsafe strlen(text)
            paths.append(unsafe RawPath(UnsafeRawBufferPointer(start: text, count: length)))
        }
        return paths
    }
}
