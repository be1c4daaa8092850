// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc
public import KernelFiles
public import NVML
public import PCIBus
import Synchronization

/// NVIDIA's library as a source with a lane of its own: one cycle of queries in each scrape.
///
/// Without a GPU of NVIDIA's on the bus nothing is loaded and there is no thread. A cycle that does not come back
/// keeps the library to itself; until it does, the GPUs are stuck and no other thread enters the library.
public final class NVIDIASource: ItemSource, @unchecked Sendable {
    // Sendable: `isWanted` is written while collectors are made and only read afterwards.

    /// The lane's name.
    public let laneName = "nvml"
    /// Guards `items`.
    public let discovery = ItemState()
    /// The one item: a cycle.
    public let items: [any SourceItem]

    /// How the library is used.
    public let options: NVIDIAOptions
    private let cycle: NVIDIACycle
    /// The inventory that it tells what the library says.
    public let inventory: DeviceInventory
    private let clock: @Sendable () -> UInt64
    private var isWanted = false

    /// A source over an inventory.
    ///
    /// `clock` stands in for the monotonic clock in tests.
    public init(
        roots: Roots, options: NVIDIAOptions, inventory: DeviceInventory,
        clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }
    ) {
        self.options = options
        self.inventory = inventory
        self.clock = clock
        cycle = NVIDIACycle(roots: roots, options: options, inventory: inventory, clock: clock)
        items = [cycle]
    }

    /// The source of a context.
    ///
    /// Who only wants to know what state the GPUs are in takes it too, so as to run after it; the
    /// library is used only where the nvidia collector, which alone passes `isWanted`, is enabled.
    public static func shared(
        _ context: CollectorContext, isWanted: Bool = false
    ) throws(ConfigurationError) -> NVIDIASource {
        let inventory = try DeviceInventory.shared(context)
        let source = try context.sources.shared(NVIDIASource.self) { () throws(ConfigurationError) in
            NVIDIASource(roots: context.roots, options: NVIDIAOptions(context.options), inventory: inventory)
        }
        if isWanted { source.want() }
        return source
    }

    /// Says that the library is to be used.
    ///
    /// Only before the first scrape.
    public func want() {
        isWanted = true
    }

    /// True where there is a GPU to ask about, or handles to let go of.
    public var isNeeded: Bool {
        guard isWanted else { return false }
        if cycle.holdsHandles.load(ordering: .relaxed) { return true }
        let snapshot = inventory.latest
        return snapshot.devices.contains { $0.isNVIDIA && $0.driver == "nvidia" }
            || snapshot.busAbsence != nil && NVIDIACycle.hasControlNode
    }

    /// Nothing to find: the cycle takes the devices from the inventory.
    public func discover(from reader: inout KernelFileReader) throws(CollectorError) {}

    /// Tells the inventory that the GPUs are stuck, where the cycle has not come back.
    ///
    /// For collectors, before they ask the inventory; costs nothing where all is well.
    public func settle() {
        guard cycle.state.isRunning, !cycle.isReleasing.load(ordering: .acquiring) else { return }
        let last = cycle.lastWitness.withLock { $0 }
        inventory.update(
            nvidia: NVIDIAWitness(
                library: .stuck, libraryVersion: last?.libraryVersion, moduleVersion: last?.moduleVersion,
                gpus: last?.gpus ?? []))
    }

    /// Lets go of every `/dev/nvidia*` for a time, so that an administrator can unbind or reconfigure a GPU; 0 takes
    /// them again.
    ///
    /// From any thread, and without waiting for the driver: closing is done by a thread of its own, or by
    /// a cycle that runs just now when it comes back.
    public func release(forNanoseconds duration: UInt64) {
        let (until, overflow) = clock().addingReportingOverflow(duration)
        cycle.releasedUntil.store(duration == 0 ? 0 : overflow ? .max : until, ordering: .releasing)
        guard duration > 0, cycle.holdsHandles.load(ordering: .relaxed) else { return }
        _ = DetachedThread.start("hx-nvml-release") { [cycle] in cycle.release() }
    }

    /// Whether handles are let go of on demand.
    public var isReleased: Bool { clock() < cycle.releasedUntil.load(ordering: .acquiring) }

    /// What the cycle of a scrape brought; nil where it did not run or has not come back.
    ///
    /// The view is for the closure alone.
    public func look<Result>(
        in scrape: UInt64, _ use: (borrowing NVIDIAView) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        guard cycle.state.beginLooking(in: scrape) else { return nil }
        defer { cycle.state.endLooking() }
        return try use(NVIDIAView(cycle: cycle))
    }

    /// Whether a thread is in the library.
    public var isRunning: Bool { cycle.state.isRunning }
}

/// What a cycle brought.
public struct NVIDIAView: ~Copyable {
    fileprivate let cycle: NVIDIACycle

    /// The devices, in PCI order; those that are lost, suspended or refuse included.
    public var devices: [NVIDIADevice] { cycle.devices }
    /// How the library fares; nil where it was not asked.
    public var library: NVIDIAWitness.Library? { cycle.verdict }
    /// Why it gives nothing at all; nil where it does.
    public var failure: NVMLError? { cycle.failure }
    /// The version of the driver.
    public var driverVersion: String? { cycle.driverVersion ?? cycle.moduleVersion }
    /// The driver's error messages so far, with the last number of each device.
    public func xids() -> (counts: [XidCount], last: [PCIAddress: UInt64]) { cycle.xids.counts() }
}
