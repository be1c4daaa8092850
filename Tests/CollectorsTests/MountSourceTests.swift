// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import Synchronization
import Testing

@testable import Collectors

/// A host whose mounts and file systems are made up.
private final class MountedHost {
    let folder = FileManager.default.temporaryDirectory.path + "/mounts-\(UUID().uuidString)"
    let source: MountSource
    let slot: any CollectorSlot
    private var reader = KernelFileReader(budget: DescriptorBudget(limit: 8))
    private var scrape: UInt64 = 0

    init(rootfs: String = "/", ask: @escaping MountSource.Ask) throws {
        try FileManager.default.createDirectory(atPath: folder + "/1", withIntermediateDirectories: true)
        let context = CollectorContext(
            roots: Roots(procfs: folder, rootfs: rootfs), options: Options(),
            sources: Sources())
        source = try context.sources.shared(MountSource.self) { () throws(ConfigurationError) in
            try MountSource(context, ask: ask)
        }
        slot = try Slot(FilesystemCollector.self, context: context)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func mount(_ lines: [String]) throws {
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: folder + "/1/mountinfo", atomically: false, encoding: .utf8)
    }

    /// One scrape; `during` runs between reading the items and looking at them.
    func page(during: () -> Void = {}) -> String {
        scrape += 1
        reader.beginCollection(scrape: scrape)
        #expect(source.discovery.begin())
        source.discover(from: &reader)
        source.discovery.finish(scrape: scrape)
        for item in source.items where item.state.begin() {
            item.read(from: &reader)
            item.state.finish(scrape: scrape)
        }
        during()
        reader.beginCollection(scrape: scrape)
        slot.collect(from: &reader)
        var composer = PageComposer()
        slot.addSamples(to: &composer)
        var sink = ByteSink()
        composer.write(.text, to: &sink)
        return String(decoding: sink.array, as: UTF8.self)
    }

    func answers() -> [String] {
        var found: [String] = []
        source.forEachAnswer(in: scrape) { mount, space in found.append("\(mount.mountPoint) \(space.blocks)") }
        return found
    }
}

private let someSpace = FilesystemSpace(
    blockSizeBytes: 4_096, blocks: 67_638_293, freeBlocks: 3, availableBlocks: 2, files: 7, freeFiles: 5)

@Suite struct MountSourceTests {
    private static let rootLine = "29 1 8:2 / / rw - ext4 /dev/sda2 rw"
    private static let dataLine = "30 29 0:44 / /data rw - nfs server:/x rw"

    @Test("sizes are blocks times the size of a block")
    func sizes() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        try host.mount([Self.rootLine])
        let page = host.page()
        let labels = #"{device="/dev/sda2",device_error="",fstype="ext4",mountpoint="/"}"#
        #expect(page.contains("node_filesystem_size_bytes\(labels) 2.77046448128e+11\n"))
        #expect(page.contains("node_filesystem_free_bytes\(labels) 12288\n"))
        #expect(page.contains("node_filesystem_avail_bytes\(labels) 8192\n"))
        #expect(page.contains("node_filesystem_files\(labels) 7\n"))
        #expect(page.contains("node_filesystem_files_free\(labels) 5\n"))
        #expect(page.contains("node_filesystem_readonly\(labels) 0\n"))
        #expect(host.answers() == ["/ 67638293"])
    }

    @Test("a mount that hangs costs itself, is not asked again and comes back by itself")
    func stuck() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        try host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let data = try #require(host.source.mounts.last?.item)
        #expect(data.state.begin())
        let page = host.page()
        let timeout = #"{device="server:/x",device_error="mountpoint timeout",fstype="nfs",mountpoint="/data"} "#
        #expect(page.contains("node_filesystem_device_error" + timeout + "1\n"))
        #expect(page.contains("node_filesystem_readonly" + timeout + "0\n"))
        #expect(!page.contains("node_filesystem_size_bytes{device=\"server:/x\""))
        #expect(page.contains("node_filesystem_size_bytes{device=\"/dev/sda2\""))
        #expect(host.slot.result.itemsLost == 1)
        #expect(host.answers() == ["/ 67638293"])
        data.state.finish(scrape: 0)
        #expect(host.page().contains("node_filesystem_size_bytes{device=\"server:/x\""))
    }

    @Test("a hanging mount that is unmounted stays on the list until its thread is back")
    func unmountedWhileStuck() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        try host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let data = try #require(host.source.mounts.last?.item)
        #expect(data.state.begin())
        try host.mount([Self.rootLine])
        let page = host.page()
        #expect(!page.contains("/data"))
        #expect(host.source.items.contains { $0 === data })
        try host.mount([Self.rootLine, Self.dataLine])
        #expect(host.page().contains("mountpoint timeout"))
        #expect(host.source.mounts.last?.item === data)
        #expect(host.source.items.count == 2)
        try host.mount([Self.rootLine])
        _ = host.page()
        data.state.finish(scrape: 0)
        _ = host.page()
        #expect(host.source.items.count == 1)
    }

    @Test("items are kept while the list stays as it is, and for the mounts that stay when it changes")
    func reuse() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        try host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let first = host.source.mounts.map { ObjectIdentifier($0.item) }
        _ = host.page()
        #expect(host.source.mounts.map { ObjectIdentifier($0.item) } == first)
        try host.mount(["31 29 0:50 / /new rw - tmpfs t rw", Self.dataLine])
        _ = host.page()
        #expect(host.source.mounts.count == 2)
        #expect(host.source.mounts.last.map { ObjectIdentifier($0.item) } == first.last)
    }

    @Test(
        "errors have node_exporter's words",
        arguments: [
            (EACCES, "permission denied"), (ESTALE, "stale NFS file handle"), (EIO, "input/output error"),
            (ENOTCONN, "transport endpoint is not connected"), (ENOENT, "no such file or directory"),
        ])
    func errors(errno: Int32, text: String) throws {
        let host = try MountedHost { _ in .failed(errno: errno) }
        try host.mount([Self.rootLine])
        let page = host.page()
        #expect(page.contains("node_filesystem_device_error{device=\"/dev/sda2\",device_error=\"\(text)\""))
        #expect(!page.contains("node_filesystem_size_bytes"))
        #expect(host.answers().isEmpty)
    }

    @Test("the host's paths are asked below rootfs and shown without it")
    func rootfs() throws {
        let asked = Mutex<[String]>([])
        let host = try MountedHost(rootfs: "/host") { path in
            asked.withLock { $0.append(path.text) }
            return .space(someSpace)
        }
        try host.mount([
            Self.rootLine, "30 29 8:3 / /host/a\\040b\\134c rw - ext4 x rw", "31 29 8:4 / /hostdata rw - ext4 y rw",
            "32 29 8:5 / /host rw - ext4 z rw",
        ])
        _ = host.page()
        #expect(asked.withLock { $0 } == ["/host", "/host/a b\\c", "/host/hostdata", "/host"])
        #expect(host.source.mounts.map(\.mountPoint) == ["/", "/a b\\134c", "/hostdata", "/"])
    }

    @Test("ten thousand mounts are all there")
    func many() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        try host.mount((0..<10_000).map { "\($0) 1 0:\($0) / /pods/\($0) rw - tmpfs tmpfs rw" })
        #expect(host.page().split(separator: "\n").count { $0.hasPrefix("node_filesystem_size_bytes") } == 10_000)
        #expect(host.slot.result.itemsLost == 0)
    }
}
