// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelFiles

/// Files of a host whose root is seen in a folder.
@Suite("Files of the host")
struct HostFileTests {
    /// A root with links as hosts have them, and a file outside of it that no link may lead to.
    private func host() throws -> (tree: TemporaryTree, roots: Roots) {
        let tree = try TemporaryTree([
            "root/usr/lib/release": "inside", "root/etc/static/x": "", "usr/lib/release": "outside",
            "root/store/1/release": "store", "root/deep/a/b/c": "",
        ])
        for (path, target) in [
            ("root/etc/absolute", "/usr/lib/release"), ("root/etc/relative", "../usr/lib/release"),
            ("root/etc/chain", "/etc/static/release"), ("root/etc/static/release", "/store/1/release"),
            ("root/etc/above", "../../../../usr/lib/release"), ("root/etc/circle", "/etc/circle"),
            ("root/etc/nowhere", "/usr/lib/none"), ("root/lib", "/usr/lib"), ("root/up", "deep/a/b/.."),
            ("root/deep/a/back", "/etc/./static//release"),
        ] { try FileManager.default.createSymbolicLink(atPath: tree[path], withDestinationPath: target) }
        return (tree, Roots(rootfs: tree["root"]))
    }

    private static let paths: [(path: String, content: String?)] = [
        ("/usr/lib/release", "inside"), ("/etc/absolute", "inside"), ("/etc/relative", "inside"),
        ("/etc/chain", "store"), ("/etc/above", "inside"), ("/lib/release", "inside"), ("/up/back", "store"),
        ("/etc/nowhere", nil), ("/etc/circle", nil), ("/none", nil), ("/usr/lib/release/x", nil),
    ]

    private func content(_ body: () throws(KernelFileError) -> String) -> String? {
        do throws(KernelFileError) { return try body() } catch { return nil }
    }

    @Test("links mean the host's root, whether the kernel follows them or the agent", arguments: paths)
    func links(path: String, content wanted: String?) throws {
        let (tree, roots) = try host()
        let file = HostFile(path, in: roots)
        #expect(file.path == tree["root"] + path)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        let found = content { () throws(KernelFileError) in try reader.contents(of: file).text }
        #expect(found == wanted)
        // As where there is no openat2.
        let byHand = content { () throws(KernelFileError) in
            try reader.contents(ofPath: try file.resolved()).text
        }
        #expect(byHand == wanted)
        #expect((file.stamp != nil) == (wanted != nil))
        if wanted != nil {
            let resolved = try file.resolved()
            #expect(file.stamp == FileStamp(path: resolved))
        }
    }

    @Test("without a rootfs a path is what it is")
    func own() throws {
        let tree = try TemporaryTree(["a": "1"])
        let file = HostFile(tree["a"], in: Roots())
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        let found = try reader.contents(of: file).text
        #expect(found == "1")
        #expect(try file.resolved() == tree["a"])
        #expect(file.stamp == FileStamp(path: tree["a"]))
    }

    @Test("a file that is not there is missing, and the error names the path that was asked for")
    func missing() throws {
        let (tree, roots) = try host()
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        var caught: KernelFileError?
        do throws(KernelFileError) {
            _ = try reader.contents(of: HostFile("/etc/nowhere", in: roots))
        } catch { caught = error }
        #expect(caught == KernelFileError(.open, path: tree["root"] + "/etc/nowhere", errno: ENOENT))
    }
}
