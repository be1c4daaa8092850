// SPDX-License-Identifier: Apache-2.0

public import Exposition

/// Everything that users read about a collector: its flags, `--help`, the metric reference and the checks of the
/// tests come from here.
public struct CollectorDescriptor: Sendable {
    /// The part of the host it belongs to, named as its folder below `collectors/`.
    public enum Group: String, Sendable, CaseIterable {
        case cpu, memory, disk, filesystem, network, gpu, sensors, pci, system, process, services, textfile, daena
    }

    /// Its name: `diskstats` is switched by `--collector.diskstats` and `--no-collector.diskstats`.
    public let name: String
    /// The part of the host it belongs to.
    public let group: Group
    /// True where it runs without being asked for.
    public let isDefault: Bool
    /// What it reports, in one sentence.
    public let help: String
    /// The files and interfaces it reads, for the metric reference.
    public let reads: [String]
    /// The sources that it uses, which are read before it runs.
    public let sources: [any Source.Type]
    /// The thread that it runs in.
    public let lane: CollectorLane
    /// Its flags, those of its sources included.
    public let options: [OptionDescriptor]
    /// The families it may write, which are those of its type `Metric`; in the registry's descriptors alone.
    ///
    /// Families whose names come from the kernel are described by `openFamilies`.
    public internal(set) var families: [MetricFamily] = []
    /// Patterns of families that it names while collecting, for example `node_vmstat_<field>`.
    public let openFamilies: [MetricFamily]
    /// How long it may take where that is more than 0.25 s; nil for that.
    ///
    /// Never more than a quarter of the time left.
    public let shareNanoseconds: UInt64?
    /// The value of `node_scrape_collector_success` where there is nothing to read; as node_exporter has it.
    public let absentIsSuccess: Bool

    /// A descriptor; `name` is lower case with underscores.
    public init(
        name: String, group: Group, isDefault: Bool = true, help: String, reads: [String],
        sources: [any Source.Type] = [], lane: CollectorLane = .kernel, flags: [any FlagDeclaration] = [],
        openFamilies: [MetricFamily] = [],
        absentIsSuccess: Bool = false, shareNanoseconds: UInt64? = nil
    ) {
        self.name = name
        self.group = group
        self.isDefault = isDefault
        self.help = help
        self.reads = reads
        self.sources = sources
        self.lane = lane
        options = flags.map(\.descriptor)
        self.openFamilies = openFamilies
        self.absentIsSuccess = absentIsSuccess
        self.shareNanoseconds = shareNanoseconds
    }
}

/// The thread that a collector runs in.
public enum CollectorLane: Sendable {
    /// The one in which the files of procfs and sysfs are read, one collector after another: reading them in parallel
    /// was measured to cost more CPU and to save no time.
    case kernel
    /// A thread of its own, for a collector that may block as a whole: a request to another process, a slow library.
    case own
}

extension CollectorDescriptor {
    /// Leaves only those collectors on that are switched on by flag.
    public static let disableDefaults = Flag.toggle(
        "collector.disable-defaults", help: "Run only the collectors that are switched on by flag.")

    /// Its switch, `--collector.NAME` and `--no-collector.NAME`.
    public var toggle: Flag<Bool> { .toggle("collector." + name, default: isDefault, help: help) }

    /// True where it runs under these options.
    public func isEnabled(by options: Options) -> Bool {
        if options.isGiven(toggle) { return options[toggle] }
        return isDefault && !options[CollectorDescriptor.disableDefaults]
    }
}
