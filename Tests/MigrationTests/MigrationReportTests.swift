// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Testing

@testable import Migration

@Suite struct MigrationReportTests {
    private static let flags = FlagTable([
        OptionDescriptor("collector.disk.exclude", .pattern(default: ""), help: ""),
        OptionDescriptor("web.listen-address", .texts, help: ""),
    ])

    private func page(_ text: String) throws -> SeriesPage { try SeriesPage(Array(text.utf8)) }

    @Test("without a service its defaults are assumed")
    func none() {
        let translation = FlagTranslation([], flags: Self.flags, collectors: [])
        #expect(
            MigrationReport.text(nil, translation, settings: Self.flags)
                == "No node_exporter service was found; its defaults are assumed.\n")
    }

    @Test("our command line is quoted for a shell and stands as settings too, then what is not here")
    func service() throws {
        let tree = try TemporaryTree([
            "/etc/default/x":
                "ARGS=\"--collector.disk.exclude=^(a|b)'\\\\\\\\'d+$ --web.listen-address=:1 --collector.zfs\"\n"
        ])
        let service = try #require(PeerService(units: [], defaults: "/etc/default/x", root: tree.path))
        let translation = FlagTranslation(service.arguments, flags: Self.flags, collectors: ["disk"])
        #expect(
            MigrationReport.text(service, translation, settings: Self.flags) == """
                node_exporter is started by /etc/default/x.

                The same here:

                  host-exporter '--collector.disk.exclude=^(a|b)\\d+$' --web.listen-address=:1

                or in the file of --config.file, where nothing needs quoting tricks:

                  collector.disk.exclude: '^(a|b)\\d+$'
                  web.listen-address: [':1']

                Not here:
                  --collector.zfs: there is no collector zfs

                """)
    }

    @Test("of each family a few series are shown and the rest counted")
    func comparison() throws {
        let peer = (1...5).map { "node_gone{x=\"\($0)\"} 1\n" }.joined() + "# TYPE node_k counter\nnode_k 1\nnode_v 1\n"
        let ours = "# TYPE node_k gauge\nnode_k 1\nnode_v 2\nnode_new 1\nhost_x 1\n"
        let round = PageComparison.Round(before: try page(peer), ours: try page(ours), after: try page(peer))
        #expect(
            MigrationReport.text(PageComparison([round])) == """

                1 series are the same, 1 are new under names of this agent's own.

                Missing here:
                  node_gone{x="1"}
                  node_gone{x="2"}
                  node_gone{x="3"}
                  ... and 2 more of node_gone

                Added here:
                  node_new

                Differing beyond their own movement:
                  node_v: 1.0, here 2.0

                Of another type:
                  node_k: counter, here gauge

                """)
    }

    @Test("that nothing would change is said")
    func nothing() {
        #expect(MigrationReport.text(PageComparison([])).hasSuffix("\nNothing would change.\n"))
    }
}
