// SPDX-License-Identifier: Apache-2.0

package import CollectorKit
import Collectors
import Glibc
import KernelFiles
package import Logging
package import Pages
package import Scraping

/// Puts the parts together as the flags say.
package struct Assembly {
    /// The values in force.
    package let options: Options
    /// What the collectors were made from.
    package let context: CollectorContext
    private let sources: Sources
    /// What makes the pages.
    package let scraper: Scraper
    /// The enabled collectors in the order of the scraper's reports.
    package let enabled: [CollectorDescriptor]

    /// Every collector that could be enabled.
    let entries: [CollectorEntry]
    /// What the pages say of the build.
    let facts: AgentFacts

    /// Makes the collectors that are enabled.
    ///
    /// - Parameters:
    ///   - options: the values in force.
    ///   - entries: every collector that could be enabled.
    ///   - facts: what the pages say of the build.
    ///   - logger: where changes of the collectors' states are told; nil for nowhere.
    /// - Throws: the first option that cannot be.
    package init(
        options: Options, entries: [CollectorEntry] = Registry.entries, facts: AgentFacts, logger: Logger?
    ) throws(ConfigurationError) {
        try self.init(options: options, entries: entries, facts: facts, logger: logger, after: nil)
    }

    /// Makes what takes the place of an earlier one: CPU samples, device numbers and counters go on.
    package init(options: Options, logger: Logger?, after earlier: Assembly) throws(ConfigurationError) {
        try self.init(
            options: options, entries: earlier.entries, facts: earlier.facts, logger: logger, after: earlier)
    }

    private init(
        options: Options, entries: [CollectorEntry], facts: AgentFacts, logger: Logger?, after earlier: Assembly?
    ) throws(ConfigurationError) {
        self.options = options
        self.entries = entries
        self.facts = facts
        let roots = Roots(
            procfs: options[GlobalOptions.procfs], sysfs: options[GlobalOptions.sysfs],
            rootfs: options[GlobalOptions.rootfs], udevData: options[GlobalOptions.udevData], ownProcfs: "/proc")
        let sources = Sources()
        let names = entries.map(\.descriptor).filter { $0.isEnabled(by: options) }.map(\.name)
        context = CollectorContext(roots: roots, options: options, sources: sources, enabled: Set(names))
        if let earlier { sources.takeOver(from: earlier.sources, for: context) }
        self.sources = sources
        var shown = facts
        shown.showsAgent = !options[GlobalOptions.disableExporterMetrics]
        var collectors: [any AnyCollector] = []
        for entry in entries where entry.descriptor.isEnabled(by: options) {
            collectors.append(try entry.make(context))
        }
        enabled = collectors.map(\.descriptor)
        scraper = Scraper(
            collectors: collectors, sources: sources, budget: DescriptorBudget(limit: Assembly.descriptorLimit()),
            agent: shown,
            onChange: { report, before in
                if let logger { Assembly.log(report, before, to: logger) }
            }, after: earlier?.scraper)
    }

    /// Lets every source let go of its device nodes for a time, in nanoseconds; nil where none holds any.
    package func letGoOfDevices() -> UInt64? {
        sources.all.compactMap { $0.letGoOfDevices() }.max()
    }

    /// Every collector that could be enabled with what became of it, sorted by name.
    package func reports() -> [CollectorReport] {
        let known = Dictionary(zip(enabled.map(\.name), scraper.reports())) { first, _ in first }
        return entries.map(\.descriptor).sorted { $0.name < $1.name }.map { descriptor in
            // nil where it is not enabled, and where it is but was never asked for.
            if let report = known[descriptor.name] ?? nil { return report }
            return CollectorReport(
                name: descriptor.name, isDefault: descriptor.isDefault, isEnabled: known[descriptor.name] != nil)
        }
    }

    /// Kept kernel files: 1,024, and never so many that connections would find no descriptor.
    private static func descriptorLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 256 }
        limit.rlim_cur = min(limit.rlim_max, 4_096)
        unsafe setrlimit(resource, &limit)
        unsafe getrlimit(resource, &limit)
        return min(1_024, Int(clamping: limit.rlim_cur) / 2)
    }

    /// One line for each change of a collector's state: lost is a warning, back is information.
    private static func log(_ report: CollectorReport, _ before: CollectorState?, to logger: Logger) {
        var metadata: Logger.Metadata = ["collector": "\(report.name)", "state": "\(report.stateText)"]
        if let before { metadata["before"] = "\(before.name)" }
        if !report.reason.isEmpty { metadata["reason"] = "\(report.reason)" }
        switch report.state {
        case .ok where !report.reason.isEmpty: logger.info("collector goes another way", metadata: metadata)
        case .ok where before == nil: logger.debug("collector works", metadata: metadata)
        case .ok: logger.info("collector is back", metadata: metadata)
        case .libraryMissing where before == nil:
            // What it would tell of is there: without this line nobody would look for the library.
            logger.warning("collector lacks a library", metadata: metadata)
        case .noDevice, .kernelFeatureMissing, .libraryMissing:
            if before == nil {
                logger.debug("collector has nothing to read", metadata: metadata)
            } else {
                logger.info("collector has nothing to read any more", metadata: metadata)
            }
        case .degraded: logger.warning("collector lost a part", metadata: metadata)
        case .failed, .noPermission, .timedOut: logger.warning("collector failed", metadata: metadata)
        case nil: break
        }
    }
}
