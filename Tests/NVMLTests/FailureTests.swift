// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import Glibc
import Synchronization
import Testing

@testable import NVML

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"))
struct FailureTests {
    @Test(
        "initialisation fails with what the driver says, and works once that is over",
        arguments: [
            (9, NVMLRecovery.generation(.driverNotLoaded)), (18, .generation(.driverMismatch)),
            (28, .generation(.gpuNotFound)), (4, .value), (999, .value),
        ] as [(Int32, NVMLRecovery)])
    func initCodes(code: Int32, recovery: NVMLRecovery) throws {
        let fake = try FakeLibrary("init \(code)\n")
        let library = try NVMLLibrary(path: fake.path)
        do {
            try library.initialize()
            Issue.record("initialisation worked")
        } catch {
            #expect(error.code.rawValue == code)
            #expect(error.recovery == recovery)
        }
        #expect(!library.isInitialized)
        #expect(failure { _ = try library.deviceCount() } == .staleHandle)
        #expect(fake.calls("DeviceGetCount_v2") == 0)
        try fake.rewrite("gpus 1\n")
        try library.initialize()
        #expect(library.generation == 1)
        #expect(try library.deviceCount() == 1)
    }

    @Test("no library anywhere is an error with the linker's reason")
    func notLoadable() {
        do {
            _ = try NVMLLibrary(path: "/nonexistent/libnvidia-ml.so.1")
            Issue.record("it loaded")
        } catch {
            #expect(error.code == .notLoadable)
            #expect(error.reason?.contains("/nonexistent") == true)
        }
    }

    @Test("a place where anybody may write is not one to load from")
    func places() throws {
        let fake = try FakeLibrary()
        chmod(fake.folder, 0o755)
        // Its folder is this user's own, but the one above may be everybody's.
        chmod(fake.path, 0o757)
        #expect(!NVMLLibrary.isTrusted(fake.path))
        #expect(!NVMLLibrary.isTrusted(fake.path + ".absent"))
    }

    @Test(
        "a place of the system's is one to load from", .enabled(if: ownerOfRoot() == 0, "the root folder is not root's")
    )
    func ownPlaces() {
        #expect(NVMLLibrary.isTrusted("/bin/sh"))
        #expect(!NVMLLibrary.isTrusted("/tmp"))
    }

    @Test("no devices is zero devices")
    func zeroDevices() throws {
        let library = try NVMLLibrary.ready(try FakeLibrary("gpus 0\n"))
        #expect(try library.deviceCount() == 0)
        #expect(failure { _ = try library.device(at: "0000:1b:00.0") } == .notFound)
    }

    @Test("a device without permission is not counted and says so when opened")
    func denied() throws {
        let library = try NVMLLibrary.ready(try FakeLibrary("gpus 2\ngpu 0 hidden\n"))
        #expect(try library.deviceCount() == 1)
        #expect(failure { _ = try library.device(at: "0000:1b:00.0") } == .noPermission)
        #expect(try library.device(index: 0).pciAddress == "0000:2b:00.0")
    }

    @Test(
        "a lost device fails alone, at once, and comes back by its address",
        arguments: [("lost", 15), ("reset_required", 16)])
    func lostAndBack(state: String, code: Int32) throws {
        let fake = try FakeLibrary("gpus 2\n")
        let library = try NVMLLibrary.ready(fake)
        let first = try library.device(at: "0000:1b:00.0")
        let second = try library.device(at: "0000:2b:00.0")
        var reading = try first.read()
        try fake.rewrite("gpus 2\ngpu 0 state \(state)\n")
        fake.resetCalls()
        do {
            try first.read(into: &reading)
            Issue.record("a lost device was read")
        } catch {
            #expect(error.code.rawValue == code)
            #expect(error.recovery == .device(code == 15 ? .lost : .resetRequired))
        }
        #expect(reading.power.usageMilliwatts == nil, "nothing stale")
        #expect(fake.calls(gpu: 0) == 1, "not asked on after the first such answer")
        #expect(try second.read().power.usageMilliwatts == 119_900)
        #expect(failure { _ = try library.device(at: "0000:1b:00.0") }?.rawValue == code)
        try fake.rewrite("gpus 2\n")
        #expect(try library.device(at: "0000:1b:00.0").read().power.usageMilliwatts == 119_900)
        #expect(library.generation == 1)
    }

