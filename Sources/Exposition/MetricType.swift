// SPDX-License-Identifier: Apache-2.0

/// The type of a metric family, as its TYPE line says.
public enum MetricType: UInt8, Sendable, Equatable {
    case counter, gauge, untyped, histogram, summary

    /// The word in text format 0.0.4.
    public var text: StaticString {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .untyped: "untyped"
        case .histogram: "histogram"
        case .summary: "summary"
        }
    }

    /// The word in OpenMetrics, which says `unknown` for untyped.
    public var openMetricsText: StaticString {
        self == .untyped ? "unknown" : text
    }
}
