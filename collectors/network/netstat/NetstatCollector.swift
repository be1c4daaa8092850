// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Protocol counters of the network stack. Source: /proc/net/netstat, /proc/net/snmp and /proc/net/snmp6, kernel
/// Documentation/networking/snmp_counter.rst.
struct NetstatCollector: Collector {
    typealias Metric = NoMetrics

    private static let fieldsOption = "collector.netstat.fields"
    private static let standardFields =
        "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)"
        + "|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)"
        + "|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)"
        + "|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$"

    static let descriptor = CollectorDescriptor(
        name: "netstat", group: .network, help: "Protocol counters of the network stack.",
        reads: ["/proc/net/netstat", "/proc/net/snmp", "/proc/net/snmp6"],
        options: [
            OptionDescriptor(
                fieldsOption, .pattern(default: standardFields),
                help: "Fields to show, as a regular expression on <protocol>_<field>.")
        ],
        families: [],
        openFamilies: [
            .untyped("node_netstat_<protocol>_<field>", [], "A field of /proc/net/netstat, snmp or snmp6.")
        ])

    private let tables: [KernelFile]
    private let snmp6: KernelFile
    private let fields: Pattern?
    /// Which columns are shown of each header line, by the file and then in the order of the lines.
    private var plans: [[NetstatLine]] = [[], []]
    private var snmp6Plan = NetstatList()

    init(context: CollectorContext) throws(ConfigurationError) {
        tables = [
            KernelFile(context.roots.proc("net/netstat")), KernelFile(context.roots.proc("net/snmp")),
        ]
        snmp6 = KernelFile(context.roots.proc("net/snmp6"))
        fields = try context.options.pattern(Self.fieldsOption)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout MetricWriter
    ) throws(CollectorError) -> Availability {
        var isPresent = false
        for index in tables.indices where index < plans.count {
            guard let bytes = try reader.readIfPresent(tables[index]) else { continue }
            isPresent = true
            readTable(bytes, index, into: &writer)
        }
        // Not there where IPv6 is off.
        if let bytes = try reader.readIfPresent(snmp6) {
            isPresent = true
            snmp6Plan.write(bytes, path: snmp6.path, fields: fields, into: &writer)
        }
        return isPresent ? .available : .noKernelFeature("\(tables[0].path) is not there")
    }

    /// Pairs of lines, names above and numbers below, both beginning with the protocol's name.
    private mutating func readTable(_ bytes: Bytes, _ table: Int, into writer: inout MetricWriter) {
        var lines = ByteScanner(bytes)
        var lineIndex = 0
        while let header = lines.nextLine() {
            guard let values = lines.nextLine() else {
                writer.loseItem("\(tables[table].path): \(header.upTo(64).text)")
                return
            }
            if lineIndex == plans[table].count { plans[table].append(NetstatLine()) }
            if !plans[table][lineIndex].isOf(header) {
                plans[table][lineIndex] = NetstatLine(header, fields: fields)
            }
            plans[table][lineIndex].write(values, path: tables[table].path, into: &writer)
            lineIndex += 1
        }
    }
}
