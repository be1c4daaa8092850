// SPDX-License-Identifier: Apache-2.0

/// What is known of a metric family before a sample of it exists: the source of its TYPE and HELP lines, of the check of
/// its samples' labels, and of the metric reference.
public struct MetricFamily: Sendable, Equatable {
    /// The name of its samples, for example `node_disk_read_bytes_total`.
    public let name: String
    /// Its type.
    public let type: MetricType
    /// The names of its labels, sorted.
    public let labels: [String]
    /// Those of `labels` that a sample need not have.
    public let optionalLabels: Set<String>
    /// True for a family whose samples may have any labels, as those of text files.
    public let hasAnyLabels: Bool
    /// What it means, in one sentence.
    public let help: String

    /// A family of any type; a label with a question mark behind its name (`ifalias?`) is one that a sample may lack.
    public init(_ type: MetricType, _ name: String, labels: [String] = [], help: String) {
        self.name = name
        self.type = type
        // Hundreds of families are kept for as long as the process runs: most have the list as it was declared.
        let optional = labels.filter { $0.hasSuffix("?") }.map { String($0.dropLast()) }
        optionalLabels = optional.isEmpty ? [] : Set(optional)
        let names = optional.isEmpty ? labels : labels.filter { !$0.hasSuffix("?") } + optional
        self.labels = zip(names, names.dropFirst()).allSatisfy { $0 <= $1 } ? names : names.sorted()
        hasAnyLabels = false
        self.help = help
    }

    /// A family whose samples may have any labels.
    public init(_ type: MetricType, anyLabels name: String, help: String) {
        self.name = name
        self.type = type
        labels = []
        optionalLabels = []
        hasAnyLabels = true
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

    /// The labels as the list of families shows them: optional ones with a question mark, `*` for any.
    public var labelText: String {
        if hasAnyLabels { return "*" }
        return labels.map { optionalLabels.contains($0) ? $0 + "?" : $0 }.joined(separator: ",")
    }

    /// The unit of its values by the end of its name, as Prometheus has it; empty for plain numbers.
    public var unit: String {
        let units: Set<String> = [
            "seconds", "bytes", "bits", "celsius", "volts", "amperes", "watts", "joules", "hertz", "ratio", "percent",
            "rpm", "volt", "ampere", "watt", "watthour",
        ]
        let words = name.split(separator: "_").map(String.init)
        return words.last { $0 != "total" }.flatMap { units.contains($0) ? $0 : nil } ?? ""
    }
}

/// The families of one collector: an enum without payloads whose raw values count from 0 in the order of its cases, or
/// the rows of a table (`FamilyTable`).
///
///     enum Metric: Int, FamilyKey {
///         case load1, load5, load15
///         var family: MetricFamily { switch self { case .load1: .gauge("node_load1", [], "Runnable ...") ... } }
///     }
///
/// A writer takes the keys of its own collector alone, so that another one's do not compile.
public protocol FamilyKey: RawRepresentable, CaseIterable, Sendable where RawValue == Int {
    /// Name, type, labels and help of this family.
    var family: MetricFamily { get }
}

extension FamilyKey {
    /// All families in the order of their raw values.
    public static var families: [MetricFamily] { allCases.map(\.family) }
}

/// For collectors whose families are all named while collecting.
public enum NoMetrics: Int, FamilyKey {
    /// Never written: a raw-value enum has to have a case.
    case none

    /// No family.
    public var family: MetricFamily { .untyped("", [], "") }

    /// No case is a family.
    public static var allCases: [NoMetrics] { [] }
}
