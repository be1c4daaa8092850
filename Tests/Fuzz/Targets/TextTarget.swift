// SPDX-License-Identifier: Apache-2.0

import Exposition

/// Text files: whatever the parser accepts becomes a page that it accepts again.
enum TextTarget {
    static func run(_ bytes: [UInt8]) {
        guard let parsed = try? TextParser.parse(bytes) else { return }
        var writer = MetricWriter(families: [])
        writer.write(parsed, help: "A metric of a text file.")
        var composer = PageComposer()
        composer.add(writer)
        for format in PageFormat.allCases {
            var sink = ByteSink()
            composer.write(format, to: &sink)
            guard format == .text else { continue }
            do throws(TextParserError) {
                _ = try TextParser.parse(sink.array)
            } catch {
                FuzzTarget.fail("the page is not in the text format, \(error)")
            }
        }
    }
}
