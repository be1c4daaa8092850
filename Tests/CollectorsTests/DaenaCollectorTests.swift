// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@testable import Collectors

@Suite struct DaenaCollectorTests {
    /// A page of the collector over a list of mounts whose file systems are 60 % full for users, by the lines' paths.
    private func page(_ mounts: String, isStuck: (String) -> Bool = { _ in false }) throws -> [String] {
        let tree = HostTree()
        tree.write("proc/1/mountinfo", mounts)
        let sources = Sources()
        let roots = Roots(procfs: tree.procfs, sysfs: tree.sysfs)
        let context = CollectorContext(roots: roots, options: Options(), sources: sources)
        sources.add(
            try MountSource(
                context,
                statfs: { _ in
                    .space(
                        FilesystemSpace(
                            blockSizeBytes: 4_096, blocks: 1_100, freeBlocks: 500, availableBlocks: 400, files: 0,
                            freeFiles: 0))
                }))
        let driver = try ScrapeDriver([CollectorEntry(DaenaCollector.self)], roots: roots, sources: sources)
        driver.scrape(leavingOut: isStuck)
        return driver.samples
    }

    private static let mounts = """
        22 1 0:20 / / rw - overlay overlay rw
        23 22 8:1 / /home rw - ext4 /dev/sda1 rw

        """

    @Test("disk_usage is the root's, which the filesystem collector's filters do not take away")
    func rootIsFiltered() throws {
        #expect(
            try page(Self.mounts) == [
                #"daena_memory_metric{name="disk_usage"} 60"#, #"sunflower_disk_usage_percent{mount="/home"} 60"#,
            ])
    }

    @Test("what hangs is not there, and the rest is")
    func rootHangs() throws {
        #expect(
            try page(Self.mounts) { $0 == "/" || $0 == "" } == [#"sunflower_disk_usage_percent{mount="/home"} 60"#])
        #expect(try page(Self.mounts) { $0 == "/home" } == [#"daena_memory_metric{name="disk_usage"} 60"#])
    }
}
