// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing
import TreeSupport

@testable import Collectors

/// A host whose mounts and file systems are made up.
private final class MountedHost {
    private let tree = HostTree()
    let source: MountSource
    let driver: ScrapeDriver

    init(rootfs: String = "/", statfs: @escaping MountSource.Statfs) throws {
        let sources = Sources()
        let roots = Roots(procfs: tree.procfs, rootfs: rootfs)
        source = try MountSource(CollectorContext(roots: roots, options: Options(), sources: sources), statfs: statfs)
        sources.add(source)
        driver = try ScrapeDriver([CollectorEntry(FilesystemCollector.self)], roots: roots, sources: sources)
    }

    func mount(_ lines: [String]) {
        tree.write("proc/1/mountinfo", lines.joined(separator: "\n") + "\n")
    }

    /// What the agent itself sees; without it that is taken to be what the list says.
    func see(_ lines: [String]) {
        tree.write("proc/self/mountinfo", lines.joined(separator: "\n") + "\n")
    }

    /// One scrape.
    func page() -> String {
        driver.scrape()
        return driver.text
    }

    func answers() -> [String] {
        var found: [String] = []
        source.forEachAnswer(in: driver.number) { mount, space in found.append("\(mount.mountPoint) \(space.blocks)") }
        return found
    }

    /// The mounts of the last scrape.
    var mounts: [Mount] { (try? source.withResult(of: driver.number) { $0.mounts }) ?? [] }
}

private let someSpace = FilesystemSpace(
    blockSizeBytes: 4_096, blocks: 67_638_293, freeBlocks: 3, availableBlocks: 2, files: 7, freeFiles: 5)

@Suite struct MountSourceTests {
    private static let rootLine = "29 1 8:2 / / rw - ext4 /dev/sda2 rw"
    private static let dataLine = "30 29 0:44 / /data rw - nfs server:/x rw"

