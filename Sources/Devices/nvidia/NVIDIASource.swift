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
public final class NVIDIASource: LaneSource {
    /// The bus says which devices there are to ask about.
    public static let needs: [any Source.Type] = [DeviceInventory.self]

    /// The lane's name.
    public let lane = "nvml"
    /// How the library is used.
    public let options: NVIDIAOptions

    private let cycle: Item<NVIDIACycle>
    private let shared: NVIDIACycle.Shared
    private let inventory: DeviceInventory
    private let clock: @Sendable () -> UInt64
    /// False where no collector shows what the library says: then it is not used.
    private let isWanted: Bool

    /// A source over an inventory.
    ///
    /// `clock` stands in for the monotonic clock in tests.
    public init(
        roots: Roots, options: NVIDIAOptions, inventory: DeviceInventory, isWanted: Bool = true,
        clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }
    ) {
        self.options = options
        self.inventory = inventory
        self.isWanted = isWanted
        self.clock = clock
        let cycle = NVIDIACycle(roots: roots, options: options, inventory: inventory, clock: clock)
        shared = cycle.shared
        self.cycle = Item("NVML", shareNanoseconds: options.timeoutNanoseconds, cycle)
    }

    /// The source of a context.
    ///
    /// Who only wants to know what state the GPUs are in names it too, so as to run after it; the library is used only
    /// where the nvidia collector is switched on.
    public convenience init(context: CollectorContext) throws(ConfigurationError) {
        self.init(
            roots: context.roots, options: NVIDIAOptions(context.options),
            inventory: try context.source(DeviceInventory.self), isWanted: context.isEnabled("nvidia"))
    }

    /// The library goes on as long as it is used in the same way.
    public func continues(in context: CollectorContext) -> Bool {
        options == NVIDIAOptions(context.options) && isWanted == context.isEnabled("nvidia")
            && inventory.continues(in: context)
    }

    /// True where there is a GPU to ask about, or handles to let go of.
    public var isNeeded: Bool {
        guard isWanted else { return false }
        if shared.holdsHandles.load(ordering: .relaxed) { return true }
        let snapshot = inventory.latest
        return snapshot.devices.contains { $0.isNVIDIA && $0.driver == "nvidia" }
            || snapshot.busAbsence != nil && NVIDIACycle.hasControlNode
    }

    /// The one item: a cycle, which takes the devices from the inventory.
    public func list(from reader: inout KernelFileReader) -> [any LaneItem] { [cycle] }

    /// Tells the inventory that the GPUs are stuck, where the cycle has not come back.
    ///
    /// For collectors, before they ask the inventory; costs nothing where all is well.
    public func reportIfStuck() {
        guard isRunning, !shared.isReleasing.load(ordering: .acquiring) else { return }
        let last = shared.lastStatus.withLock { $0 }
        inventory.update(
            nvidia: NVIDIAStatus(
                library: .stuck, libraryVersion: last?.libraryVersion, moduleVersion: last?.moduleVersion,
                gpus: last?.gpus ?? []))
    }

    /// Lets go of every `/dev/nvidia*` for the configured time.
    public func letGoOfDevices() -> UInt64? {
        release(forNanoseconds: options.releaseNanoseconds)
        return options.releaseNanoseconds
    }

    /// Lets go of every `/dev/nvidia*` for a time, so that an administrator can unbind or reconfigure a GPU; 0 takes
    /// them again.
    ///
    /// From any thread, and without waiting for the driver: closing is done by a thread of its own, or by a cycle that
    /// runs just now when it comes back.
    public func release(forNanoseconds duration: UInt64) {
        let (until, overflow) = clock().addingReportingOverflow(duration)
        shared.releasedUntil.store(duration == 0 ? 0 : overflow ? .max : until, ordering: .releasing)
        guard duration > 0, shared.holdsHandles.load(ordering: .relaxed) else { return }
        _ = DetachedThread.start("hx-nvml-release") { [cycle, shared, clock] in
            // As soon as no cycle runs, for at most five seconds; a cycle that ends later lets go by itself.
            for _ in 0..<500 {
                guard clock() < shared.releasedUntil.load(ordering: .acquiring) else { return }
                let isDone: Void? = cycle.use { $0.release() }
                if isDone != nil { return }
                _ = usleep(10_000)
            }
        }
    }

    /// Whether handles are let go of on demand.
    public var isReleased: Bool { clock() < shared.releasedUntil.load(ordering: .acquiring) }

    /// What the cycle of a scrape brought; nil where it did not run or has not come back.
    ///
    /// The view is for the closure alone.
    public func withResult<Result>(
        of scrape: UInt64, _ use: (borrowing NVIDIAView) throws(CollectorError) -> Result
    ) throws(CollectorError) -> Result? {
        try cycle.withResult(of: scrape) { (cycle) throws(CollectorError) in try use(NVIDIAView(cycle: cycle)) }
    }

    /// Whether a thread is in the library.
    public var isRunning: Bool { cycle.isInUse }
}

/// What a cycle brought.
public struct NVIDIAView: ~Copyable {
    fileprivate let cycle: NVIDIACycle

    /// The devices, in PCI order; those that are lost, suspended or refuse included.
    public var devices: [NVIDIADevice] { cycle.devices }
    /// The state of the library; nil where it was not asked.
    public var library: NVIDIAStatus.Library? { cycle.libraryState }
    /// Why it gives nothing at all; nil where it does.
    public var failure: NVMLError? { cycle.failure }
    /// The version of the driver.
    public var driverVersion: String? { cycle.driverVersion ?? cycle.moduleVersion }
    /// The driver's error messages so far, with the last number of each device.
    public func xids() -> (counts: [XidCount], last: [PCIAddress: UInt64]) { cycle.xids.counts() }
}
