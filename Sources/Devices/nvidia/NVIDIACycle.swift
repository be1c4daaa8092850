// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import KernelFiles
import NVML
import PCIBus
import Synchronization

/// One cycle of queries to NVIDIA's library, and all that is kept from one to the next.
///
/// The thread that is in it owns the library until it comes back, however long that takes. What fails for one
/// device costs that device; what fails for all is shut down and tried again after 1 s, 2 s and so on up to 30 s.
final class NVIDIACycle: ItemContent {
    static let probeIntervalNanoseconds: UInt64 = 30_000_000_000
    static let longestPauseNanoseconds: UInt64 = 30_000_000_000

    /// What every thread may read, also while one is in the library.
    final class Shared: Sendable {
        /// The last status, for whoever finds the cycle stuck.
        let lastStatus = Mutex<NVIDIAStatus?>(nil)
        /// Until when every handle is let go of.
        let releasedUntil = Atomic<UInt64>(0)
        /// True while a thread lets go of the handles, which is no hang.
        let isReleasing = Atomic(false)
        /// True while the library is initialised, so that a cycle is needed even where no device is left.
        let holdsHandles = Atomic(false)
    }

    let shared = Shared()
    let xids = XidWatch()
    private(set) var devices: [NVIDIADevice] = []
    /// Why the library gives nothing at all; nil where it does.
    private(set) var failure: NVMLError?
    /// The state of the library; nil where it is not asked.
    private(set) var libraryState: NVIDIAStatus.Library?
    private(set) var driverVersion: String?
    private(set) var moduleVersion: String?

    let inventory: DeviceInventory
    private let options: NVIDIAOptions
    private let clock: @Sendable () -> UInt64
    private let moduleVersionFile: KernelFile
    private let readingOptions: GPUReadingOptions
    private var library: NVMLLibrary?
    /// The module's version when the library was initialised.
    private var initializedModuleVersion: String?
    private var lastFailure: NVMLError?
    private var pauseNanoseconds: UInt64 = 0
    private var nextTryNanoseconds: UInt64 = 0
    private var nextXidNanoseconds: UInt64 = 0
    private var known: [PCIAddress] = []

    init(
        roots: Roots, options: NVIDIAOptions, inventory: DeviceInventory,
        clock: @escaping @Sendable () -> UInt64
    ) {
        self.options = options
        self.inventory = inventory
        self.clock = clock
        moduleVersionFile = KernelFile(oneRead: roots.sys("module/nvidia/version"))
        var reading = GPUReadingOptions()
        reading.nvlinks = options.hasNVLinks
        reading.processes = options.processLimit > 0
        reading.migInstances = options.hasMIG
        readingOptions = reading
    }

    // MARK: The cycle

    func read(from reader: inout KernelFileReader) {
        let now = clock()
        for device in devices { device.beginCycle() }
        failure = nil
        run(now, from: &reader)
        // Asked for while this cycle ran.
        if clock() < shared.releasedUntil.load(ordering: .acquiring) { letGo() }
        shared.holdsHandles.store(library?.isInitialized == true, ordering: .relaxed)
        reportStatus()
    }

    /// Shuts the library down, which closes every device node.
    func letGo() {
        for device in devices { device.dropHandles() }
        library?.shutDown()
        shared.holdsHandles.store(false, ordering: .relaxed)
        libraryState = nil
    }

    /// Lets go on demand, and says that nothing is known any more.
    func release() {
        shared.isReleasing.store(true, ordering: .releasing)
        letGo()
        reportStatus()
        shared.isReleasing.store(false, ordering: .releasing)
    }

    /// Begins without handles and without waiting, as after a start.
    func resume() {
        pauseNanoseconds = 0
        nextTryNanoseconds = 0
    }

