// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import Testing

@Suite("Paths with wildcards")
struct PathPatternTests {
    private func matches(_ pattern: String, in tree: TemporaryTree) -> [String] {
        PathPattern(tree[pattern]).matches().map { String($0.text.dropFirst(tree.path.utf8.count + 1)) }
    }

    @Test(
        "what matches comes sorted by bytes",
        arguments: [
            ("*.prom", ["B.prom", "a.prom", "b.prom"]), ("?.prom", ["B.prom", "a.prom", "b.prom"]),
            ("[ab].prom", ["a.prom", "b.prom"]), ("d/*", ["d/x"]), ("*/x", ["d/x"]), ("?", ["d"]),
        ])
    func wildcards(pattern: String, expected: [String]) throws {
        let tree = try TemporaryTree(["b.prom", "a.prom", "B.prom", ".hidden.prom", "d/x"])
        #expect(matches(pattern, in: tree) == expected)
    }

    @Test("a plain path, and a pattern that nothing matches, are themselves")
    func itself() throws {
        let tree = try TemporaryTree(["a"])
        for pattern in ["a", "none", "none*", "[a", ""] { #expect(matches(pattern, in: tree) == [pattern]) }
        #expect(PathPattern("/a*").source == "/a*")
    }

    @Test("a backslash takes a wildcard's meaning")
    func backslash() throws {
        let tree = try TemporaryTree(["a*b", "axb"])
        #expect(matches("a\\*b", in: tree) == ["a*b"])
        #expect(matches("a*b", in: tree) == ["a*b", "axb"])
    }
}
