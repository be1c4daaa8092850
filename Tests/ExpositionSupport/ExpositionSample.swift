// SPDX-License-Identifier: Apache-2.0

/// One sample line of a page.
public struct ExpositionSample: Sendable, Equatable {
    /// A label with its value unescaped.
    public struct Label: Sendable, Equatable {
        /// The label's name.
        public var name: String
        /// The label's value, without escapes.
        public var value: String
    }

    /// The name as it stands there, suffixes included.
    public var name: String
    /// The labels, sorted by name.
    public var labels: [Label]
    /// The value as it is printed.
    public var value: String

    /// What makes the series: name and sorted labels, `name{a="b",c="d"}`.
    ///
    /// Values are quoted as Swift quotes strings.
    public var series: String { Self.series(name, labels) }

    /// The value of a label, if the sample has it.
    ///
    /// - Parameter name: the label's name.
    public subscript(name: String) -> String? {
        labels.first { $0.name == name }?.value
    }

    static func series(_ name: String, _ labels: [Label]) -> String {
        guard !labels.isEmpty else { return name }
        return name + "{" + labels.map { "\($0.name)=\($0.value.debugDescription)" }.joined(separator: ",") + "}"
    }
}

/// A metric family of a page: what its comments say, and its samples.
public struct ExpositionFamily: Sendable, Equatable {
    /// The name in HELP and TYPE.
    public var name: String
    /// The word of the TYPE line; empty without one.
    public var type = ""
    /// The HELP text as it stands there, escapes included; nil without one.
    public var help: String?
    /// The samples in the order of the page.
    public var samples: [ExpositionSample] = []

    /// Whether a sample of that name belongs to the family.
    ///
    /// - Parameters:
    ///   - sample: a sample's name.
    ///   - format: the page's format, which decides on a counter's `_total`.
    /// - Returns: true if it does.
    public func owns(_ sample: String, in format: ExpositionValidator.Format) -> Bool {
        sampleNames(in: format).contains(sample)
    }

    /// All names that its samples may have.
    func sampleNames(in format: ExpositionValidator.Format) -> [String] {
        switch type {
        case "histogram": [name + "_bucket", name + "_sum", name + "_count"]
        case "summary": [name, name + "_sum", name + "_count"]
        case "counter" where format == .openMetrics: [name + "_total"]
        case "info" where format == .openMetrics: [name + "_info"]
        default: [name]
        }
    }
}
