// SPDX-License-Identifier: Apache-2.0

public import CollectorKit
import Glibc
public import KernelFiles
public import PCIBus
import Synchronization

/// The compute devices of the host: what the PCI bus, the kernel's driver bindings, the classes of accelerators, the
/// CPU topology and the vendor's library each say, joined by PCI address.
///
/// It looks at most once a scrape, in the thread of the collector that asks first, and only at what may have changed;
/// what does not change costs some microseconds. Threads of other lanes take `latest`, which never waits.
public final class DeviceInventory: Source, @unchecked Sendable {
    // Everything mutable but the two mutexes' content is used only by who holds `work`.
    private let work = ItemState()
    private let published = Mutex(DeviceSnapshot())
    private let testimony = Mutex(Testimony())
    private let look: InventoryLook
    private let options: DeviceOptions
    private var lookedIn: UInt64?
    private var judgedVersion: UInt64 = .max

    /// What others say of devices, until they say something else.
    private struct Testimony {
        var version: UInt64 = 0
        var nvidia: NVIDIAWitness?
        var stuck: Set<String> = []
        var numbering = GPUNumbering()
    }

    /// Makes the inventory and looks for the first time.
    ///
    /// `isPatient` false looks at everything each time, for tests.
    public init(roots: Roots, options: DeviceOptions, isPatient: Bool = true) {
        self.options = options
        look = InventoryLook(roots: roots, options: options, isPatient: isPatient)
        // What is opened now is opened again, and then kept, by the thread that works with it.
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 0))
        look.take(from: &reader)
        judge(always: true)
    }

    /// The inventory of a context, which all who use it share.
    public static func shared(_ context: CollectorContext) throws(ConfigurationError) -> DeviceInventory {
        try context.sources.shared(DeviceInventory.self) { () throws(ConfigurationError) in
            DeviceInventory(roots: context.roots, options: try DeviceOptions(context.options))
        }
    }

    /// The devices as they are in this scrape.
    ///
    /// For collectors, which run one after another; throws `busy` where a thread of an earlier scrape hangs in a look.
    public func snapshot(from reader: inout KernelFileReader) throws(CollectorError) -> DeviceSnapshot {
        guard work.begin() else { throw .busy("the device inventory") }
        defer { work.finish(scrape: reader.scrape) }
        let isNew = lookedIn != reader.scrape
        if isNew {
            lookedIn = reader.scrape
            look.take(from: &reader)
        }
        judge(always: isNew)
        return latest
    }

    /// True where these options would make the same inventory; paths are not compared.
    public func isMade(from options: Options) -> Bool {
        // Options that cannot be are refused where the inventory would be made.
        (try? DeviceOptions(options)) == self.options
    }

    /// The devices as the last look found them.
    ///
    /// For the threads of other lanes.
    public var latest: DeviceSnapshot { published.withLock { $0 } }

    /// Takes over what NVIDIA's library says, from any thread; nil where it is not asked any more.
    ///
    /// Its GPUs have numbers when this returns.
    public func update(nvidia witness: NVIDIAWitness?) {
        testimony.withLock {
            if let witness { $0.numbering.add(nvidia: witness.gpus) }
            guard $0.nvidia != witness else { return }
            $0.nvidia = witness
            $0.version &+= 1
        }
    }

    /// Takes over which devices (by id) have a read that does not come back.
    public func update(stuck ids: Set<String>) {
        testimony.withLock {
            guard $0.stuck != ids else { return }
            $0.stuck = ids
            $0.version &+= 1
        }
    }

    /// The label `gpu` of the GPU at an address, from any thread; nil where it has none yet.
    public func gpuID(of address: PCIAddress) -> Int? {
        testimony.withLock { $0.numbering.number(of: address) }
    }

    private func judge(always: Bool) {
        let isNews = testimony.withLock { said in
            guard always || said.version != judgedVersion else { return false }
            judgedVersion = said.version
            look.judge(nvidia: said.nvidia, stuck: said.stuck, numbering: &said.numbering)
            return true
        }
        guard isNews else { return }
        look.remember()
        published.withLock { look.publish(to: &$0) }
    }
}
