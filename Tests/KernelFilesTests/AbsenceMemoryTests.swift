// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing
import TreeSupport

@testable import KernelFiles

@Suite struct AbsenceMemoryTests {
    private final class Events: Sendable {
        let count = Atomic<UInt64>(7)
    }

    @Test("what was missing is taken for missing until the kernel announces something")
    func untilAnnounced() {
        let events = Events()
        let memory = AbsenceMemory("/sys/class/none") { events.count.load(ordering: .relaxed) }
        let first = memory.now()
        #expect(first == 7 && !memory.isMissing(at: first))
        memory.note(isMissing: true, at: first)
        #expect(memory.isMissing(at: memory.now()))
        events.count.store(8, ordering: .relaxed)
        #expect(!memory.isMissing(at: memory.now()))
        memory.note(isMissing: false, at: memory.now())
        #expect(!memory.isMissing(at: memory.now()))
    }

    @Test("what was announced between the count and the look-up makes that look-up void")
    func race() {
        let events = Events()
        let memory = AbsenceMemory("/proc/none") { events.count.load(ordering: .relaxed) }
        let before = memory.now()
        events.count.store(8, ordering: .relaxed)
        memory.note(isMissing: true, at: before)
        #expect(!memory.isMissing(at: memory.now()))
    }

    @Test("nothing is remembered where the kernel tells no count, nor of made-up trees")
    func nothing() {
        let silent = AbsenceMemory("/sys/class/none") { nil }
        silent.note(isMissing: true, at: silent.now())
        #expect(!silent.isMissing(at: silent.now()))
        let elsewhere = AbsenceMemory("/tree/sys/class/none") { 7 }
        elsewhere.note(isMissing: true, at: elsewhere.now())
        #expect(!elsewhere.isMissing(at: elsewhere.now()))
    }

    @Test("a file of a made-up tree that comes is read at once, and so is a directory")
    func tree() throws {
        let tree = HostTree()
        let file = KernelFile(tree.procfs + "/mdstat", comesWithModule: true)
        let folder = KernelDirectory(tree.procfs + "/some", comesWithModule: true)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4))
        reader.beginCollection(scrape: 1)
        #expect(throws: KernelFileError.self) { try reader.contents(of: file) }
        #expect(throws: KernelFileError.self) { try reader.list(folder) }
        tree.write("proc/mdstat", "one\n")
        tree.write("proc/some/thing", "one\n")
        #expect(try reader.contents(of: file) == "one\n")
        var names = try reader.list(folder)
        let name = names.next()
        #expect(name?.text == "thing")
    }

    @Test("a path of this kernel that is missing says so each time")
    func kernel() {
        let file = KernelFile("/proc/none-such-file", comesWithModule: true)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4))
        for scrape in UInt64(1)...3 {
            reader.beginCollection(scrape: scrape)
            let error = #expect(throws: KernelFileError.self) { try reader.contents(of: file) }
            #expect(error?.errno == 2 && error?.path == "/proc/none-such-file")
        }
    }
}
