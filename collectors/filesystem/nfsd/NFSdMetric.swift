// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families of the nfsd collector.
enum NFSdMetric: Int, FamilyKey {
    case replyCacheHits, replyCacheMisses, replyCacheNocache, fileHandlesStale, diskBytesRead, diskBytesWritten
    case serverThreads, readAheadCacheSize, readAheadCacheNotFound, packets, connections, serverRPCs, rpcErrors,
        requests

    /// A column of a line that is shown.
    struct Column {
        /// Counted from 0 behind the line's name, at most 11.
        let number: Int
        let metric: NFSdMetric
        let label: (name: StaticString, value: StaticString)?

        init(_ number: Int, _ metric: NFSdMetric, _ label: (name: StaticString, value: StaticString)? = nil) {
            self.number = number
            self.metric = metric
            self.label = label
        }
    }

    /// A line that begins with this name.
    struct Line {
        let name: StaticString
        let columns: [Column]
        let lastColumn: Int

        init(_ name: StaticString, _ columns: Column...) {
            self.name = name
            self.columns = columns
            lastColumn = columns.map(\.number).max() ?? 0
        }
    }

    /// The lines of plain numbers; made anew at each use.
    static var lines: [Line] {
        [
            Line("rc", Column(0, .replyCacheHits), Column(1, .replyCacheMisses), Column(2, .replyCacheNocache)),
            Line("fh", Column(0, .fileHandlesStale)),
            Line("io", Column(0, .diskBytesRead), Column(1, .diskBytesWritten)),
            Line("th", Column(0, .serverThreads)),
            Line("ra", Column(0, .readAheadCacheSize), Column(11, .readAheadCacheNotFound)),
            Line(
                "net", Column(1, .packets, ("proto", "udp")), Column(2, .packets, ("proto", "tcp")),
                Column(3, .connections)),
            Line(
                "rpc", Column(0, .serverRPCs), Column(2, .rpcErrors, ("error", "fmt")),
                Column(3, .rpcErrors, ("error", "auth")), Column(4, .rpcErrors, ("error", "cInt"))),
        ]
    }

    var family: MetricFamily {
        switch self {
        case .replyCacheHits:
            counter("reply_cache_hits_total", "Requests that were answered from the cache of replies.")
        case .replyCacheMisses:
            counter("reply_cache_misses_total", "Requests whose reply was put into the cache of replies.")
        case .replyCacheNocache:
            counter("reply_cache_nocache_total", "Requests whose reply need not be in the cache of replies.")
        case .fileHandlesStale: counter("file_handles_stale_total", "Requests for files that are gone.")
        case .diskBytesRead: counter("disk_bytes_read_total", "Data read from files.")
        case .diskBytesWritten: counter("disk_bytes_written_total", "Data written to files.")
        case .serverThreads: .gauge("node_nfsd_server_threads", [], "Threads of the server.")
        case .readAheadCacheSize:
            .gauge(
                "node_nfsd_read_ahead_cache_size_blocks", [],
                "Entries of the cache for reading ahead; newer kernels give 0.")
        case .readAheadCacheNotFound:
            counter(
                "read_ahead_cache_not_found_total",
                "Files that the cache for reading ahead did not have; newer kernels give 0.")
        case .packets: counter("packets_total", "Packets received.", ["proto"])
        case .connections: counter("connections_total", "TCP connections accepted.")
        case .serverRPCs: counter("server_rpcs_total", "Calls of clients.")
        case .rpcErrors: counter("rpc_errors_total", "Calls that were refused, by what was wrong with them.", ["error"])
        case .requests:
            counter("requests_total", "Requests by version of the protocol and procedure.", ["method", "proto"])
        }
    }

    private func counter(_ name: String, _ help: String, _ labels: [String] = []) -> MetricFamily {
        .counter("node_nfsd_" + name, labels, help)
    }
}
