// SPDX-License-Identifier: Apache-2.0

import Exposition
import KernelFiles

/// A line of /proc/net/rpc/nfs or nfsd with a count for each procedure: `proc3 22 0 1061909262 ...`.
///
/// Behind the line's name comes how many counts there are. Kernels know more and more procedures, of which those that
/// have no name here are left out; what a kernel does not know it has never done.
///
/// Source: kernel net/sunrpc/stats.c and fs/nfsd/stats.c.
struct NFSProcedures {
    /// The procedures of version 2 of the protocol, but for the first, which does nothing.
    static let version2: [StaticString] = [
        "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write", "Create", "Remove", "Rename",
        "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
    ]
    /// The same of version 3.
    static let version3: [StaticString] = [
        "GetAttr", "SetAttr", "Lookup", "Access", "ReadLink", "Read", "Write", "Create", "MkDir", "SymLink", "MkNod",
        "Remove", "RmDir", "Rename", "Link", "ReadDir", "ReadDirPlus", "FsStat", "FsInfo", "PathConf", "Commit",
    ]

    /// The name of the line.
    let name: StaticString
    /// The labels of the procedures in their order; nil for one that is not shown.
    private let labels: [KeptLabels?]
    /// Fewer counts than this the kernel has never written.
    private let least: Int

    /// A line of a version of the protocol; a procedure without a name is not shown.
    init(_ name: StaticString, version: StaticString, _ methods: [StaticString], least: Int) {
        self.name = name
        self.least = least
        labels = methods.map { method in
            if method.utf8CodeUnitCount == 0 { return nil }
            return KeptLabels {
                $0.add("method", method)
                $0.add("proto", version)
            }
        }
    }

    /// Writes the counts behind the line's name; false where the line is not whole, of which nothing is written.
    func write<Key: FamilyKey>(_ counts: ByteScanner, as key: Key, into writer: inout MetricWriter<Key>) -> Bool {
        var ahead = counts
        guard let announced = ahead.nextUnsigned(), announced >= UInt64(least) else { return false }
        let start = ahead
        var found: UInt64 = 0
        while let word = ahead.nextField() {
            guard word.unsigned != nil else { return false }
            found += 1
        }
        guard found == announced else { return false }
        var words = start
        for labels in labels {
            let count = words.nextUnsigned() ?? 0
            if let labels { writer.write(key, writer.labels(labels), count) }
        }
        return true
    }

    /// Writes that nothing was done, for a version of the protocol that the kernel does not have.
    func writeNone<Key: FamilyKey>(as key: Key, into writer: inout MetricWriter<Key>) {
        for labels in labels {
            if let labels { writer.write(key, writer.labels(labels), 0) }
        }
    }
}
