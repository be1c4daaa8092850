// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import Testing

@testable import Collectors

/// A folder that stands for /sys, with chips that come and go.
private final class HwmonTree {
    let sys: String
    private let sources = Sources()
    private var reader = KernelFileReader(budget: DescriptorBudget(limit: 64))
    private var number: UInt64 = 0
    let slot: Slot<HwmonCollector>

    init() throws {
        sys = NSTemporaryDirectory() + "hwmon-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: sys, withIntermediateDirectories: true)
        let options = Options()
        slot = try Slot(
            HwmonCollector.self,
            context: CollectorContext(roots: Roots(sysfs: sys), options: options, sources: sources))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: sys)
    }

    var source: HwmonSource? { slot.itemSources.first as? HwmonSource }

    func write(_ path: String, _ text: String) throws {
        let url = URL(fileURLWithPath: sys + "/" + path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: false, encoding: .utf8)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: sys + "/" + path) }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: sys + "/" + path, withDestinationPath: target)
    }

    /// One scrape; items whose state is held by somebody else are left out, as the lane does.
    func scrape() throws -> [String] {
        number += 1
        let scrape = number
        let source = try #require(source)
        if source.isNeeded {
            reader.beginCollection(scrape: scrape)
            #expect(source.discovery.begin())
            try source.discover(from: &reader)
            source.discovery.finish(scrape: scrape)
            for item in source.items where item.state.begin() {
                reader.beginCollection(scrape: scrape)
                item.read(from: &reader)
                item.state.finish(scrape: scrape)
            }
        }
        reader.beginCollection(scrape: scrape)
        slot.collect(from: &reader)
        var composer = PageComposer()
        slot.addSamples(to: &composer)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        return String(decoding: sink.array, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }.sorted()
    }
}

@Suite struct HwmonSourceTests {
    @Test("chips and attributes that come, change and go are noticed at the next scrape")
    func comeAndGo() throws {
        let tree = try HwmonTree()
        #expect(try tree.scrape() == [])
        guard case .absent = tree.slot.result.outcome else {
            Issue.record("no chips is an absence")
            return
        }
        try tree.write("class/hwmon/hwmon0/temp1_input", "1000\n")
        #expect(try tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon0",sensor="temp1"} 1"#])
        try tree.write("class/hwmon/hwmon0/temp1_input", "2000\n")
        #expect(try tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon0",sensor="temp1"} 2"#])
        try tree.write("class/hwmon/hwmon0/fan1_input", "600\n")
        try tree.remove("class/hwmon/hwmon0/temp1_input")
        #expect(try tree.scrape() == [#"node_hwmon_fan_rpm{chip="hwmon0",sensor="fan1"} 600"#])
        // The same entry, another chip.
        try tree.remove("class/hwmon/hwmon0")
        try tree.write("devices/isa/a.1/hwmon/hwmon0/fan1_input", "700\n")
        try tree.link("devices/isa/a.1/hwmon/hwmon0/device", to: "../../../a.1")
        try tree.link("class/hwmon/hwmon0", to: "../../devices/isa/a.1/hwmon/hwmon0")
        #expect(try tree.scrape() == [#"node_hwmon_fan_rpm{chip="isa_a_1",sensor="fan1"} 700"#])
        // Again, with the class's listing as it was.
        try tree.write("devices/isa/b.2/hwmon/hwmon0/fan1_input", "800\n")
        try tree.link("devices/isa/b.2/hwmon/hwmon0/device", to: "../../../b.2")
        try tree.remove("class/hwmon/hwmon0")
        try tree.link("class/hwmon/hwmon0", to: "../../devices/isa/b.2/hwmon/hwmon0")
        #expect(try tree.scrape() == [#"node_hwmon_fan_rpm{chip="isa_b_2",sensor="fan1"} 800"#])
        try tree.remove("class/hwmon")
        #expect(try tree.scrape() == [])
        try tree.write("class/hwmon/hwmon3/temp1_input", "1000\n")
        #expect(try tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon3",sensor="temp1"} 1"#])
    }

    @Test("a chip in which a thread hangs costs itself alone and is kept until the thread is back")
    func stuck() throws {
        let tree = try HwmonTree()
        try tree.write("class/hwmon/hwmon0/temp1_input", "1000\n")
        try tree.write("class/hwmon/hwmon1/temp1_input", "2000\n")
        #expect(try tree.scrape().count == 2)
        let chip = try #require(tree.source?.chips.first { $0.label == "hwmon0" })
        #expect(chip.state.begin())
        #expect(try tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon1",sensor="temp1"} 2"#])
        #expect(tree.slot.result.itemsLost == 1)
        // Its entry goes and comes back as another chip: the stuck one stays in the list, and no second one is made.
        try tree.remove("class/hwmon/hwmon0")
        #expect(try tree.scrape().count == 1)
        #expect(tree.source?.chips.contains { $0 === chip } == true)
        try tree.write("class/hwmon/hwmon0/fan1_input", "5\n")
        #expect(try tree.scrape().count == 1)
        #expect(tree.source?.chips.count == 2)
        chip.state.finish(scrape: 0)
        #expect(try tree.scrape().contains(#"node_hwmon_fan_rpm{chip="hwmon0",sensor="fan1"} 5"#))
        #expect(tree.slot.result.itemsLost == 0)
    }

    @Test("a name is taken apart as node_exporter's expression does")
    func names() {
        #expect(HwmonAttributeName("temp12_crit_alarm")?.property == "crit_alarm")
        #expect(HwmonAttributeName("temp12_crit_alarm")?.sensor == "temp12")
        #expect(HwmonAttributeName("beep_enable")?.sensor == "beep_enable0")
        #expect(HwmonAttributeName("pwm1")?.property == "")
        #expect(HwmonAttributeName("temp_a1b")?.property == "a1b")
        for name in ["", "1", "temp1_", "temp1x", "_", "power", "uevent", "power_state", "temp99999999999999999999"] {
            #expect(HwmonAttributeName(name) == nil, "\(name)")
        }
    }
}