    @Test("a device that answers everything with unknown gives no reading")
    func unknown() throws {
        let fake = try FakeLibrary("gpu 0 state unknown\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        #expect(failure { _ = try device.read() } == .unknown)
    }

    @Test("a device that refuses everything gives no reading, and all is asked again", arguments: [2, 3, 6])
    func refused(code: Int32) throws {
        let fake = try FakeLibrary("gpu 0 state \(code)\n")
        let library = try NVMLLibrary.ready(fake)
        try fake.rewrite("")
        let device = try library.device(index: 0)
        try fake.rewrite("gpu 0 state \(code)\n")
        #expect(failure { _ = try device.read() } != nil)
        #expect(failure { _ = try device.read() } != nil)
        try fake.rewrite("")
        #expect(try device.read().power.usageMilliwatts == 119_900)
    }

    @Test("one value that fails is counted and leaves the others")
    func oneValue() throws {
        let fake = try FakeLibrary("call DeviceGetPowerUsage return 999\ngpu 0 field 185 return 4\n")
        let device = try NVMLLibrary.ready(fake).device(index: 0)
        let reading = try device.read()
        #expect(reading.power.usageMilliwatts == nil)
        #expect(reading.power.averageMilliwatts == nil)
        #expect(reading.power.instantMilliwatts == 118_250)
        #expect(reading.cost.lostValues == 2)
        #expect(reading.cost.deniedValues == 1)
    }

    @Test("a library that was shut down under us is a failure of the generation")
    func uninitialized() throws {
        let fake = try FakeLibrary("call DeviceGetMigMode return 1\n")
        let device = try NVMLLibrary.ready(fake).device(index: 0)
        do {
            _ = try device.read()
            Issue.record("it was read")
        } catch let error as NVMLError {
            #expect(error.recovery == .generation(.uninitialized))
        }
    }

    @Test("handles from before a shutdown never reach the library")
    func useAfterShutdown() throws {
        let fake = try FakeLibrary()
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        let sampler = try NVMLGPMSampler(device: device)
        let events = try NVMLEventSet(library: library)
        library.shutDown()
        #expect(fake.abuses == 0, "samples and event set were given back first")
        fake.resetCalls()
        var gpm = GPMReading()
        #expect(failure { _ = try device.read() } == .staleHandle)
        #expect(failure { _ = try device.identity() } == .staleHandle)
        #expect(failure { _ = try sampler.sample(into: &gpm) } == .staleHandle)
        #expect(failure { _ = try events.wait(milliseconds: 10) } == .staleHandle)
        #expect(library.processName(pid: 1) == nil)
        try library.initialize()
        #expect(failure { _ = try device.read() } == .staleHandle, "of an earlier generation")
        #expect(try library.device(index: 0).read().power.usageMilliwatts != nil)
        #expect(fake.calls("DeviceGetMigMode") == 1)
        sampler.close()
        events.close()
        #expect(fake.abuses == 0)
    }

    @Test("an upgraded driver is read by its own library after unloading the old one")
    func reload() throws {
        let fake = try FakeLibrary(driver: 550, "profile h200\n")
        let old = try NVMLLibrary.ready(fake)
        #expect(try old.driverVersion() == "550.48.01")
        let device = try old.device(index: 0)
        #expect(try device.read().recoveryAction == nil)
        try fake.replace(withDriver: 590)
        #expect(try old.driverVersion() == "550.48.01", "what is mapped goes on")
        #expect(old.unload())
        #expect(failure { _ = try device.read() } == .staleHandle)
        let new = try NVMLLibrary.ready(fake)
        #expect(try new.driverVersion() == "590.48.01")
        #expect(try new.device(index: 0).read().recoveryAction == 0)
    }

    @Test("unloading says so when something else keeps the old code mapped")
    func pinned() throws {
        let fake = try FakeLibrary()
        let library = try NVMLLibrary.ready(fake)
        let pin = try #require(dlopen(fake.path, RTLD_NOW))
        #expect(!library.unload())
        dlclose(pin)
    }

    @Test("a call that hangs holds its own thread and nobody else")
    func hang() throws {
        let fake = try FakeLibrary("gpus 2\ncall DeviceGetPowerUsage hang forever\n")
        let finished = Mutex(false)
        // The thread outlives the expectation by design; the script lets it go at the end.
        let thread = try TestThread {
            guard let library = try? NVMLLibrary.ready(fake), let device = try? library.device(index: 0) else { return }
            _ = try? device.read()
            library.shutDown()
            finished.withLock { $0 = true }
        }
        waitUntil { fake.hangingThreads == 1 }
        #expect(fake.hangingThreads == 1)
        #expect(finished.withLock { !$0 })
        try fake.rewrite("gpus 2\n")
        thread.join()
        #expect(finished.withLock { $0 })
        #expect(fake.abuses == 0)
    }
}

/// Whose the root folder is; user namespaces show it as nobody's.
private func ownerOfRoot() -> uid_t {
    var status = stat()
    return stat("/", &status) == 0 ? status.st_uid : .max
}

/// Polls until `condition` holds, at most ten seconds.
func waitUntil(_ condition: () -> Bool) {
    for _ in 0..<2_000 where !condition() { usleep(5_000) }
}

/// A thread that a test can wait for.
struct TestThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private let thread: pthread_t

    init(_ run: @escaping @Sendable () -> Void) throws {
        var made = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let code = pthread_create(
            &made, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard code == 0 else { throw FakeFailure("no thread") }
        thread = made
    }

    func join() {
        pthread_join(thread, nil)
    }
}
