// SPDX-License-Identifier: Apache-2.0

/// What is known of a metric family before a sample of it exists: the source of its TYPE and HELP lines and of the
/// metric reference.
public struct MetricFamily: Sendable, Equatable {
    /// The name of its samples, for example `node_disk_read_bytes_total`.
    public let name: String
    /// Its type.
    public let type: MetricType
    /// The names of its labels, sorted.
    public let labels: [String]
    /// What it means, in one sentence.
    public let help: String

    /// A family of any type.
    public init(_ type: MetricType, _ name: String, labels: [String] = [], help: String) {
        self.name = name
        self.type = type
        self.labels = labels.sorted()
        self.help = help
    }

    /// A value that only rises.
    public static func counter(_ name: String, _ labels: [String] = [], _ help: String) -> MetricFamily {
        MetricFamily(.counter, name, labels: labels, help: help)
    }

    /// A value that goes up and down.
    public static func gauge(_ name: String, _ labels: [String] = [], _ help: String) -> MetricFamily {
        MetricFamily(.gauge, name, labels: labels, help: help)
    }

    /// A value whose type node_exporter does not say.
    public static func untyped(_ name: String, _ labels: [String] = [], _ help: String) -> MetricFamily {
        MetricFamily(.untyped, name, labels: labels, help: help)
    }
}

/// The families of one collector: an enum without payloads whose raw values count from 0 in the order of its cases.
///
///     enum Metric: Int, MetricKey {
///         case load1, load5, load15
///         var family: MetricFamily { switch self { case .load1: .gauge("node_load1", "Runnable threads ...") ... } }
///     }
public protocol MetricKey: RawRepresentable, CaseIterable, Sendable where RawValue == Int {
    /// Name, type, labels and help of this family.
    var family: MetricFamily { get }
}

extension MetricKey {
    /// All families in the order of their raw values.
    public static var families: [MetricFamily] { allCases.map(\.family) }
}
