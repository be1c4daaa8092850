// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Configuration

/// The configuration file, or, where the first byte is odd, a command line with one word a line.
struct ConfigurationTarget {
    private let table = FlagTable(
        Registry.entries.map { FlagTable.collectorSwitch($0.descriptor) }
            + Registry.entries.flatMap(\.descriptor.options)
            + [
                OptionDescriptor("web.listen-address", .texts, help: ""),
                OptionDescriptor("web.max-requests", .integer(default: 40, range: 0...1_000), help: ""),
                OptionDescriptor("scrape.timeout", .duration(defaultNanoseconds: 5_000_000_000), help: ""),
                OptionDescriptor("log.level", .choice(default: "info", of: ["debug", "info"]), help: ""),
            ])

    func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = Array(bytes[1...])
        if first & 1 == 0 { readFile(rest) } else { readFlags(rest) }
    }

    private func readFlags(_ bytes: [UInt8]) {
        let words = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        do throws(ConfigurationError) {
            use(try table.parse(words.map { String(decoding: $0, as: UTF8.self) }).given)
        } catch {
            _ = error.description
        }
    }

    /// What a file sets must come back from the lines that `config print` writes.
    private func readFile(_ bytes: [UInt8]) {
        let file = ConfigurationFile(bytes, path: "c.yml", table: table)
        guard file.problems.isEmpty else { return }
        use(file.settings.mapValues(\.values))
        var text = ""
        for option in table.options {
            guard let setting = file.settings[option.name] else { continue }
            text += ConfigurationText.line(option, setting.values) + "\n"
        }
        let again = ConfigurationFile(Array(text.utf8), path: "c.yml", table: table)
        guard again.problems.isEmpty else { FuzzTarget.fail("\(text)is refused: \(again.problems)") }
        guard again.settings.mapValues(\.values) == file.settings.mapValues(\.values) else {
            FuzzTarget.fail("\(text)says something else than the file")
        }
    }

    /// Asks for every value, as the collectors do.
    private func use(_ given: [String: [String]]) {
        let options = Options(given: given)
        for option in table.options { _ = options.texts(of: option) }
    }
}
