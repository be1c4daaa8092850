// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Devices
import Exposition
import FakeNVMLSupport
import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing
import TreeSupport

@testable import Collectors

/// A host with NVIDIA GPUs: a PCI tree, a scripted library and the collectors that tell of them.
final class GPUHost {
    private let tree = HostTree()
    let fake: FakeLibrary
    let library: NVMLSource
    let source: NVIDIASource
    private let driver: ScrapeDriver
    private let hangs: HangingReads?

    /// `mayHang` reads each item in a thread of its own, which is left behind when it hangs in the library; `nodes` are
    /// those of the driver.
    init(
        _ gpus: Int, _ script: String, driver: Int = 590, flags: [String] = [], nodes: [String] = [],
        mayHang: Bool = false
    ) throws {
        hangs = mayHang ? HangingReads([]) : nil
        fake = try FakeLibrary(driver: driver, script)
        let roots = Roots(
            procfs: tree.procfs, sysfs: tree.sysfs, rootfs: tree.rootfs, udevData: tree.udevData)
        let table = FlagTable(Registry.entries.flatMap(\.descriptor.options))
        let parsed = try table.parse(flags + ["--collector.nvidia.library=" + fake.path])
        let options = Options(given: parsed.given)
        tree.write("sys/module/nvidia/version", "590.48.01\n")
        for gpu in 0..<gpus { Self.addGPU(gpu, to: tree) }
        let inventory = DeviceInventory(roots: roots, options: DeviceOptions(), isPatient: false)
        let now = Clock()
        clock = now
        library = NVMLSource(
            roots: roots, options: NVIDIAOptions(options), inventory: inventory, nodes: nodes
        ) { now.nanoseconds }
        source = NVIDIASource(roots: roots, library: library, inventory: inventory)
        let sources = Sources()
        sources.add(inventory)
        sources.add(library)
        sources.add(source)
        let entries = try ["nvidia", "daena", "devices"].map { name in
            try #require(Registry.entries.first { $0.descriptor.name == name })
        }
        self.driver = try ScrapeDriver(
            entries, roots: roots, options: options, enabled: ["nvidia"], sources: sources, hangs: hangs)
    }

    deinit {
        guard let hangs else { return }
        // Whatever hangs still is let go of, so that no thread outlives the library.
        try? fake.rewrite("profile h200\ngpus 16\n")
        hangs.letGo()
    }

    /// The time that the source sees, which passes only where a test says so.
    final class Clock: Sendable {
        private let value = Atomic<UInt64>(1_000_000_000_000)
        var nanoseconds: UInt64 { value.load(ordering: .relaxed) }
        func pass(_ seconds: UInt64) { value.add(seconds * 1_000_000_000, ordering: .relaxed) }
    }

    let clock: Clock

    static func address(_ gpu: Int) -> String { "0000:" + String(0x1b + 16 * gpu, radix: 16) + ":00.0" }

    private static func addGPU(_ gpu: Int, to tree: HostTree) {
        let name = address(gpu)
        let folder = "sys/devices/pci0000:00/" + name
        for (file, text) in [
            ("vendor", "0x10de"), ("device", "0x2335"), ("class", "0x030200"), ("revision", "0xa1"),
            ("subsystem_vendor", "0x10de"), ("subsystem_device", "0x18be"), ("numa_node", "0"),
            ("power/runtime_status", "active"),
        ] { tree.write(folder + "/" + file, text + "\n") }
        tree.link("sys/bus/pci/devices/" + name, to: "../../../devices/pci0000:00/" + name)
        bind(gpu, true, in: tree)
    }

    private static func bind(_ gpu: Int, _ isBound: Bool, in tree: HostTree) {
        let link = "sys/devices/pci0000:00/" + address(gpu) + "/driver"
        tree.make("sys/bus/pci/drivers/nvidia")
        if isBound {
            tree.link(link, to: "../../../bus/pci/drivers/nvidia")
        } else {
            tree.remove(link)
        }
    }

    func bind(_ gpu: Int, _ isBound: Bool) { Self.bind(gpu, isBound, in: tree) }

    func write(_ file: String, _ text: String) { tree.write(file, text) }

    /// Whether runtime power management may put a GPU to sleep.
    func setControl(_ gpu: Int, _ word: String) {
        write("sys/devices/pci0000:00/" + Self.address(gpu) + "/power/control", word + "\n")
    }

    func setPower(_ gpu: Int, _ status: String) {
        write("sys/devices/pci0000:00/" + Self.address(gpu) + "/power/runtime_status", status + "\n")
    }

    /// One scrape: the library, the GPUs, then the collectors.
    @discardableResult
    func scrape() -> String {
        if let hangs {
            let watcher = HangWatcher(fake, hangs)
            driver.scrape()
            watcher.end()
        } else {
            driver.scrape()
        }
        return driver.text
    }

    /// Leaves each thread behind that begins to hang in the library.
    private final class HangWatcher: Sendable {
        private let isOver = Atomic(false)
        private let ended = ThreadSignal()

        init(_ fake: FakeLibrary, _ hangs: HangingReads) {
            let before = fake.hangingThreads
            Thread.detachNewThread { [self] in
                var known = before
                while !isOver.load(ordering: .acquiring) {
                    let count = fake.hangingThreads
                    if count > known { hangs.leaveCurrent() }
                    known = count
                    usleep(500)
                }
                ended.give()
            }
        }

        func end() {
            isOver.store(true, ordering: .releasing)
            ended.wait()
        }
    }

    func waitUntil(_ what: () -> Bool) -> Bool {
        for _ in 0..<1_000 {
            if what() { return true }
            usleep(10_000)
        }
        return false
    }

    func outcome() -> CollectorOutcome { driver.result.outcome }
    func lost() -> Int { driver.result.itemsLost }
    func firstLoss() -> String { driver.result.firstLoss ?? "" }

    func state(_ page: String, _ gpu: Int) -> String { state(page, of: Self.address(gpu)) }

    func state(_ page: String, of device: String) -> String {
        let start = "host_device_state{device=\"\(device)\",kind=\"gpu\",state=\""
        for line in page.split(separator: "\n") where line.hasPrefix(start) && line.hasSuffix("} 1") {
            return String(line.dropFirst(start.utf8.count).prefix { $0 != "\"" })
        }
        return "none"
    }
}

extension String {
    func has(_ line: String) -> Bool { split(separator: "\n").contains { $0 == line } }
    func count(of start: String) -> Int { split(separator: "\n").count { $0.hasPrefix(start) } }
}
