// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Protocol counters of the network stack.
///
/// Source: /proc/net/netstat, /proc/net/snmp and /proc/net/snmp6, kernel Documentation/networking/snmp_counter.rst.
struct NetstatCollector: Collector {
    typealias Metric = NoMetrics

    private static let standardFields =
        "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)"
        + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)"
        + "|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)"
        + "|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"

    static let fieldsFlag = Flag.pattern(
        "collector.netstat.fields", default: standardFields,
        help: "Fields to show, as a regular expression on <protocol>_<field>.")

    static let descriptor = CollectorDescriptor(
        name: "netstat", group: .network, help: "Protocol counters of the network stack.",
        reads: ["/proc/net/netstat", "/proc/net/snmp", "/proc/net/snmp6"],
        flags: [
            fieldsFlag
        ],
        openFamilies: [
            .untyped("node_netstat_<protocol>_<field>", [], "A field of /proc/net/netstat, snmp or snmp6.")
        ])

    /// Two tables and the list snmp6, which is not there where IPv6 is off.
    private var files: FileSet
    private var families: NetstatFamilies
    /// Which columns are shown of each header line, by the file and then in the order of the lines.
    private var plans: [[NetstatLine]] = [[], []]
    private var snmp6Plan = NetstatList()

    init(context: CollectorContext) throws(ConfigurationError) {
        let roots = context.roots
        files = FileSet(
            [KernelFile(inOnePiece: roots.proc("net/netstat")), KernelFile(inOnePiece: roots.proc("net/snmp"))],
            sometimes: [KernelFile(inOnePiece: roots.proc("net/snmp6"))])
        families = NetstatFamilies(fields: try context.options.pattern(Self.fieldsFlag))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        if families.isFull {
            families.removeAll()
            plans = [[], []]
            snmp6Plan = NetstatList()
        }
        while let (place, bytes) = files.next(from: &reader, or: &writer) {
            let path = files.files[place].path
            if place < plans.count {
                readTable(bytes, place, path, into: &writer)
            } else {
                snmp6Plan.write(bytes, path: path, &families, into: &writer)
            }
        }
        if let absence = files.absence { return .noKernelFeature("\(absence.path) is not there") }
        return .available
    }

    /// Pairs of lines, names above and numbers below, both beginning with the protocol's name.
    ///
    /// A line without its partner is lost, not the pairs behind it.
    private mutating func readTable(_ bytes: Bytes, _ table: Int, _ path: String, into writer: inout Writer) {
        var lines = ByteScanner(bytes)
        var lineIndex = 0
        var header: Bytes?
        while let line = lines.nextLine() {
            guard let above = header else {
                if !line.trimmed.isEmpty { header = line }
                continue
            }
            guard Self.head(of: above) == Self.head(of: line) else {
                writer.loseItem("\(path): \(above.upTo(64).text)")
                header = line.trimmed.isEmpty ? nil : line
                continue
            }
            header = nil
            if lineIndex == plans[table].count { plans[table].append(NetstatLine()) }
            if !plans[table][lineIndex].isOf(above) {
                plans[table][lineIndex] = NetstatLine(above, &families)
            }
            plans[table][lineIndex].write(line, path: path, &families, into: &writer)
            lineIndex += 1
        }
        if let header { writer.loseItem("\(path): \(header.upTo(64).text)") }
    }

    private static func head(of line: Bytes) -> Bytes {
        var words = ByteScanner(line)
        return words.nextField() ?? Bytes("")
    }
}
