// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
public import KernelFiles
public import NVML
import PCIBus
import Synchronization

/// NVIDIA's GPUs: each an item that may hang by itself.
///
/// A GPU in which a call does not come back is stuck and left alone, and another thread reads the others.
public final class NVIDIASource: LaneSource {
    /// The library is made ready before its devices are asked.
    public static let needs: [any Source.Type] = [DeviceInventory.self, NVMLSource.self]

    /// The lane's name; the library is read in the same one.
    public let lane = "nvml"

    /// Which item a device is: it stays with its place on the bus, or with its index in the library.
    enum Key: Hashable, Sendable {
        case address(PCIAddress)
        case slot(Int)
    }

    private typealias Devices = ItemSet<Key, Key, NVIDIADevice>

    private struct Content {
        var wanted: [Key] = []
        var devices = Devices()
        /// What each device said last, for one in which a thread is stuck.
        var known: [Key: NVIDIAStatus.GPU] = [:]
        var reportedScrape: UInt64 = 0
    }

    private let library: NVMLSource
    private let inventory: DeviceInventory
    private let roots: Roots
    private let content = Mutex(Content())

    /// The devices of a library.
    public init(roots: Roots, library: NVMLSource, inventory: DeviceInventory) {
        self.roots = roots
        self.library = library
        self.inventory = inventory
    }

    /// The source of a context.
    public convenience init(context: CollectorContext) throws(ConfigurationError) {
        self.init(
            roots: context.roots, library: try context.source(NVMLSource.self),
            inventory: try context.source(DeviceInventory.self))
    }

    /// The devices go on with their library.
    public func continues(in context: CollectorContext) -> Bool { library.continues(in: context) }

    /// How the library is used.
    public var options: NVIDIAOptions { library.options }

    /// True where there are devices, or were.
    public var isNeeded: Bool {
        library.isWanted
            && (library.session.isOpen || library.shared.devices.withLock { !$0.isEmpty }
                || content.withLock { !$0.devices.entries.isEmpty })
    }

    /// The devices on the bus, then those that only the library knows.
    public func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let addresses = library.shared.devices.withLock { $0 }
        let slotCount = library.session.slotCount
        return content.withLock { content in
            let isSame =
                content.wanted.count == addresses.count + slotCount
                && content.wanted.starts(with: addresses.lazy.map(Key.address))
            if !isSame || content.devices.isOutdated {
                content.wanted = addresses.map(Key.address) + (0..<slotCount).map(Key.slot)
                content.devices.update(to: content.wanted, id: \.self) { make($0) }
                content.known = content.known.filter { content.wanted.contains($0.key) }
            }
            return content.devices.laneItems
        }
    }

    private func make(_ key: Key) -> Item<NVIDIADevice> {
        let device = NVIDIADevice(key, roots: roots, library: library)
        return Item(device.name, shareNanoseconds: options.timeoutNanoseconds, device)
    }

    // MARK: For collectors

    /// Whether there may be a GPU to ask about.
    public var isWatching: Bool { library.wasNeeded.load(ordering: .relaxed) }

    /// Whether handles are let go of on demand.
    public var isReleased: Bool { library.isReleased }

    /// Lets go of every `/dev/nvidia*` for a time; see `NVMLSource`.
    public func release(forNanoseconds duration: UInt64) { library.release(forNanoseconds: duration) }

    /// Whether a thread is in the library, or in one of its devices, and has not come back.
    public var isRunning: Bool {
        library.isStuck || content.withLock { $0.devices.entries.contains(where: \.item.isInUse) }
    }

    /// Tells the inventory how the GPUs are, once in a scrape.
    ///
    /// For collectors, before they ask the inventory.
    public func report(in scrape: UInt64) {
        let entries: [Devices.Entry]? = content.withLock { content in
            guard content.reportedScrape != scrape else { return nil }
            content.reportedScrape = scrape
            return content.devices.entries
        }
        guard let entries else { return }
        let status = status(of: entries)
        inventory.update(nvidia: status)
        guard status != nil else { return }
        for entry in entries {
            _ = entry.item.use { device in
                if device.gpuID == nil, let id = device.id { device.gpuID = inventory.gpuID(of: id) }
            }
        }
    }

    private func status(of entries: [Devices.Entry]) -> NVIDIAStatus? {
        var report = library.report
        if library.isStuck { report.library = .stuck }
        guard let state = report.library else { return nil }
        var gpus: [NVIDIAStatus.GPU] = []
        for (place, entry) in entries.enumerated() {
            let fresh: NVIDIAStatus.GPU?? = entry.item.use { device in
                device.status(place: place, isLibraryFailing: report.failure != nil)
            }
            switch fresh {
            case .some(let gpu):
                content.withLock { $0.known[entry.id] = gpu }
                if let gpu { gpus.append(gpu) }
            case nil:
                if let gpu = stuckStatus(of: entry.id, place: place) { gpus.append(gpu) }
            }
        }
        return NVIDIAStatus(
            library: state, libraryVersion: report.driverVersion, moduleVersion: report.moduleVersion, gpus: gpus)
    }

    /// The last word of a device in which a thread is stuck; nil for one that nobody has heard of.
    private func stuckStatus(of key: Key, place: Int) -> NVIDIAStatus.GPU? {
        if var last = content.withLock({ $0.known[key] }) {
            last.condition = .stuck
            return last
        }
        guard case .address(let address) = key else { return nil }
        return NVIDIAStatus.GPU(address: address, index: place, condition: .stuck)
    }

    /// What is known of the library and its devices after a scrape's reading; nil where a thread is stuck in the
    /// library as a whole.
    public var libraryReport: NVIDIALibraryReport? {
        if library.isStuck { return nil }
        let report = library.report
        return NVIDIALibraryReport(
            state: report.library, failure: report.failure, driverVersion: report.driverVersion ?? report.moduleVersion)
    }

    /// Hands each device to `use`, those that are lost, sleep or refuse included, and the names of those in which a
    /// thread is stuck to `stuck`.
    ///
    /// The device is for the closure alone.
    public func forEach(_ use: (NVIDIADevice) -> Void, stuck: (String) -> Void = { _ in }) {
        let entries = content.withLock { $0.devices.entries }
        for entry in entries {
            let isUsed: Void? = entry.item.use { device in if !device.isElsewhere { use(device) } }
            if isUsed == nil { stuck(entry.item.name) }
        }
    }

    /// The driver's error messages so far.
    public var xidCounts: [XidCount] { library.xids.counts }

    /// The last error message about a device.
    public func lastXid(of device: NVIDIADevice) -> UInt64? { device.id.flatMap { library.xids.last(of: $0) } }
}

/// How NVIDIA's library is.
public struct NVIDIALibraryReport: Sendable {
    /// Its state; nil where it was not asked.
    public let state: NVIDIAStatus.Library?
    /// Why it gives nothing at all; nil where it does.
    public let failure: NVMLError?
    /// The version of the driver.
    public let driverVersion: String?
}
