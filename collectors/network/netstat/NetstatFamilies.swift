// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The families of the netstat collector that are shown, by number, in the order in which they were first seen.
struct NetstatFamilies {
    /// Far more fields than any kernel has; files whose names change with each read must not fill the memory.
    private static let limit = 4_096

    private let fields: Pattern?
    private var families: [MetricFamily] = []
    private var written: [MetricWriter.Family] = []

    /// Families of the fields that the expression matches, or of all without one.
    init(fields: Pattern?) {
        self.fields = fields
    }

    /// True where so many fields have been seen that it is better to begin anew, with all numbers.
    var isFull: Bool { families.count > Self.limit }

    /// Forgets all numbers.
    mutating func removeAll() {
        families.removeAll()
        written.removeAll()
    }

    /// The number of a protocol's field; nil where it is not shown.
    mutating func number(of protocolName: Bytes, _ field: Bytes) -> Int? {
        var name = KernelFamilyName()
        guard name.set("", protocolName, field), name.matches(fields), name.set("node_netstat_", protocolName, field)
        else { return nil }
        let family = MetricFamily.untyped(
            String(decoding: name.bytes, as: UTF8.self), [],
            "The kernel's counter of this name in /proc/net/netstat, snmp or snmp6.")
        if let known = families.firstIndex(of: family) { return known }
        families.append(family)
        written.append(.none)
        return families.count - 1
    }

    /// Writes a number under the family of a field; a word that is none is lost.
    mutating func write(_ number: Int, _ word: Bytes, path: String, into writer: inout MetricWriter) {
        guard written.indices.contains(number) else { return }
        if !writer.has(written[number]) { written[number] = writer.family(families[number]) }
        if let value = word.unsigned {
            writer.write(written[number], .none, value)
        } else if let value = word.signed {
            writer.write(written[number], .none, value)
        } else if let value = word.real {
            writer.write(written[number], .none, value)
        } else {
            writer.loseItem("\(path): \(word.upTo(64).text)")
        }
    }
}
