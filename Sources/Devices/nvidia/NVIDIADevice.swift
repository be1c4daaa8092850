// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
public import KernelFiles
public import NVML
public import PCIBus

/// One GPU that NVIDIA's library is asked about, with what the last cycle brought.
///
/// Belongs to whoever holds its item: the thread that reads it, or a collector that writes its samples.
public final class NVIDIADevice: ItemContent {
    static let probeIntervalNanoseconds: UInt64 = 30_000_000_000

    /// Where it sits; nil where it has no PCI address, or none is known yet.
    public private(set) var address: PCIAddress?
    /// What it is called in messages: its address, else its index in the library.
    public let name: String
    /// The label `gpu`; nil before it has one.
    public internal(set) var gpuID: Int?
    /// Who it is; nil before it was opened for the first time.
    ///
    /// It stays while the device is lost or suspended.
    public private(set) var identity: GPUIdentity?
    /// What the last cycle read.
    public internal(set) var reading = GPUReading()
    /// How many figures of the last cycle were dropped because no device can have them.
    public private(set) var impossibleCount = 0
    /// Profiling figures since the cycle before; nil where there are none.
    public internal(set) var gpm: GPMReading?
    /// The same of each MIG GPU instance, by its number.
    public internal(set) var instanceGPM: [UInt32: GPMReading] = [:]
    /// The processes with the most memory, where they are asked for.
    public internal(set) var processes: [NamedProcess] = []
    /// Why there are no values; nil where there are, or where there is no need of any.
    public private(set) var failure: NVMLError?

    /// Whether it is a device that is asked by its place on the bus already.
    private(set) var isElsewhere = false
    var sampler: NVMLGPMSampler?
    var instanceSamplers: [UInt32: NVMLGPMSampler] = [:]
    /// Whether a sampler was tried for in this generation.
    var hasTriedSampling = false

    private let key: NVIDIASource.Key
    private let library: NVMLSource
    private let readingOptions: GPUReadingOptions
    /// Whether runtime power management may put it to sleep: `auto`; nil without a PCI entry.
    private let powerControl: KernelFile?
    private var handle: NVMLDevice?
    /// The scrape that `reading` is of; 0 for none.
    private var valuesScrape: UInt64 = 0
    /// The failure that `nextProbeNanoseconds` waits after.
    private var lastFailure: NVMLError?
    /// When a device that could not be opened or was lost is tried again.
    private var nextProbeNanoseconds: UInt64 = 0
    /// What the library says of it; nil where it does not list it.
    private var condition: NVIDIAStatus.Condition?
    /// Which set of events it is registered with.
    private var eventSet: UInt64 = 0

    /// A process that uses the device.
    public struct NamedProcess: Sendable, Equatable {
        /// Its number as the driver sees it.
        public let pid: UInt32
        /// Its name; empty where it has gone.
        public let name: String
        /// Device memory that it has taken.
        public let usedMemoryBytes: UInt64
    }

    init(_ key: NVIDIASource.Key, roots: Roots, library: NVMLSource) {
        self.key = key
        self.library = library
        var reading = GPUReadingOptions()
        reading.nvlinks = library.options.hasNVLinks
        reading.processes = library.options.processLimit > 0
        reading.migInstances = library.options.hasMIG
        readingOptions = reading
        switch key {
        case .address(let address):
            self.address = address
            name = address.description
            powerControl = KernelFile(oneRead: roots.sys("bus/pci/devices/\(address)/power/control"))
        case .slot(let index):
            name = "GPU \(index) of libnvidia-ml"
            powerControl = nil
        }
    }

    /// The id in the inventory: the PCI address, else the UUID, else the library's index; nil before that is known.
    public var id: String? {
        if let address { return address.description }
        guard let identity else { return nil }
        return identity.uuid ?? identity.index.map { "nvidia\($0)" }
    }

    /// Whether `reading` is of this scrape.
    public func hasValues(in scrape: UInt64) -> Bool { scrape != 0 && valuesScrape == scrape }

    // MARK: The cycle

