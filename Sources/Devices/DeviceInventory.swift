// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc
public import KernelFiles
import Synchronization

/// The compute devices of the host: what the PCI bus, the kernel's driver bindings, the classes of accelerators, the
/// CPU topology and the vendor's library each say, joined by PCI address.
///
/// It is read in a lane of its own, at most once a scrape, and only what may have changed: a host without compute devices
/// but its CPUs is scanned every 5 s. Threads of other lanes take `latest`, which never waits.
public final class DeviceInventory: LaneSource {
    /// How often a host on which nothing but CPUs was found is scanned.
    private static let idleIntervalNanoseconds: UInt64 = 5_000_000_000

    /// The scanner, with what was last judged of its findings.
    private struct Scan: ItemContent {
        let scanner: DeviceScanner
        let shared: Shared
        var judgedVersion: UInt64 = .max

        mutating func read(from reader: inout KernelFileReader) {
            scanner.scan(from: &reader)
            updateStates(always: true)
            let isIdle = scanner.isIdle
            let now = Clock.monotonicNanoseconds()
            shared.nextNanoseconds.store(
                isIdle ? now &+ DeviceInventory.idleIntervalNanoseconds : 0, ordering: .relaxed)
            shared.isScanned.store(true, ordering: .releasing)
        }

        /// Draws the states from all that is known, and publishes them where there is news.
        mutating func updateStates(always: Bool) {
            let isNews = shared.reports.withLock { reports in
                guard always || reports.version != judgedVersion else { return false }
                judgedVersion = reports.version
                scanner.updateStates(nvidia: reports.nvidia, stuck: reports.stuck, numbering: &reports.numbering)
                return true
            }
            guard isNews else { return }
            scanner.remember()
            shared.published.withLock { scanner.publish(to: &$0) }
        }
    }

    /// What every thread may read.
    private final class Shared: Sendable {
        let published = Mutex(DeviceSnapshot())
        let reports = Mutex(Reports())
        /// When an idle host is scanned again.
        let nextNanoseconds = Atomic<UInt64>(0)
        let isScanned = Atomic(false)
    }

    /// What others say of devices, until they say something else.
    private struct Reports {
        var version: UInt64 = 0
        var nvidia: NVIDIAStatus?
        var stuck: Set<String> = []
        var numbering = GPUNumbering()
    }

    /// The lane's name.
    public let lane = "devices"

    private let options: DeviceOptions
    private let shared = Shared()
    private let scan: Item<Scan>

    /// An inventory that has not been scanned.
    ///
    /// `isPatient` false scans everything each time, for tests.
    public init(roots: Roots, options: DeviceOptions, isPatient: Bool = true) {
        self.options = options
        scan = Item(
            "the device inventory",
            Scan(scanner: DeviceScanner(roots: roots, options: options, isPatient: isPatient), shared: shared))
    }

    /// The inventory below the context's paths.
    public convenience init(context: CollectorContext) throws(ConfigurationError) {
        self.init(roots: context.roots, options: try DeviceOptions(context.options))
    }

    /// The numbers of GPUs and the counts of changes go on as long as the same devices are expected; paths never change.
    public func continues(in context: CollectorContext) -> Bool {
        // Options that cannot be are refused where the inventory would be made.
        (try? DeviceOptions(context.options)) == options
    }

    /// False while an idle host need not be scanned again.
    public var isNeeded: Bool {
        Clock.monotonicNanoseconds() >= shared.nextNanoseconds.load(ordering: .relaxed)
    }

    /// The scan is one item.
    public func list(from reader: inout KernelFileReader) -> [any LaneItem] { [scan] }

    /// The devices as they are in this scrape, with all that other sources have reported of them since they were read.
    ///
    /// For collectors; throws `busy` where a thread hangs in the scan.
    public func snapshot() throws(CollectorError) -> DeviceSnapshot {
        let isUpdated: Void? = scan.use { $0.updateStates(always: false) }
        guard isUpdated != nil, shared.isScanned.load(ordering: .acquiring) else {
            throw .busy("the device inventory")
        }
        return latest
    }

    /// The devices as the last scan found them.
    ///
    /// For the threads of other lanes.
    public var latest: DeviceSnapshot { shared.published.withLock { $0 } }

    /// Takes over what NVIDIA's library says, from any thread; nil where it is not asked any more.
    ///
    /// Its GPUs have numbers when this returns.
    public func update(nvidia status: NVIDIAStatus?) {
        shared.reports.withLock {
            if let status { $0.numbering.add(nvidia: status.gpus) }
            guard $0.nvidia != status else { return }
            $0.nvidia = status
            $0.version &+= 1
        }
    }

    /// Takes over which devices (by id) have a read that does not come back.
    public func update(stuck ids: Set<String>) {
        shared.reports.withLock {
            guard $0.stuck != ids else { return }
            $0.stuck = ids
            $0.version &+= 1
        }
    }

    /// The label `gpu` of a GPU by its id, from any thread; nil where it has none yet.
    public func gpuID(of id: String) -> Int? {
        shared.reports.withLock { $0.numbering.number(of: id) }
    }
}
