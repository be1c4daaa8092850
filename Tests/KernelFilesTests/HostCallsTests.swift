// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import KernelFiles

/// Calls of the running kernel whose answers another call can check.
@Suite("Calls that ask the host")
struct HostCallsTests {
    @Test("the wall clock goes on between two looks at another one")
    func wallClock() {
        let before = Date().timeIntervalSince1970
        let nanoseconds = WallClock.nanoseconds()
        // A clock that is set meanwhile is set by less than a day.
        #expect(abs(Double(nanoseconds) / 1e9 - before) < 86_400)
    }

    @Test("the time zone's offset is the one by which local time is ahead", arguments: [0, 1_700_000_000])
    func zone(seconds: Int64) throws {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        let found = WallClock.zone(at: seconds, copiedBy: &reader)
        let zone = try #require(found)
        var time = time_t(seconds)
        var parts = tm()
        localtime_r(&time, &parts)
        #expect(zone.offsetSeconds == timegm(&parts) - time_t(seconds))
        #expect(!zone.name.isEmpty)
    }

    @Test("a file system's space is what statvfs says of it")
    func filesystemSpace() throws {
        let tree = try TemporaryTree()
        guard case .space(let space) = FilesystemSpace.at(RawPath(tree.path)) else {
            Issue.record("the folder for temporary files has no file system")
            return
        }
        var status = statvfs()
        try #require(statvfs(tree.path, &status) == 0)
        #expect(space.blockSizeBytes == UInt64(status.f_frsize))
        #expect(space.blocks == UInt64(status.f_blocks))
        #expect(space.freeBlocks <= space.blocks && space.availableBlocks <= space.freeBlocks)
        #expect(space.freeFiles <= space.files)
    }

    @Test("blocks are counted in f_frsize, whatever a file system likes to be read in")
    func blockSize() {
        var status = statvfs()
        // As a virtiofs has it.
        status.f_bsize = 1_048_576
        status.f_frsize = 4_096
        status.f_blocks = 9
        let space = FilesystemSpace(status)
        #expect(space.blockSizeBytes == 4_096)
        #expect(space.blocks == 9)
    }

    @Test("a path that is not there has no space, and the error says so")
    func noSpace() throws {
        let tree = try TemporaryTree()
        #expect(FilesystemSpace.at(RawPath(tree["none"])) == .failed(errno: ENOENT))
    }

    @Test("the kernel's names are those of uname")
    func unixName() throws {
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        let copied = UnixName(copiedBy: &reader)
        let name = try #require(copied)
        var names = utsname()
        try #require(uname(&names) == 0)
        func text<Characters>(_ characters: Characters) -> String {
            withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        #expect(name.sysname.text == "Linux")
        #expect(name.release.text == text(names.release))
        #expect(name.version.text == text(names.version))
        #expect(name.machine.text == text(names.machine))
        #expect(name.nodename.text == text(names.nodename))
        #expect(name.domainname.text == text(names.__domainname))
    }

    @Test("the clock's state is told, or why it is not")
    func clockDiscipline() {
        var failure: Int32 = -1
        let clock = ClockDiscipline.read(failure: &failure)
        #expect((clock == nil) == (failure != 0))
        if let clock {
            #expect(clock.unitsPerSecond == 1e6 || clock.unitsPerSecond == 1e9)
            // Ticks are 90 % to 110 % of 10 ms.
            #expect((9_000...11_000).contains(clock.tickMicroseconds))
        }
    }

    @Test("paths lie below their roots, with one slash between")
    func roots() {
        let roots = Roots(procfs: "/host/proc/", sysfs: "/host/sys", rootfs: "/host//", udevData: "/u/")
        #expect(roots.proc("stat") == "/host/proc/stat")
        #expect(roots.sys("class/net") == "/host/sys/class/net")
        #expect(roots.host("/etc/os-release") == "/host/etc/os-release")
        #expect(roots.host("/") == "/host")
        #expect(roots.udev("b8:0") == "/u/b8:0")
        #expect(!roots.isLiveProcfs && !roots.isLiveSysfs)
        let own = Roots()
        #expect(own.host("/etc/os-release") == "/etc/os-release")
        #expect(own.host("/") == "/")
        #expect(own.isLiveProcfs && own.isLiveSysfs)
    }
}
