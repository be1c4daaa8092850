// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import Synchronization
import Testing

@testable import NVML

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"))
struct MIGAndEventTests {
    static let parted = """
        gpu 0 set MigMode 1 1
        gpu 0 mig 0 gi 7 ci 0 sms 16 used 1048576
        gpu 0 mig 3 gi 9 ci 0 sms 32 slices 2 total 36507222016 used 2097152
        gpu 0 process compute 31 4096 9 0

        """

    @Test("instances are found between holes, and utilization is absent")
    func holes() throws {
        let fake = try FakeLibrary(Self.parted)
        let device = try NVMLLibrary.ready(fake).device(index: 0)
        var options = GPUReadingOptions()
        options.migInstances = true
        options.processes = true
        var reading = try device.read(options)
        #expect(reading.migMode == true)
        #expect(reading.utilization == GPUUtilization())
        #expect(reading.migInstances.map(\.index) == [0, 3])
        #expect(reading.migInstances[1].gpuInstance == 9)
        #expect(reading.migInstances[1].multiprocessors == 32)
        #expect(reading.migInstances[1].name == "NVIDIA H200 MIG 2g.34GB")
        #expect(reading.migInstances[1].uuid?.hasPrefix("MIG-") == true)
        #expect(reading.migInstances[1].memory?.usedBytes == 2_097_152)
        #expect(reading.processes.first?.gpuInstance == 9)
        #expect(reading.cost.lostValues == 0)
        fake.resetCalls()
        try device.read(into: &reading, options: options)
        #expect(reading.migInstances[0].uuid != nil)
        #expect(fake.calls("DeviceGetUUID") == 0, "texts of an instance are asked once")
    }

    @Test("instances that an administrator changes mid-run are seen as new ones")
    func reconfigured() throws {
        let fake = try FakeLibrary(Self.parted)
        let device = try NVMLLibrary.ready(fake).device(index: 0)
        var options = GPUReadingOptions()
        options.migInstances = true
        let before = try device.read(options)
        try fake.rewrite("gpu 0 set MigMode 1 1\ngpu 0 mig 3 gi 9 ci 0 sms 60 slices 3\ngpu 0 mig 5 gi 11 ci 0\n")
        let after = try device.read(options)
        #expect(after.migInstances.map(\.index) == [3, 5])
        #expect(after.migInstances[0].uuid != before.migInstances[1].uuid)
        try fake.rewrite("gpu 0 set MigMode 0 0\n")
        let off = try device.read(options)
        #expect(off.migInstances.isEmpty)
        #expect(off.utilization.gpuPercent == 37, "what the mode took away is asked again")
    }

    @Test("profiling metrics compare two samples")
    func gpm() throws {
        let fake = try FakeLibrary(Self.parted + "gpu 0 gpm 5 -1\ngpu 0 gpm 10 100.4\ngpu 0 gpm 2 nan\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        let whole = try NVMLGPMSampler(device: device)
        var reading = GPMReading()
        #expect(try !whole.sample(into: &reading))
        #expect(reading == GPMReading())
        for _ in 0..<3 {
            #expect(try whole.sample(into: &reading))
            #expect(reading.graphicsPercent == 1.5)
            #expect(reading.smPercent == nil, "not a number")
            #expect(reading.tensorPercent == nil, "below zero")
            #expect(reading.dramPercent == 100)
            #expect(reading.nvlinkTransmittedMebibytesPerSecond == 61.5)
        }
        let part = try NVMLGPMSampler(device: device, gpuInstance: 9)
        #expect(try !part.sample(into: &reading))
        #expect(try part.sample(into: &reading))
        let gone = try NVMLGPMSampler(device: device, gpuInstance: 4)
        #expect(failure { _ = try gone.sample(into: &reading) } == .notFound)
        library.shutDown()
        #expect(fake.abuses == 0)
    }

    @Test("a consumer card has no profiling metrics")
    func noGPM() throws {
        let library = try NVMLLibrary.ready(try FakeLibrary("profile geforce\n"))
        #expect(library.hasGPM)
        let device = try library.device(index: 0)
        #expect(failure { _ = try NVMLGPMSampler(device: device) } == .notSupported)
    }

    @Test("an Xid reaches a second thread with the name of its device")
    func xid() throws {
        let fake = try FakeLibrary("gpus 2\ngpu 1 event xid 79 after 0.05\ngpu 1 event 0x4000 0 after 0.06\n")
        let library = try NVMLLibrary.ready(fake)
        let events = try NVMLEventSet(library: library)
        for index in 0..<2 { #expect(try events.register(library.device(index: index), as: "gpu\(index)") == 0xC008) }
        let seen = Mutex<[NVMLEvent]>([])
        let waiter = try TestThread {
            while seen.withLock({ $0.count }) < 2 {
                guard let answer = try? events.wait(milliseconds: 1_000) else { return }
                seen.withLock { $0.append(answer) }
            }
        }
        waiter.join()
        #expect(
            seen.withLock { $0 } == [
                NVMLEvent(kind: .xid(79), device: "gpu1"),
                NVMLEvent(kind: .gpuUnavailable, device: "gpu1"),
            ])
        #expect(try events.wait(milliseconds: 5) == nil)
    }

    @Test("a shutdown waits until nobody waits for events any more")
    func shutdownWhileWaiting() throws {
        let fake = try FakeLibrary()
        let library = try NVMLLibrary.ready(fake)
        let events = try NVMLEventSet(library: library)
        #expect(try events.register(library.device(index: 0), as: "gpu0") != 0)
        let ending = Mutex<NVMLReturn?>(nil)
        let waiter = try TestThread {
            do {
                while true { _ = try events.wait(milliseconds: 20) }
            } catch {
                ending.withLock { $0 = (error as? NVMLError)?.code }
            }
        }
        waitUntil { fake.calls("EventSetWait_v2") > 2 }
        library.shutDown()
        waiter.join()
        #expect(ending.withLock { $0 } == .staleHandle)
        #expect(fake.abuses == 0)
    }

    @Test("a device without events registers none")
    func noEvents() throws {
        let library = try NVMLLibrary.ready(try FakeLibrary("gpu 0 unset SupportedEventTypes\n"))
        let events = try NVMLEventSet(library: library)
        #expect(try events.register(library.device(index: 0), as: "gpu0") == 0)
    }
}
