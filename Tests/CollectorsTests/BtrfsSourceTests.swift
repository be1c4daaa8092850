// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing
import TreeSupport

@testable import Collectors

/// A host with one btrfs, whose mounts and answers are made up.
private final class BtrfsHost {
    static let uuid = "4f1c8a52-0b7e-4f7e-8d5c-3a2b1c0d9e8f"

    let driver: ScrapeDriver
    /// The paths that were asked.
    let log: Log
    private let tree = HostTree()

    init(rootfs: String = "/", ask: @escaping BtrfsSource.Ask) throws {
        let sources = Sources()
        let roots = Roots(procfs: tree.procfs, sysfs: tree.sysfs, rootfs: rootfs)
        let context = CollectorContext(roots: roots, options: Options(), sources: sources)
        let log = Log()
        sources.add(
            BtrfsSource(context) { path in
                log.add(path.text)
                return ask(path)
            })
        self.log = log
        driver = try ScrapeDriver([CollectorEntry(BtrfsCollector.self)], roots: roots, sources: sources)
        tree.write("sys/fs/btrfs/\(Self.uuid)/label", "data\n")
        tree.write("sys/fs/btrfs/\(Self.uuid)/devices/sdb/size", "16\n")
    }

    final class Log: Sendable {
        private let paths = Mutex<[String]>([])

        func add(_ path: String) { paths.withLock { $0.append(path) } }

        /// The paths since the last call.
        func take() -> [String] {
            paths.withLock { paths in
                defer { paths = [] }
                return paths
            }
        }
    }

    func mount(_ lines: String...) {
        tree.write("proc/1/mountinfo", lines.map { $0 + "\n" }.joined())
    }

    /// The samples of one scrape that are of devices.
    func devices() -> [String] {
        driver.scrape()
        return driver.text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("node_btrfs_device") }
    }
}

@Suite struct BtrfsSourceTests {
    private static let homeLine = "30 29 0:40 /home /home rw - btrfs /dev/sdb rw,subvol=/home"
    private static let rootLine = "29 1 0:40 / /data\\040one rw - btrfs /dev/sdb rw"
    private static let otherLine = "28 1 8:1 / / rw - ext4 /dev/sda1 rw"

    private static let volume = BtrfsVolume(
        uuid: BtrfsHost.uuid,
        devices: [
            BtrfsVolume.Device(
                name: "sdb", uuid: "00ff", totalBytes: 8_192, usedBytes: 3_000, writeErrors: 1, readErrors: 2,
                flushErrors: 3, corruptionErrors: 4, generationErrors: 5)
        ])

    @Test("what the file system says of its devices takes the place of what sysfs says")
    func devices() throws {
        let host = try BtrfsHost { _ in .volume(Self.volume) }
        host.mount(Self.otherLine, Self.rootLine)
        let labels = "btrfs_dev_uuid=\"00ff\",device=\"sdb\""
        let uuid = "uuid=\"\(BtrfsHost.uuid)\""
        #expect(
            host.devices() == [
                "node_btrfs_device_size_bytes{\(labels),\(uuid)} 8192",
                "node_btrfs_device_unused_bytes{\(labels),\(uuid)} 5192",
                "node_btrfs_device_errors_total{\(labels),type=\"write\",\(uuid)} 1",
                "node_btrfs_device_errors_total{\(labels),type=\"read\",\(uuid)} 2",
                "node_btrfs_device_errors_total{\(labels),type=\"flush\",\(uuid)} 3",
                "node_btrfs_device_errors_total{\(labels),type=\"corruption\",\(uuid)} 4",
                "node_btrfs_device_errors_total{\(labels),type=\"generation\",\(uuid)} 5",
            ])
        #expect(host.log.take() == ["/data one"])
        #expect(host.driver.result.itemsLost == 0)
    }

    @Test("of several mounts of a file system the first that may be opened is asked, below rootfs")
    func places() throws {
        let host = try BtrfsHost(rootfs: "/host") { path in
            path.text == "/host/home" ? .failed(errno: EACCES) : .volume(Self.volume)
        }
        host.mount(Self.homeLine, Self.rootLine)
        #expect(host.devices().count == 7)
        #expect(host.log.take() == ["/host/home", "/host/data one"])
    }

    @Test(
        "without the right to ask there are the sizes of sysfs, and nothing is lost; another error is",
        arguments: [(EACCES, 0), (EPERM, 0), (EIO, 1)])
    func refused(errno: Int32, lost: Int) throws {
        let host = try BtrfsHost { _ in .failed(errno: errno) }
        host.mount(Self.rootLine)
        #expect(host.devices() == ["node_btrfs_device_size_bytes{device=\"sdb\",uuid=\"\(BtrfsHost.uuid)\"} 8192"])
        #expect(host.driver.result.itemsLost == lost)
    }

    @Test("a file system that hangs is lost, and shown by what sysfs says")
    func stuck() throws {
        let host = try BtrfsHost { _ in .volume(Self.volume) }
        host.mount(Self.rootLine)
        host.driver.scrape(leavingOut: { $0 == "/data one" })
        #expect(host.driver.text.contains("node_btrfs_device_size_bytes{device=\"sdb\""))
        #expect(host.driver.result.itemsLost == 1)
        #expect(host.devices().count == 7)
        #expect(host.driver.result.itemsLost == 0)
    }

    @Test("a file system that is unmounted is asked no longer")
    func unmounted() throws {
        let host = try BtrfsHost { _ in .volume(Self.volume) }
        host.mount(Self.rootLine)
        _ = host.devices()
        host.mount(Self.otherLine)
        _ = host.log.take()
        #expect(host.devices().count == 1)
        #expect(host.log.take() == [])
    }

    @Test("the answer of another file system is not this one's")
    func foreign() throws {
        let host = try BtrfsHost { _ in .volume(BtrfsVolume(uuid: "ab", devices: Self.volume.devices)) }
        host.mount(Self.rootLine)
        #expect(host.devices().count == 1)
    }
}