    @Test("sizes are blocks times the size of a block")
    func sizes() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        host.mount([Self.rootLine])
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
        host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let data = try #require(host.mounts.last?.item)
        let held = data.use { _ in host.page() }
        let page = try #require(held)
        let timeout = #"{device="server:/x",device_error="mountpoint timeout",fstype="nfs",mountpoint="/data"} "#
        #expect(page.contains("node_filesystem_device_error" + timeout + "1\n"))
        #expect(page.contains("node_filesystem_readonly" + timeout + "0\n"))
        #expect(!page.contains("node_filesystem_size_bytes{device=\"server:/x\""))
        #expect(page.contains("node_filesystem_size_bytes{device=\"/dev/sda2\""))
        #expect(host.driver.result.itemsLost == 1)
        #expect(host.answers() == ["/ 67638293"])
        #expect(host.page().contains("node_filesystem_size_bytes{device=\"server:/x\""))
    }

    @Test("a hanging mount that is unmounted stays on the list until its thread is back")
    func unmountedWhileStuck() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let data = try #require(host.mounts.last?.item)
        // A thread is in the mount from here to the end of the closure.
        let isStuck: Void? = data.use { _ in
            host.mount([Self.rootLine])
            let page = host.page()
            #expect(!page.contains("/data"))
            #expect(host.driver.items.contains { $0 === data })
            host.mount([Self.rootLine, Self.dataLine])
            #expect(host.page().contains("mountpoint timeout"))
            #expect(host.mounts.last?.item === data)
            #expect(host.driver.items.count == 2)
            host.mount([Self.rootLine])
            _ = host.page()
        }
        #expect(isStuck != nil)
        _ = host.page()
        #expect(host.driver.items.count == 1)
    }

    @Test("items are kept while the list stays as it is, and for the mounts that stay when it changes")
    func reuse() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        host.mount([Self.rootLine, Self.dataLine])
        _ = host.page()
        let first = try host.mounts.map { ObjectIdentifier(try #require($0.item)) }
        _ = host.page()
        #expect(try host.mounts.map { ObjectIdentifier(try #require($0.item)) } == first)
        host.mount(["31 29 0:50 / /new rw - tmpfs t rw", Self.dataLine])
        _ = host.page()
        #expect(host.mounts.count == 2)
        #expect(host.mounts.last?.item.map(ObjectIdentifier.init) == first.last)
    }

    @Test(
        "errors have node_exporter's words",
        arguments: [
            (EACCES, "permission denied"), (ESTALE, "stale NFS file handle"), (EIO, "input/output error"),
            (ENOTCONN, "transport endpoint is not connected"), (ENOENT, "no such file or directory"),
        ])
    func errors(errno: Int32, text: String) throws {
        let host = try MountedHost { _ in .failed(errno: errno) }
        host.mount([Self.rootLine])
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
        host.mount([
            Self.rootLine, "30 32 8:3 / /host/a\\040b\\134c rw - ext4 x rw", "31 29 8:4 / /hostdata rw - ext4 y rw",
            "32 29 8:5 / /host rw - ext4 z rw",
        ])
        _ = host.page()
        #expect(asked.withLock { $0 } == ["/host/a b\\c", "/host/hostdata", "/host"])
        #expect(host.mounts.map(\.mountPoint) == ["/a b\\134c", "/hostdata", "/"])
        #expect(host.mounts.last?.device == "z")
    }

    @Test("what lies below another mount is not shown, nor is it asked for")
    func hidden() throws {
        let asked = Mutex<[String]>([])
        let host = try MountedHost { path in
            asked.withLock { $0.append(path.text) }
            return .space(someSpace)
        }
        host.mount([
            Self.rootLine, "30 29 8:3 / /data rw - ext4 /dev/lower rw", "31 30 8:4 / /data/in rw - ext4 /dev/in rw",
            "32 30 8:5 / /data rw - ext4 /dev/upper rw", "33 29 8:6 / /srv rw - ext4 /dev/srv rw",
            "34 33 8:6 / /srv ro - ext4 /dev/srv rw",
        ])
        let page = host.page()
        #expect(host.mounts.map(\.device) == ["/dev/sda2", "/dev/upper", "/dev/srv"])
        #expect(asked.withLock { $0 } == ["/", "/data", "/srv"])
        // Its own options are shown, not those of the mount of the same device below.
        let srv = #"{device="/dev/srv",device_error="",fstype="ext4",mountpoint="/srv"} 1"#
        #expect(page.contains("node_filesystem_readonly" + srv))
        #expect(host.driver.result.itemsLost == 0)
    }

    @Test("where this process sees another file system, no numbers are given and that is said")
    func foreign() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        host.see([
            "90 80 8:2 / / rw - ext4 /dev/sda2 rw", "91 90 0:60 / /home rw - tmpfs tmpfs rw",
            "92 90 8:7 /private /tmp rw - ext4 /dev/sda7 rw",
        ])
        host.mount([
            Self.rootLine, "30 29 8:3 / /home rw - ext4 /dev/home ro", "31 29 8:7 / /tmp rw - ext4 /dev/sda7 rw",
            "32 29 8:8 / /late rw - ext4 /dev/late rw",
        ])
        let page = host.page()
        let error = #"device_error="another file system is seen at this path",fstype="ext4","#
        #expect(page.contains(#"node_filesystem_device_error{device="/dev/home","# + error + #"mountpoint="/home"} 1"#))
        #expect(page.contains(#"node_filesystem_readonly{device="/dev/home","# + error + #"mountpoint="/home"} 1"#))
        #expect(page.contains(#"node_filesystem_device_error{device="/dev/late","# + error + #"mountpoint="/late"} 1"#))
        #expect(host.answers() == ["/ 67638293", "/tmp 67638293"])
        #expect(host.driver.result.itemsLost == 2)
    }

    @Test("a container sees the host's mounts below rootfs, by whatever numbers of its own")
    func container() throws {
        let host = try MountedHost(rootfs: "/host") { _ in .space(someSpace) }
        host.see([
            "500 400 0:70 / / rw - overlay overlay rw", "501 500 8:2 / /host ro - ext4 /dev/sda2 rw",
            "502 501 0:44 / /host/data ro - nfs server:/x rw", "503 500 8:9 / /etc/hosts rw - ext4 /dev/sda9 rw",
        ])
        host.mount([Self.rootLine, Self.dataLine, "31 29 8:9 / /var rw - ext4 /dev/sda9 rw"])
        _ = host.page()
        #expect(host.answers() == ["/ 67638293", "/data 67638293"])
        #expect(host.mounts.map(\.mountPoint) == ["/", "/data", "/var"])
        #expect(host.driver.result.itemsLost == 1)
    }

    @Test("ten thousand mounts are all there")
    func many() throws {
        let host = try MountedHost { _ in .space(someSpace) }
        host.mount((0..<10_000).map { "\($0) 1 0:\($0) / /pods/\($0) rw - tmpfs tmpfs rw" })
        #expect(host.page().split(separator: "\n").count { $0.hasPrefix("node_filesystem_size_bytes") } == 10_000)
        #expect(host.driver.result.itemsLost == 0)
    }
}
