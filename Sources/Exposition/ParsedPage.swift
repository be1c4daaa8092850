// SPDX-License-Identifier: Apache-2.0

/// A page of the text format 0.0.4, taken apart by ``TextParser``.
///
/// Names and label values are ranges of ``bytes``. A label value stays escaped there, which is its only escaped form:
/// equal values have equal bytes, and it can be written between quotes as it is. It is known to be UTF-8.
public struct ParsedPage: Sendable {
    /// What a family's TYPE line says.
    public enum FamilyType: String, Sendable {
        /// A value that only grows.
        case counter
        /// A value that goes up and down.
        case gauge
        /// Quantiles with a sum and a count.
        case summary
        /// Cumulative buckets with a sum and a count.
        case histogram
        /// Also the type of a family without a TYPE line.
        case untyped
    }

    /// What a sample is within its family.
    public enum Role: Sendable, Equatable {
        /// The value of a counter, gauge or untyped metric.
        case value
        /// The count of a histogram's bucket whose upper bound (`le`) this is, cut to a whole number.
        case bucket(upperBound: Double)
        /// The value of a summary at this quantile.
        case quantile(Double)
        /// The `_sum` of a summary or histogram.
        case sum
        /// The `_count` of a summary or histogram, cut to a whole number.
        case count
        /// A line of a summary or histogram that is none of its parts, as one without `le`; its labels exist, its value
        /// means nothing. Go's parser accepts such a line and shows the metric with what other lines say, or zeros.
        case none
    }

    /// A label of a sample.
    public struct Label: Sendable, Equatable {
        /// Where in ``ParsedPage/bytes`` the name stands.
        public let name: Range<Int>
        /// Where the escaped value stands, without its quotes.
        public let value: Range<Int>
    }

    /// One line with a value.
    public struct Sample: Sendable {
        /// What the value is.
        public let role: Role
        /// Which of ``ParsedPage/labels`` it has, sorted by name.
        ///
        /// A histogram's `le` and a summary's `quantile` are not among them.
        public let labels: Range<Int>
        /// The value, any double.
        public let value: Double
        /// The line it stands on, from 1.
        public let line: Int
    }

    /// All samples of one name, with a summary's or histogram's parts folded into it.
    public struct Family: Sendable {
        /// Where in ``ParsedPage/bytes`` the name stands.
        public let name: Range<Int>
        /// The declared type.
        public internal(set) var type: FamilyType
        /// The HELP text without escapes, any bytes but never empty; nil without one.
        public internal(set) var help: [UInt8]?
        /// In the order of the file; never empty.
        public internal(set) var samples: [Sample]
    }

    /// The page itself.
    public let bytes: [UInt8]
    /// The families that have samples, in the order of their first line.
    public internal(set) var families: [Family]
    /// The labels of all samples.
    public internal(set) var labels: [Label]
    /// The first line whose sample carries a timestamp, if one does.
    public internal(set) var firstTimestampLine: Int?

    /// Whether a sample carries a timestamp, for which node_exporter refuses a file.
    public var hasTimestamp: Bool { firstTimestampLine != nil }
}

/// Why a page is not in the text format.
public struct TextParserError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// What was expected, and what was found (at most 64 bytes of it).
    public let message: String

    /// The line and the message.
    public var description: String { "line \(line): \(message)" }
}
