// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles
import NVML
import PCIBus
import Synchronization

/// The owner of NVIDIA's library: loads, initialises, asks what concerns it as a whole, shuts down.
///
/// The thread that is in it may be kept by the library for ever, and all GPUs are stuck then. What fails as a whole is
/// shut down and tried again after 1 s, 2 s and so on up to 30 s.
final class NVMLKeeper: ItemContent {
    static let longestPauseNanoseconds: UInt64 = 30_000_000_000
    /// How often the library is asked how many devices it lists.
    static let countIntervalNanoseconds: UInt64 = 30_000_000_000
    /// How soon to look again where the driver is there and has no device.
    static let emptyPauseNanoseconds: UInt64 = 300_000_000_000

    /// How the library is, for collectors.
    struct Report: Sendable {
        /// Its state; nil where it is not asked.
        var library: NVIDIAStatus.Library?
        /// Why it gives nothing at all; nil where it does.
        var failure: NVMLError?
        var driverVersion: String?
        var moduleVersion: String?
    }

    /// What every thread may read, also while one is in the library.
    final class Shared: Sendable {
        /// The last report, for whoever finds a thread in the library.
        let report = Mutex(Report())
        /// Until when every handle is let go of.
        let releasedUntil = Atomic<UInt64>(0)
        /// True while a thread lets go of the handles, which is no hang.
        let isReleasing = Atomic(false)
        /// True while the library is initialised, so that a cycle is needed even where no device is left.
        let holdsHandles = Atomic(false)
        /// The GPUs on the bus that the driver has.
        let devices = Mutex<[PCIAddress]>([])
    }

    let shared = Shared()
    let session = NVMLSession()
    let xids = XidWatch()

    private let inventory: DeviceInventory
    private let options: NVIDIAOptions
    private let nodes: [String]
    private let clock: @Sendable () -> UInt64
    private let moduleVersionFile: KernelFile
    private var report = Report()
    private var library: NVMLLibrary?
    /// The module's version when the library was initialised.
    private var initializedModuleVersion: String?
    private var lastFailure: NVMLError?
    private var pauseNanoseconds: UInt64 = 0
    private var nextTryNanoseconds: UInt64 = 0
    private var nextCountNanoseconds: UInt64 = 0
    private var listedCount = 0
    private var power = NVMLPower()
    private var idleRelease: IdleRelease?

    init(
        roots: Roots, options: NVIDIAOptions, inventory: DeviceInventory, nodes: [String],
        clock: @escaping @Sendable () -> UInt64
    ) {
        self.options = options
        self.inventory = inventory
        self.nodes = nodes
        self.clock = clock
        moduleVersionFile = KernelFile(oneRead: roots.sys("module/nvidia/version"))
    }

    // MARK: The cycle

    func read(from reader: inout KernelFileReader) {
        report.failure = nil
        run(clock(), from: &reader)
        // Asked for while this cycle ran.
        if isReleased(clock()) { letGo() }
        publish()
    }

    /// Shuts the library down, which closes every device node; false where a thread that hangs in it has to come back
    /// first.
    @discardableResult
    func letGo() -> Bool {
        let isFree = session.close()
        if isFree { library?.shutDown() }
        report.library = nil
        return isFree
    }

    /// Lets go on demand, and says that nothing is known any more; false where that has to wait.
    func release() -> Bool {
        shared.isReleasing.store(true, ordering: .releasing)
        defer { shared.isReleasing.store(false, ordering: .releasing) }
        let isFree = letGo()
        publish()
        return isFree
    }

    private func isReleased(_ now: UInt64) -> Bool { now < shared.releasedUntil.load(ordering: .acquiring) }

    private func publish() {
        shared.holdsHandles.store(library?.isInitialized == true, ordering: .relaxed)
        let report = report
        shared.report.withLock { $0 = report }
    }

    private func run(_ now: UInt64, from reader: inout KernelFileReader) {
        let isReleased = isReleased(now)
        takeDevices()
        power.read(from: &reader)
        session.update(asleep: options.wakesSuspended ? [] : power.asleep)
        guard !isReleased else {
            letGo()
            return
        }
        let hasDevices = !(power.awake.isEmpty && power.asleep.isEmpty)
        guard hasDevices || NVMLKeeper.exists(nodes) else {
            letGo()
            return
        }
        if let fault = session.fault { abandon(fault.error, fault.nanoseconds) }
        if rests(hasDevices, now) {
            letGo()
            report.library = .working
            return
        }
        readModuleVersion(from: &reader)
        guard let library = readyLibrary(now), count(of: library, hasDevices, now) else { return }
        if options.hasXid {
            do throws(NVMLError) { try xids.prepare(library, now) } catch { report.failure = error }
        }
    }

    /// Takes over which GPUs of the driver's are on the bus.
    private func takeDevices() {
        let snapshot = inventory.latest
        var found: [(address: PCIAddress, statusPath: String)] = []
        for device in snapshot.devices where device.isNVIDIA && device.driver == "nvidia" {
            if let address = device.address { found.append((address, device.runtimeStatusPath)) }
        }
        let isNew = shared.devices.withLock { devices in
            guard !devices.elementsEqual(found, by: { $0 == $1.address }) else { return false }
            devices = found.map(\.address)
            return true
        }
        if isNew { power.update(to: found) }
    }