    private func run(_ now: UInt64, from reader: inout KernelFileReader) {
        guard now >= shared.releasedUntil.load(ordering: .acquiring) else { return letGo() }
        let isBusless = takeAddresses()
        guard isBusless || !devices.isEmpty else { return letGo() }
        var awake = isBusless ? 1 : 0
        for device in devices {
            device.isSuspended = !options.wakesSuspended && device.isAsleep(from: &reader)
            if !device.isSuspended { awake += 1 }
        }
        guard awake > 0 else {
            letGo()
            libraryState = .working
            return
        }
        readModuleVersion(from: &reader)
        guard let library = readyLibrary(now) else { return }
        if isBusless { findDevices(of: library) }
        for device in devices {
            if device.isSuspended {
                // Its handle alone would keep it awake the next time.
                device.dropHandles()
                continue
            }
            do throws(NVMLError) {
                try read(device, of: library, now)
            } catch {
                return abandonGeneration(error, now)
            }
        }
        watchXids(library, now)
    }

    /// Brings the list of devices in line with the bus; true where there is no bus to see but a driver to ask.
    private func takeAddresses() -> Bool {
        let snapshot = inventory.latest
        var found: [PCIAddress] = []
        for device in snapshot.devices where device.isNVIDIA && device.driver == "nvidia" {
            if let address = device.address { found.append(address) }
        }
        let isBusless = found.isEmpty && snapshot.busAbsence != nil && NVIDIACycle.hasControlNode
        guard found != known, !isBusless else { return isBusless }
        known = found
        let before = devices
        devices = found.map { address in
            if let device = before.first(where: { $0.address == address }) { return device }
            let folder = snapshot.devices.first { $0.address == address }?.runtimeStatusPath
            return NVIDIADevice(address, runtimeStatusPath: folder)
        }
        return false
    }

    /// Sandboxes and WSL2 show no PCI bus, but the driver's node.
    static var hasControlNode: Bool {
        // Safe: the calls read strings that live as long as the calls.
        unsafe access("/dev/nvidiactl", F_OK) == 0 || access("/dev/dxg", F_OK) == 0
    }

    private func readModuleVersion(from reader: inout KernelFileReader) {
        // Containers may hide it; then nothing is compared.
        guard let bytes = try? reader.contents(of: moduleVersionFile).trimmed else {
            moduleVersion = nil
            return
        }
        if let moduleVersion, bytes == moduleVersion { return }
        moduleVersion = bytes.upTo(64).text
    }

    // MARK: The library

    /// The library, loaded and initialised; nil where it is not, with `failure` and `libraryState` saying why.
    private func readyLibrary(_ now: UInt64) -> NVMLLibrary? {
        if let library, library.isInitialized {
            guard moduleVersion == nil || moduleVersion == initializedModuleVersion else {
                // Another module came under the loaded library: begin with the library that belongs to it.
                closeLibrary()
                resume()
                return readyLibrary(now)
            }
            return library
        }
        guard now >= nextTryNanoseconds else {
            failure = lastFailure
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
            initializedModuleVersion = moduleVersion
            driverVersion = try library.driverVersion()
            lastFailure = nil
            pauseNanoseconds = 0
            libraryState = .working
            return library
        } catch {
            abandonGeneration(error, now)
            return nil
        }
    }

    /// Everything goes; after a pause it is tried again.
    private func abandonGeneration(_ error: NVMLError, _ now: UInt64) {
        let version = library?.fileVersion
        letGo()
        libraryState = NVIDIACycle.state(error)
        failure = error
        lastFailure = error
        for device in devices { device.condition = nil }
        if error.code == .driverMismatch || error.code == .symbolMissing {
            // The file may have been replaced: what is mapped would give the same answer for ever.
            closeLibrary()
            driverVersion = version ?? driverVersion
        }
        if error.code == .notLoadable {
            pauseNanoseconds = NVIDIACycle.longestPauseNanoseconds
        } else {
            pauseNanoseconds = min(
                NVIDIACycle.longestPauseNanoseconds, max(1_000_000_000, pauseNanoseconds &* 2))
        }
        nextTryNanoseconds = now &+ pauseNanoseconds
    }

