// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@Suite struct RuntimePMTests {
    private static func reader() -> KernelFileReader {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 16))
        reader.beginCollection(scrape: 1)
        return reader
    }

    /// Whether what is above a folder sleeps.
    private static func isAsleep(_ tree: HostTree, above folder: String) -> Bool {
        var reader = reader()
        return RuntimePM(above: tree.path(folder), from: &reader).isAsleep(from: &reader)
    }

    @Test(
        "asleep is what is said to sleep or to be about to, and nothing else",
        arguments: [
            ("active", false), ("suspended", true), ("suspending", true), ("resuming", false), ("unsupported", false),
            ("error", false), ("hibernating", false), ("", false),
        ])
    func words(word: String, isAsleep: Bool) {
        #expect(RuntimeStatus(word: word).isAsleep == isAsleep)
        let tree = HostTree()
        tree.write("sys/devices/pci0000:00/0000:03:00.0/power/runtime_status", word + "\n")
        tree.make("sys/devices/pci0000:00/0000:03:00.0/hwmon/hwmon2")
        #expect(Self.isAsleep(tree, above: "sys/devices/pci0000:00/0000:03:00.0/hwmon/hwmon2") == isAsleep)
        var reader = Self.reader()
        let device = RuntimePM(of: tree.path("sys/devices/pci0000:00/0000:03:00.0"), from: &reader)
        let isDeviceAsleep = device.isAsleep(from: &reader)
        #expect(isDeviceAsleep == isAsleep)
    }

    @Test("a class's link to its device leads to what may sleep")
    func deviceLink() {
        let tree = HostTree()
        tree.write("sys/devices/pci0000:00/0000:03:00.0/power/runtime_status", "suspended\n")
        tree.make("sys/class/net/eth0")
        tree.link("sys/class/net/eth0/device", to: "../../../devices/pci0000:00/0000:03:00.0")
        #expect(Self.isAsleep(tree, above: "sys/class/net/eth0"))
    }

    @Test(
        "a bridge, a USB device or a SCSI device above sleeps for what is below",
        arguments: [
            "pci0000:00/0000:00:1c.0/0000:03:00.0/nvme/nvme0/hwmon9",
            "pci0000:00/0000:00:14.0/usb1/1-3.2/1-3.2:1.0/net/a",
            "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/hwmon/hwmon3",
        ])
    func parents(path: String) {
        let tree = HostTree()
        let names = path.split(separator: "/").map(String.init)
        let sleeping = ["0000:00:1c.0", "1-3.2", "0:0:0:0"]
        var folder = "sys/devices"
        for name in names {
            folder += "/" + name
            tree.write(folder + "/power/runtime_status", sleeping.contains(name) ? "suspended\n" : "unsupported\n")
            if name == "0000:00:1c.0" { tree.write(folder + "/class", "0x060400\n") }
        }
        #expect(Self.isAsleep(tree, above: folder))
    }

    @Test("a device that runs keeps those above it awake, whatever they say")
    func decisive() {
        let tree = HostTree()
        tree.write("sys/devices/pci0000:00/0000:00:1c.0/power/runtime_status", "suspended\n")
        tree.write("sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/power/runtime_status", "active\n")
        #expect(!Self.isAsleep(tree, above: "sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0"))
    }

    @Test(
        "what dozes between two transfers is no sleeping device",
        arguments: [
            // Memory modules' sensors on SMBus, a watchdog in the chipset, a sensor on a board, a HID interface.
            ("pci0000:00/0000:00:1f.4/i2c-0/0-0018/hwmon/hwmon1", "0x0c0500"),
            ("pci0000:00/0000:00:1f.0/iTCO_wdt/watchdog/watchdog0", "0x060100"),
            ("platform/20c8000.tempmon/hwmon/hwmon0", ""),
            ("pci0000:00/0000:00:15.0/i2c_designware.0/i2c-1/1-0040/hwmon/hwmon4", "0x118000"),
            ("usb1/1-3:1.0/0003:1B1C:1C05.0001/hwmon/hwmon5", ""),
        ])
    func dozing(path: String, classCode: String) {
        let tree = HostTree()
        var folder = "sys/devices"
        for name in path.split(separator: "/") {
            folder += "/" + name
            tree.write(folder + "/power/runtime_status", "suspended\n")
            if name.hasPrefix("0000:") { tree.write(folder + "/class", classCode + "\n") }
        }
        #expect(!Self.isAsleep(tree, above: folder))
    }

    @Test("each question is answered anew")
    func changes() {
        let tree = HostTree()
        let file = "sys/devices/pci0000:00/0000:03:00.0/power/runtime_status"
        tree.write(file, "active\n")
        var reader = Self.reader()
        let device = RuntimePM(of: tree.path("sys/devices/pci0000:00/0000:03:00.0"), from: &reader)
        var found = [device.status(from: &reader)]
        for word in ["suspended", "error", "active"] {
            tree.write(file, word + "\n")
            found.append(device.status(from: &reader))
        }
        found.append(RuntimePM().status(from: &reader))
        #expect(found == [.active, .suspended, .error, .active, .unknown])
    }
}
