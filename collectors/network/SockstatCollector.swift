// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles

/// Sockets in use and their memory.
///
/// Source: /proc/net/sockstat and /proc/net/sockstat6, proc(5).
struct SockstatCollector: Collector {
    enum Metric: Int, FamilyKey {
        case socketsUsed

        var family: MetricFamily {
            .gauge("node_sockstat_sockets_used", [], "Sockets of all protocols and families that are open.")
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "sockstat", group: .network, help: "Sockets in use by protocol and their memory.",
        reads: ["/proc/net/sockstat", "/proc/net/sockstat6"],
        openFamilies: [
            .gauge("node_sockstat_<protocol>_<field>", [], "A field of a protocol's line in sockstat or sockstat6."),
            .gauge("node_sockstat_<protocol>_mem_bytes", [], "Memory of a protocol's sockets, from pages to bytes."),
        ])

    /// The fields that are shown; a kernel that writes others has meanings that nobody has named yet.
    private static let fields: [StaticString] = ["inuse", "orphan", "tw", "alloc", "mem", "memory"]

    private var files: FileSet
    private let pageSizeBytes: Int64
    private var name = MetricNameBuilder()

    init(context: CollectorContext) throws(ConfigurationError) {
        files = FileSet(
            [context.sharedFile(inOnePiece: context.roots.proc("net/sockstat"))],
            sometimes: [KernelFile(inOnePiece: context.roots.proc("net/sockstat6"))])
        pageSizeBytes = Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            readLines(of: bytes, from: files.files[place].path, into: &writer)
        }
        if let absence = files.absence { return .noKernelFeature("\(absence.path) is not there") }
        return .available
    }

    private mutating func readLines(of bytes: Bytes, from path: String, into writer: inout Writer) {
        var lines = ByteScanner(bytes)
        while let line = lines.nextLine() {
            var words = ByteScanner(line)
            guard let head = words.nextField() else { continue }
            guard head.hasSuffix(":"), readPairs(of: head.upTo(head.count &- 1), &words, into: &writer) else {
                writer.loseItem("\(path): \(line.upTo(64).text)")
                continue
            }
        }
    }

    /// The pairs of name and number behind a protocol's name; false where one cannot be read.
    private mutating func readPairs(
        of protocolName: Bytes, _ words: inout ByteScanner, into writer: inout Writer
    ) -> Bool {
        while let field = words.nextField() {
            guard let value = words.nextField()?.signed else { return false }
            if protocolName == "sockets" {
                if field == "used" { writer.write(Metric.socketsUsed, value) }
                continue
            }
            guard Self.fields.contains(where: { field == $0 }) else { continue }
            guard write(protocolName, field, value, into: &writer) else { return false }
            if field == "mem" {
                guard write(protocolName, Bytes("mem_bytes"), value &* pageSizeBytes, into: &writer) else {
                    return false
                }
            }
        }
        return true
    }

    private mutating func write(
        _ protocolName: Bytes, _ field: Bytes, _ value: Int64, into writer: inout Writer
    ) -> Bool {
        guard name.set("node_sockstat_", protocolName, field) else { return false }
        let family = name.family(in: &writer) {
            .gauge($0, [], "Field \(field.text) of the line \(protocolName.text) of /proc/net/sockstat or sockstat6.")
        }
        writer.write(family, .none, value)
        return true
    }
}
