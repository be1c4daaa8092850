// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What this host has done as an NFS server.
///
/// Source: /proc/net/rpc/nfsd, kernel fs/nfsd/stats.c.
struct NFSdCollector: Collector {
    typealias Metric = NFSdMetric

    static let descriptor = CollectorDescriptor(
        name: "nfsd", group: .filesystem, help: "What this host has done as an NFS server.",
        reads: ["/proc/net/rpc/nfsd"])

    /// Operations of version 4, of which several make a request; the first three have no meaning, and two are not shown.
    private static let version4: [StaticString] = [
        "", "", "", "Access", "Close", "Commit", "Create", "DelegPurge", "DelegReturn", "GetAttr", "GetFH", "Link",
        "Lock", "Lockt", "Locku", "Lookup", "LookupRoot", "Nverify", "Open", "OpenAttr", "OpenConfirm", "OpenDgrd",
        "PutFH", "", "", "Read", "ReadDir", "ReadLink", "Remove", "Rename", "Renew", "RestoreFH", "SaveFH", "SecInfo",
        "SetAttr", "SetClientID", "SetClientIDConfirm", "Verify", "Write", "RelLockOwner",
    ]
    private static let delegations = KeptLabels {
        $0.add("method", "WdelegGetattr")
        $0.add("proto", "4")
    }

    private let file: KernelFile
    private let lines = NFSdMetric.lines
    private let procedures = [
        NFSProcedures("proc2", version: "2", [""] + NFSProcedures.version2, least: 18),
        NFSProcedures("proc3", version: "3", [""] + NFSProcedures.version3, least: 22),
        NFSProcedures("proc4ops", version: "4", version4, least: 39),
    ]

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("net/rpc/nfsd"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there: nfsd is not loaded")
        }
        var seen = InlineArray<3, Bool>(repeating: false)
        // Kernels that do not count these have no delegations that could be asked for.
        var delegations: UInt64? = 0
        // What stands in a line whose name is spoilt is not known, and so not 0.
        var isNamed = true
        var isDelegationsSeen = false
        var good = 0
        var rows = ColumnLines(bytes)
        while let row = rows.next() {
            var words = row.fields
            guard let name = words.nextField() else { continue }
            var isGood = false
            if let line = lines.first(where: { name == $0.name }) {
                isGood = write(words, of: line, into: &writer)
            } else if let version = procedures.firstIndex(where: { name == $0.name }) {
                seen[version] = true
                isGood = procedures[version].write(words, as: .requests, into: &writer)
            } else if name == "wdeleg_getattr" {
                isDelegationsSeen = true
                delegations = words.nextUnsigned()
                isGood = delegations != nil
            } else if words.nextUnsigned() != nil {
                // A line that other kernels have.
                continue
            } else {
                isNamed = false
            }
            if isGood {
                good += 1
            } else {
                writer.loseItem("\(file.path): unexpected line \"\(row.line.upTo(64).text)\"")
            }
        }
        guard good > 0 else { throw .malformed(file.path, bytes) }
        for version in seen.indices where isNamed && !seen[version] {
            procedures[version].writeNone(as: .requests, into: &writer)
        }
        if let delegations, isNamed || isDelegationsSeen {
            writer.write(.requests, writer.labels(Self.delegations), delegations)
        }
        return .available
    }

    /// False where the line has fewer numbers than families, of which nothing is written.
    private func write(_ words: ByteScanner, of line: NFSdMetric.Line, into writer: inout Writer) -> Bool {
        var words = words
        var numbers = InlineArray<12, UInt64>(repeating: 0)
        for column in 0...line.lastColumn {
            guard let number = words.nextUnsigned() else { return false }
            numbers[column] = number
        }
        for column in line.columns {
            let number = numbers[column.number]
            if let extra = column.label {
                writer.write(column.metric, .none, extra: extra, number)
            } else {
                writer.write(column.metric, number)
            }
        }
        return true
    }
}