    /// Whether all devices sleep, or are let go of so that they can.
    private func rests(_ hasDevices: Bool, _ now: UInt64) -> Bool {
        guard hasDevices, !options.wakesSuspended else { return false }
        if var release = idleRelease {
            let end = release.update(asleep: power.asleep, awake: power.awake, now: now)
            idleRelease = end == nil ? release : nil
            switch end {
            case nil: return true
            case .woken: session.forgetIdleness()
            // Whoever is idle still is let go of again in the next cycle.
            case .due: break
            }
            return false
        }
        // Devices without an entry on the bus never rest.
        if power.awake.isEmpty, session.slotCount == 0 { return true }
        let duration = options.idleReleaseNanoseconds
        guard duration > 0, library?.isInitialized == true, session.isOpen,
            session.isIdle(power.awake, forNanoseconds: duration, now: now)
        else { return false }
        idleRelease = IdleRelease(now)
        return true
    }

    /// Sandboxes, WSL2 and Jetson show no GPU on a PCI bus, but the driver's node.
    static func exists(_ nodes: [String]) -> Bool {
        // Safe: the call reads a string that lives as long as the call.
        nodes.contains { unsafe access($0, F_OK) == 0 }
    }

    private func readModuleVersion(from reader: inout KernelFileReader) {
        // Containers may hide it; then nothing is compared.
        guard let bytes = try? reader.contents(of: moduleVersionFile).trimmed else {
            report.moduleVersion = nil
            return
        }
        if let known = report.moduleVersion, bytes == known { return }
        report.moduleVersion = bytes.upTo(64).text
    }

    // MARK: The library

    /// The library, loaded and initialised; nil where it is not, with the report saying why.
    private func readyLibrary(_ now: UInt64) -> NVMLLibrary? {
        if let library, library.isInitialized, session.isOpen {
            guard report.moduleVersion == nil || report.moduleVersion == initializedModuleVersion else {
                // Another module came under the loaded library: begin with the library that belongs to it.
                guard closeLibrary() else { return nil }
                resume()
                return readyLibrary(now)
            }
            return library
        }
        guard now >= nextTryNanoseconds else {
            report.failure = lastFailure
            report.library = lastFailure.map(NVMLKeeper.state)
            return nil
        }
        guard letGo() else {
            // It is not shut down while a thread hangs in it, and so not begun anew.
            report.failure = lastFailure
            report.library = lastFailure.map(NVMLKeeper.state) ?? .stuck
            return nil
        }
        do throws(NVMLError) {
            let library: NVMLLibrary
            if let loaded = self.library {
                library = loaded
            } else {
                library = try NVMLLibrary(path: options.libraryPath)
            }
            self.library = library
            try library.initialize()
            initializedModuleVersion = report.moduleVersion
            report.driverVersion = try library.driverVersion()
            lastFailure = nil
            pauseNanoseconds = 0
            nextCountNanoseconds = 0
            report.library = .working
            return library
        } catch {
            abandon(error, now)
            return nil
        }
    }

    /// Begins without waiting, as after a start.
    private func resume() {
        pauseNanoseconds = 0
        nextTryNanoseconds = 0
    }

    /// Asks how many devices there are and opens the session; false where there are none.
    private func count(of library: NVMLLibrary, _ hasDevices: Bool, _ now: UInt64) -> Bool {
        if now >= nextCountNanoseconds {
            do throws(NVMLError) {
                listedCount = try library.deviceCount()
                nextCountNanoseconds = now &+ NVMLKeeper.countIntervalNanoseconds
            } catch {
                abandon(error, now)
                return false
            }
        }
        let onBus = power.awake.count + power.asleep.count
        guard hasDevices || listedCount > 0 else {
            letGo()
            nextTryNanoseconds = now &+ NVMLKeeper.emptyPauseNanoseconds
            return false
        }
        session.open(library, slotCount: listedCount > onBus ? listedCount : 0)
        return true
    }

    /// Everything goes; after a pause it is tried again.
    private func abandon(_ error: NVMLError, _ now: UInt64) {
        let version = library?.fileVersion
        letGo()
        report.library = NVMLKeeper.state(error)
        report.failure = error
        lastFailure = error
        if error.code == .driverMismatch || error.code == .symbolMissing {
            // The file may have been replaced: what is mapped would give the same answer for ever.
            _ = closeLibrary()
            report.driverVersion = version ?? report.driverVersion
        }
        if error.code == .notLoadable {
            pauseNanoseconds = NVMLKeeper.longestPauseNanoseconds
        } else {
            pauseNanoseconds = min(NVMLKeeper.longestPauseNanoseconds, max(1_000_000_000, pauseNanoseconds &* 2))
        }
        nextTryNanoseconds = now &+ pauseNanoseconds
    }

    /// Unloads it; false where a thread that hangs in it has to come back first.
    private func closeLibrary() -> Bool {
        guard session.close() else { return false }
        // Where something else holds the code, the next load gives the same again, and the driver says so.
        _ = library?.unload()
        library = nil
        return true
    }

    static func state(_ error: NVMLError) -> NVIDIAStatus.Library {
        switch error.code {
        case .notLoadable, .symbolMissing, .libraryNotFound, .functionNotFound: .missing
        case .driverMismatch: .versionMismatch
        case .noPermission, .unknown: .noPermission
        // It works, and has no device for us.
        case .gpuNotFound, .uninitialized, .staleHandle: .working
        default: .driverNotLoaded
        }
    }
}
