// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The families of the netstat collector that are shown, by number.
struct NetstatFamilies {
    private let fields: Pattern?
    private var kept = NamedFamilies()

    /// Families of the fields that the expression matches, or of all without one.
    init(fields: Pattern?) {
        self.fields = fields
    }

    /// True where it is better to begin anew, with all numbers.
    var isFull: Bool { kept.isFull }

    /// Forgets all numbers.
    mutating func removeAll() {
        kept = NamedFamilies()
    }

    /// The number of a protocol's field; nil where it is not shown.
    mutating func number(of protocolName: Bytes, _ field: Bytes) -> Int? {
        var name = MetricNameBuilder()
        guard name.set("", protocolName, field), name.matches(fields), name.set("node_netstat_", protocolName, field)
        else { return nil }
        return kept.number(
            of: .untyped(
                String(decoding: name.bytes, as: UTF8.self), [],
                "The kernel's counter of this name in /proc/net/netstat, snmp or snmp6."))
    }

    /// Writes a number under the family of a field; a word that is none is lost.
    mutating func write(_ number: Int, _ word: Bytes, path: String, into writer: inout MetricWriter<NoMetrics>) {
        if let value = word.unsigned {
            kept.write(number, .unsigned(value), into: &writer)
        } else if let value = word.signed {
            kept.write(number, .signed(value), into: &writer)
        } else if let value = word.real {
            kept.write(number, .real(value), into: &writer)
        } else {
            writer.loseItem("\(path): \(word.upTo(64).text)")
        }
    }
}
