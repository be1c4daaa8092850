// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Migration

@Suite struct PeerServiceTests {
    private static let unit = "/lib/systemd/system/prometheus-node-exporter.service"
    private static let defaults = PeerService.standardDefaults

    /// What is found in a tree with these files.
    private func service(_ files: [String: String]) throws -> PeerService? {
        let tree = try TemporaryTree(files)
        return PeerService(units: PeerService.standardUnits, defaults: Self.defaults, root: tree.path)
    }

    @Test("a host without node_exporter has none")
    func none() throws {
        #expect(try service([:]) == nil)
        #expect(try service(["/lib/systemd/system/other.service": "[Service]\nExecStart=/bin/true\n"]) == nil)
    }

    @Test("Debian's unit takes its arguments from the defaults file")
    func debian() throws {
        let found = try #require(
            try service([
                Self.unit: """
                [Unit]
                Description=Prometheus exporter
                [Service]
                User=prometheus
                EnvironmentFile=/etc/default/prometheus-node-exporter
                ExecStart=/usr/bin/prometheus-node-exporter $ARGS
                [Install]
                WantedBy=multi-user.target
                """,
                Self.defaults: "# comment\nARGS=\"--collector.systemd --path.rootfs='/the host'\"\n",
            ]))
        #expect(found.arguments == ["--collector.systemd", "--path.rootfs=/the host"])
        #expect(found.sources == [Self.unit, Self.defaults])
    }

    @Test("the defaults file alone counts where there is no unit")
    func defaultsAlone() throws {
        let found = try #require(try service([Self.defaults: "ARGS='--log.level=debug'\n"]))
        #expect(found.arguments == ["--log.level=debug"] && found.sources == [Self.defaults])
        #expect(try service([Self.defaults: "OTHER=1\n"])?.arguments == [])
    }

    @Test("the administrator's unit beats the package's")
    func order() throws {
        let found = try #require(
            try service([
                Self.unit: "[Service]\nExecStart=/x --no-collector.a\n",
                "/etc/systemd/system/node_exporter.service": "[Service]\nExecStart=/x --no-collector.b\n",
            ]))
        #expect(found.arguments == ["--no-collector.b"])
    }

    @Test("drop-ins change the unit by name, those of /etc in place of those of /run")
    func dropIns() throws {
        let name = "prometheus-node-exporter.service"
        let found = try #require(
            try service([
                Self.unit: "[Service]\nEnvironment=A=unit B=unit\nExecStart=/x --a=${A} --b=${B} --c=${C}\n",
                "\(Self.unit).d/10-a.conf": "[Service]\nEnvironment=A=lib\n",
                "/run/systemd/system/\(name).d/20-b.conf": "[Service]\nEnvironment=B=run\n",
                "/etc/systemd/system/\(name).d/20-b.conf": "[Service]\nEnvironment=B=etc\n",
                "/etc/systemd/system/\(name).d/30-c.conf": "[Service]\nEnvironment='C=of three words'\n",
                "/etc/systemd/system/\(name).d/40-d.txt": "[Service]\nExecStart=/never\n",
            ]))
        #expect(found.arguments == ["--a=lib", "--b=etc", "--c=of three words"])
        #expect(
            found.sources == [
                Self.unit, "\(Self.unit).d/10-a.conf", "/etc/systemd/system/\(name).d/20-b.conf",
                "/etc/systemd/system/\(name).d/30-c.conf",
            ])
    }

    @Test(
        "a command line is expanded as systemd expands it",
        arguments: [
            ("/x $LIST", ["--a", "--b=c d"]), ("/x ${LIST}", ["--a '--b=c d'"]), ("/x pre${ONE}post", ["pre1post"]),
            ("/x pre$ONE", ["pre$ONE"]), ("/x $NONE ${NONE}", [""]), ("/x $$ONE a$$b %%", ["$ONE", "a$b", "%"]),
            ("/x ${open", ["${open"]), ("/x $", ["$"]), ("/x \\\n  --two \\\n  --three", ["--two", "--three"]),
            ("/x 'a b' \"c\\td\"", ["a b", "c\td"]), ("/x", []),
            ("/a --first\nExecStart=\nExecStart=/b --second", ["--second"]),
        ])
    func expansion(command: String, arguments: [String]) throws {
        let found = try service([
            Self.unit:
                "[Service]\nEnvironment=ONE=1 \"LIST=--a '--b=c d'\"\nExecStart=\(command)\n[Install]\nExecStart=/no --no\n"
        ])
        #expect(found?.arguments == arguments)
    }

    @Test("comments and other sections say nothing, an absent EnvironmentFile costs nothing")
    func noise() throws {
        let found = try #require(
            try service([
                Self.unit: """
                ExecStart=/x --before
                [Unit]
                ExecStart=/x --unit
                [Service]
                # ExecStart=/x --comment
                EnvironmentFile=-/etc/absent
                ExecStart = /x --a
                no assignment
                """
            ]))
        #expect(found.arguments == ["--a"] && found.sources == [Self.unit])
    }
}
