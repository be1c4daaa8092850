// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Text files: whatever the parser accepts becomes a page that it accepts again.
///
/// Unless a family has the name of a part of a histogram or summary: the textfile collector leaves those out.
enum TextTarget {
    static func run(_ bytes: [UInt8]) {
        guard let parsed = try? TextParser.parse(bytes) else { return }
        var writer = MetricWriter.ofTextFile()
        writer.write(parsed, help: "A metric of a text file.")
        var composer = PageComposer()
        composer.add(writer)
        for format in PageFormat.allCases {
            var sink = ByteSink()
            composer.write(format, to: &sink)
            guard format == .text, !sharesNames(parsed) else { continue }
            do throws(TextParserError) {
                _ = try TextParser.parse(sink.array)
            } catch {
                FuzzTarget.fail("the page is not in the text format, \(error)")
            }
        }
    }

    private static func sharesNames(_ page: ParsedPage) -> Bool {
        let names = Set(page.families.map { String(decoding: page.bytes[$0.name], as: UTF8.self) })
        return page.families.contains { family in
            guard family.type == .histogram || family.type == .summary else { return false }
            let name = String(decoding: page.bytes[family.name], as: UTF8.self)
            return ["_bucket", "_count", "_sum"].contains { names.contains(name + $0) }
        }
    }
}
