// SPDX-License-Identifier: Apache-2.0

/// The text formats in which a page can be written.
public enum PageFormat: Sendable, Hashable {
    /// Prometheus text format 0.0.4.
    case text

    /// OpenMetrics 1.0.0.
    case openMetrics

    /// What the `Content-Type` header says of a page in this format.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
