// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What this host has asked of NFS servers.
///
/// Source: /proc/net/rpc/nfs, kernel net/sunrpc/stats.c.
struct NFSCollector: Collector {
    enum Metric: Int, FamilyKey {
        case packets, connections, rpcs, retransmissions, authenticationRefreshes, requests

        var family: MetricFamily {
            switch self {
            case .packets:
                .counter("node_nfs_packets_total", ["protocol"], "Packets sent and received; newer kernels give 0.")
            case .connections:
                .counter("node_nfs_connections_total", [], "TCP connections made; newer kernels give 0.")
            case .rpcs: .counter("node_nfs_rpcs_total", [], "Calls to servers.")
            case .retransmissions: .counter("node_nfs_rpc_retransmissions_total", [], "Calls that were sent again.")
            case .authenticationRefreshes:
                .counter("node_nfs_rpc_authentication_refreshes_total", [], "Times that credentials were renewed.")
            case .requests:
                .counter(
                    "node_nfs_requests_total", ["method", "proto"], "Requests by version of the protocol and procedure."
                )
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "nfs", group: .filesystem, help: "What this host has asked of NFS servers.",
        reads: ["/proc/net/rpc/nfs"])

    private static let version4: [StaticString] = [
        "Null", "Read", "Write", "Commit", "Open", "OpenConfirm", "OpenNoattr", "OpenDowngrade", "Close", "Setattr",
        "FsInfo", "Renew", "SetClientID", "SetClientIDConfirm", "Lock", "Lockt", "Locku", "Access", "Getattr", "Lookup",
        "LookupRoot", "Remove", "Rename", "Link", "Symlink", "Create", "Pathconf", "StatFs", "ReadLink", "ReadDir",
        "ServerCaps", "DelegReturn", "GetACL", "SetACL", "FsLocations", "ReleaseLockowner", "Secinfo", "FsidPresent",
        "ExchangeID", "CreateSession", "DestroySession", "Sequence", "GetLeaseTime", "ReclaimComplete",
        "GetDeviceInfo", "LayoutGet", "LayoutCommit", "LayoutReturn", "SecinfoNoName", "TestStateID", "FreeStateID",
        "GetDeviceList", "BindConnToSession", "DestroyClientID", "Seek", "Allocate", "DeAllocate", "LayoutStats",
        "Clone",
    ]

    private let file: KernelFile
    private let procedures = [
        NFSProcedures("proc2", version: "2", ["Null"] + NFSProcedures.version2, least: 18),
        NFSProcedures("proc3", version: "3", ["Null"] + NFSProcedures.version3, least: 22),
        NFSProcedures("proc4", version: "4", version4, least: 0),
    ]

    init(context: CollectorContext) {
        file = KernelFile(context.roots.proc("net/rpc/nfs"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else {
            return .noKernelFeature("\(file.path) is not there: nfs is not loaded")
        }
        var seen = InlineArray<3, Bool>(repeating: false)
        // What stands in a line whose name is spoilt is not known, and so not 0.
        var isNamed = true
        var good = 0
        var rows = ColumnLines(bytes)
        while let row = rows.next() {
            var words = row.fields
            guard let name = words.nextField() else { continue }
            var isGood = false
            if name == "net" {
                isGood = writeNetwork(words, into: &writer)
            } else if name == "rpc" {
                isGood = writeCalls(words, into: &writer)
            } else if let version = procedures.firstIndex(where: { name == $0.name }) {
                seen[version] = true
                isGood = procedures[version].write(words, as: .requests, into: &writer)
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
        return .available
    }

    /// Packets of all kinds, of UDP, of TCP, and TCP connections.
    private func writeNetwork(_ words: ByteScanner, into writer: inout Writer) -> Bool {
        var words = words
        guard words.nextUnsigned() != nil, let udp = words.nextUnsigned(), let tcp = words.nextUnsigned(),
            let connections = words.nextUnsigned()
        else { return false }
        writer.write(.packets, .none, extra: ("protocol", "udp"), udp)
        writer.write(.packets, .none, extra: ("protocol", "tcp"), tcp)
        writer.write(.connections, connections)
        return true
    }

    private func writeCalls(_ words: ByteScanner, into writer: inout Writer) -> Bool {
        var words = words
        guard let calls = words.nextUnsigned(), let again = words.nextUnsigned(), let refreshes = words.nextUnsigned()
        else { return false }
        writer.write(.rpcs, calls)
        writer.write(.retransmissions, again)
        writer.write(.authenticationRefreshes, refreshes)
        return true
    }
}
