// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Testing

@testable import Agent

@Suite struct AssemblyTests {
    @Test("the switches say which collectors there are")
    func switches() throws {
        let host = try MadeUpHost()
        #expect(try host.assembly().names == ["filefd", "loadavg"])
        #expect(try host.assembly(["collector.filefd": ["false"]]).names == ["loadavg"])
        #expect(try host.assembly(["collector.arp": ["true"]]).names == ["arp", "filefd", "loadavg"])
        let onlyGiven = ["collector.disable-defaults": ["true"]]
        #expect(try host.assembly(onlyGiven).names == [])
        #expect(try host.assembly(onlyGiven.merging(["collector.filefd": ["true"]]) { $1 }).names == ["filefd"])
    }

    @Test("one page has what the collectors read, and what the agent says of itself unless that is switched off")
    func page() throws {
        let host = try MadeUpHost()
        let page = String(decoding: try host.assembly().scrapeOnce(), as: UTF8.self)
        #expect(page.contains("\nnode_load5 0.5\n") && page.contains("\nnode_filefd_maximum 2000\n"))
        #expect(page.contains("node_scrape_collector_success{collector=\"loadavg\"} 1\n"))
        #expect(page.contains("version=\"1.2.3\"") && page.contains("\nprocess_"))
        let bare = String(
            decoding: try host.assembly(["web.disable-exporter-metrics": ["true"]]).scrapeOnce(), as: UTF8.self)
        #expect(
            bare.contains("\nnode_load5 0.5\n") && !bare.contains("version=\"1.2.3\"") && !bare.contains("\nprocess_"))
        #expect(bare.contains("\nnode_exporter_build_info{"))
    }

    @Test("settings that exclude each other are refused")
    func refused() throws {
        let host = try MadeUpHost()
        let error = #expect(throws: ConfigurationError.self) {
            try host.assembly([
                "collector.arp": ["true"], "collector.arp.device-include": ["a"], "collector.arp.device-exclude": ["b"],
            ])
        }
        #expect(error?.description.hasPrefix("--collector.arp.device-") == true)
    }

    @Test("a change of a collector's state is logged once, lost as a warning, back as information")
    func states() throws {
        let host = try MadeUpHost()
        let log = CapturedLog()
        let assembly = try host.assembly(["collector.filefd": ["false"]], logger: log.logger)
        _ = assembly.scrapeOnce()
        #expect(log.take() == ["debug collector works collector=loadavg state=ok"])
        try host.folder.write("proc/loadavg", "broken\n")
        _ = assembly.scrapeOnce()
        _ = assembly.scrapeOnce()
        let lost = log.take()
        #expect(lost.count == 1 && lost[0].hasPrefix("warning collector failed before=ok collector=loadavg reason="))
        try host.folder.write("proc/loadavg", "1 2 3 1/1 1\n")
        _ = assembly.scrapeOnce()
        #expect(log.take() == ["info collector is back before=failed collector=loadavg state=ok"])
    }

    @Test("every collector of this program can be made without a host, and none holds a device to let go of")
    func everything() throws {
        let host = try MadeUpHost()
        let flags = Dictionary(
            uniqueKeysWithValues: Registry.entries.map { ("collector." + $0.descriptor.name, ["true"]) })
        let assembly = try Assembly(
            options: host.load(flags).configuration.options, facts: MadeUpHost.facts, logger: nil)
        #expect(assembly.enabled.count == Registry.entries.count)
        #expect(try host.assembly().letGoOfDevices() == nil)
    }
}
