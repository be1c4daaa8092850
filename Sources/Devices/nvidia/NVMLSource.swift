// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc
public import KernelFiles
import NVML
import PCIBus
import Synchronization

/// NVIDIA's library as a whole, read before its GPUs: whether it answers, and how many devices it lists.
///
/// Without a GPU of NVIDIA's on the bus and without a node of its driver nothing is loaded and there is no thread. A
/// call that does not come back keeps the library to itself; until it does, all GPUs are stuck.
public final class NVMLSource: LaneSource {
    /// The bus says whether there is a device to ask about.
    public static let needs: [any Source.Type] = [DeviceInventory.self]

    /// The nodes of the driver: on a PCI bus, under WSL2, and of the GPU in a Tegra chip (Jetson).
    public static let usualNodes = ["/dev/nvidiactl", "/dev/dxg", "/dev/nvhost-gpu", "/dev/nvgpu"]

    /// The lane's name.
    public let lane = "nvml"
    /// How the library is used.
    public let options: NVIDIAOptions

    let shared: NVMLKeeper.Shared
    let session: NVMLSession
    let xids: XidWatch
    let clock: @Sendable () -> UInt64
    private let keeper: Item<NVMLKeeper>
    private let inventory: DeviceInventory
    private let nodes: [String]
    /// False where no collector shows what the library says: then it is not used.
    let isWanted: Bool

    /// A source over an inventory.
    ///
    /// `clock` stands in for the monotonic clock in tests, and `nodes` for the driver's nodes.
    public init(
        roots: Roots, options: NVIDIAOptions, inventory: DeviceInventory, isWanted: Bool = true,
        nodes: [String] = usualNodes,
        clock: @escaping @Sendable () -> UInt64 = { Clock.monotonicNanoseconds() }
    ) {
        self.options = options
        self.inventory = inventory
        self.isWanted = isWanted
        self.nodes = nodes
        self.clock = clock
        let keeper = NVMLKeeper(roots: roots, options: options, inventory: inventory, nodes: nodes, clock: clock)
        shared = keeper.shared
        session = keeper.session
        xids = keeper.xids
        self.keeper = Item("NVML", shareNanoseconds: options.timeoutNanoseconds, keeper)
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

    /// True where there may be a GPU to ask about, or handles to let go of.
    public var isNeeded: Bool {
        let answer = isAsked
        wasNeeded.store(answer, ordering: .relaxed)
        return answer
    }

    /// The answer of `isNeeded` that the scrape began with, which saves looking at the nodes in /dev once more.
    let wasNeeded = Atomic(false)

    private var isAsked: Bool {
        guard isWanted else { return false }
        if shared.holdsHandles.load(ordering: .relaxed) { return true }
        return inventory.latest.devices.contains { $0.isNVIDIA && $0.driver == "nvidia" } || NVMLKeeper.exists(nodes)
    }

    /// The one item: what concerns the library as a whole.
    public func list(from reader: inout KernelFileReader) -> [any LaneItem] { [keeper] }

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
        _ = DetachedThread.start("hx-nvml-release") { [keeper, shared, clock] in
            // As soon as no cycle runs, for at most five seconds; a cycle that ends later lets go by itself.
            for _ in 0..<500 {
                guard clock() < shared.releasedUntil.load(ordering: .acquiring) else { return }
                if keeper.use({ $0.release() }) == true { return }
                _ = usleep(10_000)
            }
        }
    }

    /// Whether handles are let go of on demand.
    public var isReleased: Bool { clock() < shared.releasedUntil.load(ordering: .acquiring) }

    /// Whether a thread is in a call that concerns the library as a whole and has not come back.
    public var isStuck: Bool { keeper.isInUse && !shared.isReleasing.load(ordering: .acquiring) }

    /// Whether a device is asked by its place on the bus.
    func isOnBus(_ address: PCIAddress) -> Bool { shared.devices.withLock { $0.contains(address) } }

    /// How the library was at last.
    var report: NVMLKeeper.Report {
        var report = shared.report.withLock { $0 }
        // A call about one device may have told of the library since.
        if let fault = session.fault {
            report.failure = fault.error
            report.library = NVMLKeeper.state(fault.error)
        }
        return report
    }
}
