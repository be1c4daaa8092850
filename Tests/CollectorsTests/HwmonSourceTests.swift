// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@testable import Collectors

/// A folder that stands for /sys, with chips that come and go.
private final class HwmonTree {
    private let tree = HostTree()
    let driver: ScrapeDriver

    init() throws {
        driver = try ScrapeDriver([CollectorEntry(HwmonCollector.self)], roots: Roots(sysfs: tree.root))
    }

    func write(_ path: String, _ text: String) { tree.write(path, text) }

    func remove(_ path: String) { tree.remove(path) }

    func link(_ path: String, to target: String) { tree.link(path, to: target) }

    /// One scrape's samples.
    func scrape() -> [String] {
        driver.scrape()
        return driver.samples
    }
}

@Suite struct HwmonSourceTests {
    @Test("chips and attributes that come, change and go are noticed at the next scrape")
    func comeAndGo() throws {
        let tree = try HwmonTree()
        #expect(tree.scrape() == [])
        guard case .absent = tree.driver.result.outcome else {
            Issue.record("no chips is an absence")
            return
        }
        tree.write("class/hwmon/hwmon0/temp1_input", "1000\n")
        #expect(tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon0",sensor="temp1"} 1"#])
        tree.write("class/hwmon/hwmon0/temp1_input", "2000\n")
        #expect(tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon0",sensor="temp1"} 2"#])
        tree.write("class/hwmon/hwmon0/fan1_input", "600\n")
        tree.remove("class/hwmon/hwmon0/temp1_input")
        #expect(tree.scrape() == [#"node_hwmon_fan_rpm{chip="hwmon0",sensor="fan1"} 600"#])
        // The same entry, another chip.
        tree.remove("class/hwmon/hwmon0")
        tree.write("devices/isa/a.1/hwmon/hwmon0/fan1_input", "700\n")
        tree.link("devices/isa/a.1/hwmon/hwmon0/device", to: "../../../a.1")
        tree.link("class/hwmon/hwmon0", to: "../../devices/isa/a.1/hwmon/hwmon0")
        #expect(tree.scrape() == [#"node_hwmon_fan_rpm{chip="isa_a_1",sensor="fan1"} 700"#])
        // Again, with the class's listing as it was.
        tree.write("devices/isa/b.2/hwmon/hwmon0/fan1_input", "800\n")
        tree.link("devices/isa/b.2/hwmon/hwmon0/device", to: "../../../b.2")
        tree.remove("class/hwmon/hwmon0")
        tree.link("class/hwmon/hwmon0", to: "../../devices/isa/b.2/hwmon/hwmon0")
        #expect(tree.scrape() == [#"node_hwmon_fan_rpm{chip="isa_b_2",sensor="fan1"} 800"#])
        tree.remove("class/hwmon")
        #expect(tree.scrape() == [])
        tree.write("class/hwmon/hwmon3/temp1_input", "1000\n")
        #expect(tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon3",sensor="temp1"} 1"#])
    }

    @Test("a chip in which a thread hangs costs itself alone and is kept until the thread is back")
    func stuck() throws {
        let tree = try HwmonTree()
        tree.write("class/hwmon/hwmon0/temp1_input", "1000\n")
        tree.write("class/hwmon/hwmon1/temp1_input", "2000\n")
        #expect(tree.scrape().count == 2)
        let chip = try #require(tree.driver.items.first { $0.name.hasSuffix("hwmon0") } as? Item<HwmonChip>)
        // A thread is in the chip from here to the end of the closure.
        let isStuck: Void? = chip.use { _ in
            #expect(tree.scrape() == [#"node_hwmon_temp_celsius{chip="hwmon1",sensor="temp1"} 2"#])
            #expect(tree.driver.result.itemsLost == 1)
            // Its entry goes and comes back as another chip: the stuck one stays in the list, and no second one is made.
            tree.remove("class/hwmon/hwmon0")
            #expect(tree.scrape().count == 1)
            #expect(tree.driver.items.contains { $0 === chip })
            tree.write("class/hwmon/hwmon0/fan1_input", "5\n")
            #expect(tree.scrape().count == 1)
            #expect(tree.driver.items.count == 2)
        }
        #expect(isStuck != nil)
        // One scrape notices that the thread is back, and makes the chip anew.
        #expect(tree.scrape().contains(#"node_hwmon_fan_rpm{chip="hwmon0",sensor="fan1"} 5"#))
        #expect(tree.driver.result.itemsLost == 0)
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