    private func closeLibrary() {
        for device in devices { device.dropHandles() }
        // Where something else holds the code, the next load gives the same again, and the driver says so.
        _ = library?.unload()
        library = nil
    }

    private static func state(_ error: NVMLError) -> NVIDIAStatus.Library {
        switch error.code {
        case .notLoadable, .symbolMissing, .libraryNotFound, .functionNotFound: .missing
        case .driverMismatch: .versionMismatch
        case .noPermission, .unknown: .noPermission
        // It works, and has no device for us.
        case .gpuNotFound, .uninitialized, .staleHandle: .working
        default: .driverNotLoaded
        }
    }

    /// Without a bus the library alone says which devices there are.
    private func findDevices(of library: NVMLLibrary) {
        guard let count = try? library.deviceCount(), count != devices.count else { return }
        devices = []
        for index in 0..<count {
            // One that cannot be opened has no address, and so no place here.
            guard let handle = try? library.device(index: index),
                let address = handle.pciAddress.flatMap({ PCIAddress($0) })
            else { continue }
            let device = NVIDIADevice(address, runtimeStatusPath: nil)
            device.handle = handle
            devices.append(device)
        }
        known = devices.map(\.address)
    }

    // MARK: Devices

    /// Reads one device.
    ///
    /// Throws what takes the whole library down, and keeps what takes only the device down.
    private func read(_ device: NVIDIADevice, of library: NVMLLibrary, _ now: UInt64) throws(NVMLError) {
        do throws(NVMLError) {
            guard let handle = try open(device, of: library, now) else { return }
            try handle.read(into: &device.reading, options: readingOptions)
            device.hasValues = true
            let action = device.reading.recoveryAction ?? 0
            device.condition = action == 0 ? .working : .recoveryNeeded
            if options.hasGPM { device.sample(handle) }
            if options.processLimit > 0 { device.nameProcesses(options.processLimit, by: library) }
        } catch {
            if case .generation = error.recovery { throw error }
            device.dropHandles()
            device.failure = error
            device.lastFailure = error
            device.nextProbeNanoseconds = now &+ NVIDIACycle.probeIntervalNanoseconds
            switch error.code {
            case .resetRequired: device.condition = .resetRequired
            case .noPermission: device.condition = .noPermission
            // Known to the library before, or answering nothing at all: contact with it is lost.
            case .notFound where device.identity == nil: device.condition = nil
            case .unknown where device.identity == nil: device.condition = nil
            default: device.condition = .lost
            }
        }
    }

    private func open(
        _ device: NVIDIADevice, of library: NVMLLibrary, _ now: UInt64
    ) throws(NVMLError) -> NVMLDevice? {
        if let handle = device.handle, handle.isAlive { return handle }
        guard now >= device.nextProbeNanoseconds else {
            device.failure = device.lastFailure
            return nil
        }
        let handle = try library.device(at: device.addressText)
        let identity = try handle.identity()
        device.handle = handle
        if device.identity != identity { device.identity = identity }
        return handle
    }

    private func watchXids(_ library: NVMLLibrary, _ now: UInt64) {
        guard options.hasXid, !xids.isWatching, now >= nextXidNanoseconds else { return }
        nextXidNanoseconds = now &+ NVIDIACycle.probeIntervalNanoseconds
        do throws(NVMLError) { try xids.begin(library, devices) } catch { failure = error }
    }

    // MARK: Status

    /// Tells the inventory how things are, unless that is what it knows.
    private func reportStatus() {
        let fresh = libraryState.map {
            NVIDIAStatus(
                library: $0, libraryVersion: driverVersion, moduleVersion: moduleVersion,
                gpus: devices.enumerated().compactMap { place, device in device.status(place: place) })
        }
        inventory.update(nvidia: fresh)
        for device in devices where device.gpuID == nil { device.gpuID = inventory.gpuID(of: device.address) }
        shared.lastStatus.withLock { $0 = fresh }
    }
}
