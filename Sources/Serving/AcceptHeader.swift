// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The page format that the `Accept` headers of a request ask for.
///
/// The more specific range decides about a format, then its quality, then the order; OpenMetrics must be named to be
/// chosen over text. Nobody is refused: who accepts neither gets text.
struct AcceptHeader {
    private struct Offer {
        var specificity = -1
        var quality = 0
        var order = 0

        mutating func consider(specificity: Int, quality: Int, order: Int) {
            guard (specificity, quality) > (self.specificity, self.quality) else { return }
            self = Offer(specificity: specificity, quality: quality, order: order)
        }
    }

    private var text = Offer()
    private var openMetrics = Offer()
    private var order = 0

    /// The format to answer in.
    var format: PageFormat {
        guard openMetrics.quality > 0, openMetrics.quality >= text.quality else { return .text }
        guard openMetrics.quality == text.quality else { return .openMetrics }
        let isNamed = openMetrics.specificity >= 2
        return isNamed && (text.specificity < 2 || openMetrics.order < text.order) ? .openMetrics : .text
    }

    /// Takes one `Accept` header into account.
    mutating func add(_ value: String) {
        let bytes = value.utf8.span
        var position = 0
        while let element = HeaderElement(in: bytes, at: &position) {
            order += 1
            guard let quality = element.quality else { continue }
            consider(element, of: bytes, quality: quality)
        }
    }

    private mutating func consider(_ element: HeaderElement, of bytes: Span<UInt8>, quality: Int) {
        func names(_ text: String) -> Bool { HeaderElement.matches(element.name, of: bytes, text) }
        func isVersion(_ text: String) -> Bool {
            element.version.map { HeaderElement.matches($0, of: bytes, text) } ?? false
        }
        let specificity = element.version == nil ? 2 : 3
        if names("application/openmetrics-text") {
            guard element.version == nil || isVersion("1.0.0") || isVersion("0.0.1") else { return }
            openMetrics.consider(specificity: specificity, quality: quality, order: order)
        } else if names("text/plain") {
            guard element.version == nil || isVersion("0.0.4") else { return }
            text.consider(specificity: specificity, quality: quality, order: order)
        } else if names("application/*") {
            openMetrics.consider(specificity: 1, quality: quality, order: order)
        } else if names("text/*") {
            text.consider(specificity: 1, quality: quality, order: order)
        } else if names("*/*") {
            openMetrics.consider(specificity: 0, quality: quality, order: order)
            text.consider(specificity: 0, quality: quality, order: order)
        }
    }
}
