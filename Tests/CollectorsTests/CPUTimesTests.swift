// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing
import TreeSupport

@testable import Collectors

@Suite struct CPUTimesTests {
    private static let second: UInt64 = 1_000_000_000

    private static func times(_ text: StaticString, at monotonicNanoseconds: UInt64) -> CPUTimes {
        var times = CPUTimes()
        times.take(Bytes(text), at: monotonicNanoseconds)
        return times
    }

    @Test("there is no usage before a sample is a second old")
    func noUsageAtFirst() {
        var history = CPUHistory()
        history.add(Self.times("cpu 10 0 0 90\ncpu0 10 0 0 90\n", at: 5 * Self.second))
        let early = CPUUsage(
            now: Self.times("cpu 20 0 0 95\ncpu0 20 0 0 95\n", at: 6 * Self.second - 1), history: history)
        #expect(early.totalPercent == nil)
        #expect(early.percent(at: 0) == nil)
        let later = CPUUsage(now: Self.times("cpu 20 0 0 95\ncpu0 20 0 0 95\n", at: 6 * Self.second), history: history)
        #expect(later.totalPercent == 100.0 * 10 / 15)
    }

    @Test("usage counts everything but idle and iowait, and no guest twice")
    func busy() {
        var history = CPUHistory()
        history.add(Self.times("cpu 0 0 0 1\ncpu3 0 0 0 1\n", at: 0))
        let text: StaticString = "cpu 10 20 30 41 100 5 6 7 10 20\ncpu3 1 0 0 4 0 0 0 0 1 0\n"
        let usage = CPUUsage(now: Self.times(text, at: Self.second), history: history)
        #expect(usage.totalPercent == 100.0 * 78 / 218)
        #expect(usage.percent(at: 0)?.cpu == 3)
        #expect(usage.percent(at: 0)?.percent == 25)
        #expect(usage.percent(at: 1) == nil)
    }

    @Test("the newest sample that is a second old is taken, however often samples come")
    func frequentSamples() throws {
        var history = CPUHistory()
        for step in 0..<1_000 as Range<UInt64> {
            var times = CPUTimes()
            let text = "cpu \(step) 0 0 \(step)\n"
            text.utf8.withContiguousStorageIfAvailable { utf8 in
                guard let base = utf8.baseAddress else { return }
                times.take(Bytes(base, count: utf8.count), at: step * 10_000_000)
            }
            history.add(times)
        }
        let now: UInt64 = 999 * 10_000_000
        let sample = try #require(history.newest(before: now, by: Self.second))
        let age = now - sample.monotonicNanoseconds
        #expect(age >= Self.second)
        #expect(age < Self.second + 250_000_000)
    }

    @Test("a CPU that was offline a second ago has no usage, the others have")
    func hotplug() {
        var history = CPUHistory()
        history.add(Self.times("cpu 1 0 0 1\ncpu0 1 0 0 1\n", at: 0))
        let usage = CPUUsage(
            now: Self.times("cpu 3 0 0 3\ncpu0 2 0 0 2\ncpu9 1 0 0 1\n", at: 2 * Self.second), history: history)
        #expect(usage.percent(at: 0)?.percent == 50)
        #expect(usage.percent(at: 1) == nil)
    }

    @Test("counters that go backwards give no negative usage")
    func backwards() {
        let before = CPUHistory.Load(busy: 10, notBusy: 100)
        #expect(CPUHistory.Load(busy: 9, notBusy: 200).percent(since: before) == nil)
        #expect(CPUHistory.Load(busy: 20, notBusy: 99).percent(since: before) == 100)
        #expect(CPUHistory.Load(busy: 10, notBusy: 100).percent(since: before) == nil)
        #expect(CPUHistory.Load(busy: 10, notBusy: 101).percent(since: before) == 0)
    }

    @Test("shown times never go backwards, each field by itself")
    func monotonic() {
        var guarded = MonotonicJiffies()
        func show(_ text: StaticString) -> Jiffies {
            guarded.beginRound()
            return guarded.advance(Self.times(text, at: 0).cpus[0])
        }
        _ = show("cpu0 100 10 10 1000 50\n")
        let second = show("cpu0 101 10 9 999 40\n")
        #expect(second.user == 101)
        #expect(second.system == 10)
        #expect(second.idle == 1_000)
        #expect(second.iowait == 50)
    }

    @Test("idle time that falls by three seconds starts a CPU again, by less it does not")
    func jumpBack() {
        var guarded = MonotonicJiffies()
        func show(_ text: StaticString) -> Jiffies {
            guarded.beginRound()
            return guarded.advance(Self.times(text, at: 0).cpus[0])
        }
        _ = show("cpu0 100 0 0 1000\n")
        #expect(show("cpu0 50 0 0 701\n").user == 100)
        let again = show("cpu0 50 0 0 700\n")
        #expect(again.user == 50)
        #expect(again.idle == 700)
    }

    @Test("a CPU that was away for a collection starts again")
    func cameBack() {
        var guarded = MonotonicJiffies()
        guarded.beginRound()
        let cpu = Self.times("cpu1 100 0 0 1000\n", at: 0).cpus[0]
        _ = guarded.advance(cpu)
        guarded.beginRound()
        guarded.beginRound()
        #expect(guarded.advance(Self.times("cpu1 5 0 0 999\n", at: 0).cpus[0]).user == 5)
    }

    @Test("the source reads once a scrape, samples whenever asked, and is shared")
    func source() throws {
        let tree = HostTree()
        let context = CollectorContext(
            roots: Roots(procfs: tree.procfs), options: Options(), sources: Sources())
        let source = try context.source(CPUTimesSource.self)
        #expect(try context.source(CPUTimesSource.self) === source)
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4, keeping: .anywhere))
        func forks(scrape: UInt64) throws -> UInt64? {
            reader.beginCollection(scrape: scrape)
            return try source.times(from: &reader) { $0.forks } ?? nil
        }
        #expect(try forks(scrape: 1) == nil)
        tree.write("proc/stat", "cpu 1 0 0 1\nprocesses 7\n")
        #expect(try forks(scrape: 1) == 7)
        tree.write("proc/stat", "cpu 1 0 0 1\nprocesses 8\n")
        #expect(try forks(scrape: 1) == 7)
        #expect(try forks(scrape: 2) == 8)
        tree.write("proc/stat", "cpu 1 0 0 1\nprocesses 9\n")
        reader.beginCollection(scrape: 0)
        source.sample(from: &reader)
        #expect(try forks(scrape: 2) == 9)
        let usage = try source.usage(from: &reader) { $0.totalPercent }
        #expect(usage == .some(nil))
    }
}
