// SPDX-License-Identifier: Apache-2.0

/// Whether the `Accept-Encoding` headers of a request ask for gzip.
struct AcceptEncoding {
    private var gzip: Int?
    private var identity: Int?
    private var any: Int?

    /// Whether to compress: gzip is named and not liked less than no compression, or nothing else is accepted.
    var wantsGzip: Bool {
        if let gzip { return gzip > 0 && gzip >= (identity ?? 0) }
        return identity == 0 && (any ?? 0) > 0
    }

    /// Takes one `Accept-Encoding` header into account.
    mutating func add(_ value: String) {
        let bytes = value.utf8.span
        var position = 0
        while let element = HeaderElement(in: bytes, at: &position) {
            guard let quality = element.quality else { continue }
            func names(_ text: String) -> Bool { HeaderElement.matches(element.name, of: bytes, text) }
            if names("gzip") || names("x-gzip") {
                gzip = max(gzip ?? 0, quality)
            } else if names("identity") {
                identity = quality
            } else if names("*") {
                any = quality
            }
        }
    }
}