    /// Reads the device, unless it sleeps or the library is let go of.
    public func read(from reader: inout KernelFileReader) {
        valuesScrape = 0
        failure = nil
        gpm = nil
        instanceGPM.removeAll(keepingCapacity: true)
        processes.removeAll(keepingCapacity: true)
        guard let code = library.session.enter() else { return }
        defer { library.session.leave() }
        if let address, library.session.isAsleep(address) {
            // Its handle alone would keep it awake the next time.
            dropHandles()
            return
        }
        let now = library.clock()
        do throws(NVMLError) {
            guard let handle = try open(in: code, now), !isElsewhere else { return }
            try handle.read(into: &reading, options: readingOptions)
            impossibleCount = reading.dropImpossible()
            let options = library.options
            if options.hasGPM { sample(handle) }
            if options.processLimit > 0 { nameProcesses(options.processLimit, by: code) }
            if options.hasXid, let id { library.xids.register(handle, as: id, known: &eventSet) }
            condition = (reading.recoveryAction ?? 0) == 0 ? .working : .recoveryNeeded
            valuesScrape = reader.scrape
            if let address, options.idleReleaseNanoseconds > 0 { noteIdleness(of: address, now, from: &reader) }
        } catch {
            fail(error, now)
        }
    }

    private func noteIdleness(of address: PCIAddress, _ now: UInt64, from reader: inout KernelFileReader) {
        var isIdle = reading.isIdle
        if isIdle, let powerControl {
            // Without power management it cannot sleep anyway.
            isIdle = (try? reader.contents(of: powerControl)).map { $0.trimmed == "auto" } ?? false
        }
        library.session.note(isIdle: isIdle, of: address, now)
    }

    private func fail(_ error: NVMLError, _ now: UInt64) {
        if case .generation = error.recovery { return library.session.fail(error, now) }
        dropHandles()
        failure = error
        lastFailure = error
        nextProbeNanoseconds = now &+ NVIDIADevice.probeIntervalNanoseconds
        switch error.code {
        case .resetRequired: condition = .resetRequired
        case .noPermission: condition = .noPermission
        // Known to the library before, or answering nothing at all: contact with it is lost.
        case .notFound where identity == nil: condition = nil
        case .unknown where identity == nil: condition = nil
        default: condition = .lost
        }
    }

    /// The handle of this generation; nil where it is not yet time to try again.
    private func open(in library: NVMLLibrary, _ now: UInt64) throws(NVMLError) -> NVMLDevice? {
        if let handle, handle.isAlive { return handle }
        dropHandles()
        guard now >= nextProbeNanoseconds else {
            failure = lastFailure
            return nil
        }
        let fresh: NVMLDevice
        switch key {
        case .address: fresh = try library.device(at: name)
        case .slot(let index): fresh = try openSlot(index, in: library)
        }
        if case .slot = key {
            address = fresh.pciAddress.flatMap { PCIAddress($0) }
            isElsewhere = address.map(self.library.isOnBus) ?? false
        }
        // One that is asked elsewhere is not to be kept hold of.
        guard !isElsewhere else { return nil }
        let found = try fresh.identity()
        handle = fresh
        if identity != found { identity = found }
        return fresh
    }

    /// Indices shift when a device is lost, so one that is known is opened by what stays its own.
    private func openSlot(_ index: Int, in library: NVMLLibrary) throws(NVMLError) -> NVMLDevice {
        if let address { return try library.device(at: address.description) }
        if let uuid = identity?.uuid { return try library.device(uuid: uuid) }
        return try library.device(index: index)
    }

    /// Drops everything that came from the library but who the device is.
    private func dropHandles() {
        handle = nil
        sampler = nil
        instanceSamplers = [:]
        hasTriedSampling = false
        eventSet = 0
    }

    // MARK: Status

    /// What the library says of the device; nil where it does not list it.
    ///
    /// `place` is its place in PCI order, which is the library's own order, for one whose index was never read.
    func status(place: Int, isLibraryFailing: Bool) -> NVIDIAStatus.GPU? {
        var shown = isLibraryFailing ? nil : condition
        // One that sleeps is not asked, and is taken to be as it was.
        if let address, shown == nil, library.session.isAsleep(address) { shown = .working }
        guard let shown, let id, !isElsewhere else { return nil }
        return NVIDIAStatus.GPU(
            id: id, address: address, index: identity?.index.map(Int.init) ?? place, condition: shown,
            name: identity?.name, uuid: identity?.uuid)
    }
}

extension GPUReading {
    /// Whether nobody uses the device: known not to be busy, and no process known.
    var isIdle: Bool {
        utilization.gpuPercent == 0 && (processCounts.compute ?? 0) == 0 && (processCounts.graphics ?? 0) == 0
            && (processCounts.mps ?? 0) == 0
    }
}
