// SPDX-License-Identifier: Apache-2.0

package import Exposition

/// A page as series and families, to be compared.
package struct SeriesPage {
    /// Values by series as `name{label="value",...}`, labels sorted.
    private(set) var values: [String: Double] = [:]
    /// The families' types by name.
    private(set) var types: [String: String] = [:]
    /// The family of each series.
    private(set) var families: [String: String] = [:]

    /// Reads a page in the text format.
    package init(_ bytes: [UInt8]) throws(TextParserError) {
        let page = try TextParser.parse(bytes)
        for family in page.families {
            let name = String(decoding: page.bytes[family.name], as: UTF8.self)
            types[name] = family.type.rawValue
            for sample in family.samples {
                var labels = page.labels[sample.labels].map { label in
                    String(decoding: page.bytes[label.name], as: UTF8.self) + "=\""
                        + String(decoding: page.bytes[label.value], as: UTF8.self) + "\""
                }
                var suffix = ""
                switch sample.role {
                case .bucket(let bound):
                    suffix = "_bucket"
                    labels.append("le=\"\(bound)\"")
                case .quantile(let quantile): labels.append("quantile=\"\(quantile)\"")
                case .sum: suffix = "_sum"
                case .count: suffix = "_count"
                case .value, .none: break
                }
                let series = name + suffix + (labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}")
                values[series] = sample.value
                families[series] = name
            }
        }
    }
}
