// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// One interface as it goes to the page, wherever it was read.
///
/// Kept by the collector and filled again and again.
struct NetclassValues {
    /// Which of the two forms of node_exporter the page has.
    struct Style {
        /// As its netlink mode: no label `adminstate`, no unknown speeds.
        let isNetlink: Bool
        /// Leave out negative speeds, which stand for unknown ones.
        let ignoresInvalidSpeed: Bool
    }

    private let fields = NetclassMetric.fields
    private var numbers = [Int64?](repeating: nil, count: NetclassMetric.allCases.count)

    var name = Bytes("")
    var address = Bytes("")
    var broadcast = Bytes("")
    var duplex = Bytes("")
    var operationalState = Bytes("")
    var alias = Bytes("")

    /// The number of a property; nil where it is not known.
    subscript(metric: NetclassMetric) -> Int64? {
        get { numbers[metric.rawValue] }
        set { numbers[metric.rawValue] = newValue }
    }

    /// Forgets everything.
    mutating func begin(_ name: Bytes) {
        for index in numbers.indices { numbers[index] = nil }
        self.name = name
        address = Bytes("")
        broadcast = Bytes("")
        duplex = Bytes("")
        operationalState = Bytes("")
        alias = Bytes("")
    }

    /// The words of ethtool's netlink interface, as node_exporter's netlink mode shows them.
    private var capitalisedDuplex: Bytes {
        if duplex == "half" { return Bytes("Half") }
        if duplex == "full" { return Bytes("Full") }
        return duplex == "unknown" ? Bytes("Unknown") : duplex
    }

    /// Writes the samples; returns the labels that they have, `device` alone.
    @discardableResult
    func write(_ style: Style, into writer: inout MetricWriter<NetclassMetric>) -> Labels {
        let labels = writer.labels("device", name)
        let adminState: StaticString = self[.flags].map { $0 & 1 == 1 ? "up" : "down" } ?? "unknown"
        let texts = writer.labels(labels) { labels in
            labels.add("address", address)
            labels.add("broadcast", broadcast)
            labels.add("duplex", style.isNetlink ? capitalisedDuplex : duplex)
            labels.add("operstate", operationalState)
            if !style.isNetlink { labels.add("adminstate", adminState) }
            labels.add("ifalias", alias)
        }
        writer.write(NetclassMetric.info, texts, 1)
        if !operationalState.isEmpty { writer.write(NetclassMetric.up, labels, operationalState == "up") }
        for field in fields {
            guard let value = self[field.key] else { continue }
            // A speed of -1 stands for an unknown one.
            if field.key == .speedBytes, value < 0, style.ignoresInvalidSpeed || style.isNetlink { continue }
            writer.write(field, labels, value)
        }
        return labels
    }
}
