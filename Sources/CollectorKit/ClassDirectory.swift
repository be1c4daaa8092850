// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles
import Synchronization

/// A device of a class of sysfs (`/sys/class/watchdog/watchdog0`): what is kept of it, and how it is read.
///
/// Each device is an item by itself: one whose attribute hangs in its driver costs that device. One behind which
/// hardware sleeps is not read until that is awake (`RuntimePM`).
public protocol ClassDevice: ~Copyable {
    /// The families that it writes.
    associatedtype Metric: FamilyKey

    /// The name of the class, its folder below /sys/class.
    static var className: String { get }
    /// The folder below /sys that has the devices; that of the class where it is not said.
    static var folder: String { get }
    /// Patterns of families that it names while it is read, as the descriptor of its collector has them.
    static var openFamilies: [MetricFamily] { get }
    /// What one is called, in the singular, for the sentence that there is none.
    static var noun: String { get }

    /// The device of an entry of the class, by its name and its folder; nil for an entry that is not shown.
    ///
    /// Reads nothing, and uses no source.
    init?(name: String, folder: String, context: CollectorContext) throws(ConfigurationError)

    /// Reads its attributes and writes its samples.
    mutating func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<Metric>)
}

extension ClassDevice where Self: ~Copyable {
    /// The folder of the class.
    public static var folder: String { "class/" + className }

    /// None.
    public static var openFamilies: [MetricFamily] { [] }
}

/// The devices of a class of sysfs, found anew when they change and read in a lane of their own.
///
/// Source: kernel Documentation/filesystems/sysfs.rst.
public final class ClassDirectory<Device: ClassDevice & ~Copyable>: LaneSource {
    /// A device with its samples of the last read.
    private struct Content: ItemContent, ~Copyable {
        var device: Device
        var writer: MetricWriter<Device.Metric>
        /// What sleeps behind its attributes, which is not woken for them.
        let runtimePM: RuntimePM

        mutating func read(from reader: inout KernelFileReader) {
            writer.reset()
            if runtimePM.isAsleep(from: &reader) { return }
            device.read(from: &reader, into: &writer)
        }
    }

    /// What an entry is: a name may go to another device, and then its link points elsewhere.
    private struct Identity: Equatable {
        let name: String
        let target: [UInt8]
    }

    private struct Listing {
        var directory: WatchedDirectory
        var names: [String] = []
        var isMissing = true
        /// The entries of the last update, those that are not shown included.
        var seen: [Identity] = []
        var items = ItemSet<String, Identity, Content>()
    }

    /// What the folder was when it was last asked whether a thread is needed.
    private enum Presence: Int {
        case missing, empty, filled
    }

    /// All classes share a lane: none of them has many devices.
    public let lane = "sysfs"
    /// The folder of the class.
    public let path: String

    private let context: CollectorContext
    private let listing: ItemListing<Listing>
    private let presence = Atomic(Presence.filled.rawValue)
    private let absence: AbsenceMemory

    /// The class below `--path.sysfs`.
    public init(context: CollectorContext) throws(ConfigurationError) {
        self.context = context.withoutSources()
        path = context.roots.sys(Device.folder)
        absence = AbsenceMemory(path)
        // Options that cannot be are refused now, not when the first device comes.
        _ = try Device(name: "", folder: path, context: context)
        listing = ItemListing(of: path, Listing(directory: WatchedDirectory(path)))
    }

    /// False where the class is not there or has no device, so that most hosts need no thread for it.
    ///
    /// A driver that is loaded later is noticed at the next scrape: the kernel announces it and its devices.
    public var isNeeded: Bool {
        let events = absence.now()
        if absence.isMissing(at: events) { return false }
        let found = findAny()
        presence.store(found.rawValue, ordering: .relaxed)
        absence.note(isMissing: found != .filled, at: events)
        return found == .filled
    }

    /// Whether the folder has any entry; listing it asks no driver.
    private func findAny() -> Presence {
        // No device's name begins with a full stop.
        do throws(KernelFileError) {
            return try KernelDirectory.hasEntry(at: path) ? .filled : .empty
        } catch {
            // What cannot be looked at is listed, which says why.
            return error.isMissing ? .missing : .filled
        }
    }

    /// Lists the class; devices that stay keep what they remember.
    public func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let scrape = reader.scrape
        return listing.update(in: scrape) { (listing) throws(CollectorError) in
            switch try listing.directory.list(from: &reader) {
            case .missing:
                listing.names = []
                listing.isMissing = true
            case .same: break
            case .changed(let names):
                listing.names = names
                listing.isMissing = false
            }
            try update(&listing, from: &reader)
            return listing.items.laneItems
        }
    }

    private func update(_ listing: inout Listing, from reader: inout KernelFileReader) throws(CollectorError) {
        var identities: [Identity] = []
        for name in listing.names {
            // No link in made-up trees, and gone where the device has just gone.
            let target = (try? reader.target(ofLink: path + "/" + name))?.array ?? []
            identities.append(Identity(name: name, target: target))
        }
        if identities == listing.seen, !listing.items.isOutdated { return }
        var made: [(identity: Identity, item: Item<Content>)] = []
        let known = listing.items.entries
        for identity in identities {
            let folder = path + "/" + identity.name
            if let entry = known.first(where: { $0.identity == identity }) {
                made.append((identity, entry.item))
                continue
            }
            do throws(ConfigurationError) {
                guard let device = try Device(name: identity.name, folder: folder, context: context) else { continue }
                let runtimePM = RuntimePM(above: folder, from: &reader)
                let content = Content(
                    device: device, writer: MetricWriter(openFamilies: Device.openFamilies), runtimePM: runtimePM)
                made.append((identity, Item(folder, content)))
            } catch {
                throw .other(error.description)
            }
        }
        listing.seen = identities
        listing.items.update(to: made, id: \.identity.name, identity: \.identity) { $0.item }
    }

    /// Takes over the devices' samples of this scrape; one that did not answer in time is lost.
    public func collect(
        in scrape: UInt64, into writer: inout MetricWriter<Device.Metric>
    ) throws(CollectorError) -> Availability {
        switch Presence(rawValue: presence.load(ordering: .relaxed)) {
        case .missing: return .noDevice("\(path) is not there")
        case .empty: return .noDevice("no \(Device.noun) in \(path)")
        default: break
        }
        return try listing.withResult(of: scrape) { listing in
            if listing.isMissing { return .noDevice("\(path) is not there") }
            for entry in listing.items.entries {
                let isRead: Void? = entry.item.withResult(of: scrape) { writer.merge($0.writer) }
                if isRead == nil { writer.loseItem("\(entry.item.name) did not answer in time") }
            }
            return listing.items.entries.isEmpty ? .noDevice("no \(Device.noun) in \(path)") : .available
        }
    }
}
