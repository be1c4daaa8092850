// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import Manual
import Testing

@Suite struct ReferenceTests {
    private let markdown = ReferenceMarkdown.text(of: SmallProgram.description)
    private let json = ReferenceJSON.text(of: SmallProgram.description)

    @Test("Markdown has a row and a section for each collector, with its flags and families")
    func sections() {
        #expect(markdown.contains("| [disk](#disk) | on | Disks \\| and more. |\n"))
        #expect(markdown.contains("| [quiet](#quiet) | off | Nothing. |\n"))
        #expect(markdown.contains("\n## disk\n\nDisks | and more. Default: on.\n\nReads `/proc/disk|stats`.\n"))
        #expect(
            markdown.contains(
                "| `--collector.disk.exclude=REGEX` | `^(ram\\|loop)\\d+$` | Disks to leave out. |\n"))
        #expect(markdown.contains("| `node_disk_reads_total` | counter | bus?, device | Reads of \"a\" \\| b. |\n"))
        #expect(markdown.contains("| `node_disk_<field>` | untyped | * | Others. |\n"))
        #expect(markdown.hasSuffix("\n## quiet\n\nNothing. Default: off.\n" + agent))
        #expect(!markdown.contains("secret"))
    }

    private let agent = """

        ## The agent itself

        On every page, unless `--web.disable-exporter-metrics` is given; the rows about collectors
        and `node_exporter_build_info` always.

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `host_build_info` | gauge | version | The build. |

        """

    @Test("every row of a table has as many cells as its head")
    func cells() {
        var width: Int?
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                width = nil
                continue
            }
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect(bars == width ?? bars, "\(line)")
            width = bars
        }
    }

    @Test("JSON says everything, hidden flags and older names too, a collector a line")
    func everything() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8))
        let object = try #require(parsed as? [String: Any])
        #expect(object["version"] as? String == "1.2-rc3")
        let collectors = try #require(object["collectors"] as? [[String: Any]])
        #expect(collectors.map { $0["name"] as? String } == ["disk", "quiet"])
        #expect(collectors.map { $0["default"] as? Bool } == [true, false])
        #expect(collectors[0]["reads"] as? [String] == ["/proc/disk|stats"])
        let flags = try #require(collectors[0]["flags"] as? [[String: Any]])
        #expect(flags[0]["default"] as? String == "^(ram|loop)\\d+$")
        #expect(flags[0]["older_names"] as? [String] == ["collector.disk.ignored"])
        #expect(flags.map { $0["hidden"] as? Bool } == [false, true])
        let families = try #require(collectors[0]["families"] as? [[String: Any]])
        #expect(families[0]["labels"] as? [String] == ["bus", "device"])
        #expect(families[0]["optional_labels"] as? [String] == ["bus"] && families[0]["any_labels"] as? Bool == false)
        #expect(families[0]["type"] as? String == "counter")
        let openFamilies = try #require(collectors[0]["open_families"] as? [[String: Any]])
        #expect(openFamilies.map { $0["any_labels"] as? Bool } == [true])
        #expect((object["agent"] as? [[String: Any]])?.count == 1)
        let lines = json.split(separator: "\n").map(String.init)
        #expect(lines.count { $0.hasPrefix("{\"name\":") } == 2)
        #expect(json.hasSuffix("}\n"))
    }

    @Test("no collector is no row and still a text")
    func empty() throws {
        let none = ProgramDescription(
            version: "1", compatibleVersion: "1", sections: [], subcommands: [], collectors: [], agentFamilies: [],
            flags: FlagTable([]))
        #expect(ReferenceMarkdown.text(of: none).contains("## The agent itself"))
        let parsed = try JSONSerialization.jsonObject(with: Data(ReferenceJSON.text(of: none).utf8))
        #expect((parsed as? [String: Any])?.count == 3)
    }
}
