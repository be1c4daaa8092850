// SPDX-License-Identifier: Apache-2.0

/// The HELP and TYPE lines of a family, written once when the family is first seen.
struct FamilyHeader {
    /// For text format 0.0.4.
    let text: [UInt8]
    /// For OpenMetrics, where a counter drops its `_total` and one without it is `unknown`.
    let openMetrics: [UInt8]
    /// A counter's name without `_total`; nil for every other family.
    ///
    /// Where another family has that name, the page shows `unknownOpenMetrics`, because OpenMetrics allows one family
    /// to a name.
    let counterBase: String?

    init(_ family: MetricFamily) {
        text = Self.lines(family.name, family.type.text, Self.escaped(family.help, quotes: false))
        let help = Self.escaped(family.help, quotes: true)
        if family.type == .counter, family.name.hasSuffix("_total"), family.name.utf8.count > 6 {
            let base = String(family.name.dropLast(6))
            counterBase = base
            openMetrics = Self.lines(base, "counter", help)
        } else {
            counterBase = nil
            let type: StaticString = family.type == .counter ? "unknown" : family.type.openMetricsText
            openMetrics = Self.lines(family.name, type, help)
        }
    }

    /// The lines of a counter whose name without `_total` is another family's.
    static func unknownOpenMetrics(_ family: MetricFamily) -> [UInt8] {
        lines(family.name, "unknown", escaped(family.help, quotes: true))
    }

    private static func lines(_ name: String, _ type: StaticString, _ help: [UInt8]) -> [UInt8] {
        Array("# HELP \(name) ".utf8) + help + Array("\n# TYPE \(name) \(type)\n".utf8)
    }

    /// Text format knows `\\` and `\n` in a HELP line, OpenMetrics `\"` as well.
    ///
    /// Strings are valid UTF-8.
    private static func escaped(_ help: String, quotes: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in help.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += [byte, byte]
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\"") where quotes: bytes += [UInt8(ascii: "\\"), byte]
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
