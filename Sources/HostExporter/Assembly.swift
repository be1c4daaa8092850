// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Glibc
import KernelFiles
import Logging
import Pages
import Scraping

/// Puts the parts together as the flags say.
struct Assembly {
    let options: Options
    /// What the collectors were made from.
    let context: CollectorContext
    private let sources: Sources
    let scraper: Scraper
    /// The enabled collectors in the order of the scraper's reports.
    let enabled: [CollectorDescriptor]

    /// Makes the collectors that are enabled.
    ///
    /// Fails on the first option that cannot be.
    /// `earlier` is what this one takes the place of: CPU samples, device numbers and counters go on.
    init(options: Options, logger: Logger?, after earlier: Assembly? = nil) throws(ConfigurationError) {
        self.options = options
        let roots = Roots(
            procfs: options[GlobalOptions.procfs], sysfs: options[GlobalOptions.sysfs],
            rootfs: options[GlobalOptions.rootfs], udevData: options[GlobalOptions.udevData])
        let sources = Sources()
        context = CollectorContext(
            roots: roots, options: options, sources: sources, enabled: Registry.enabled(by: options))
        if let earlier { sources.takeOver(from: earlier.sources, for: context) }
        self.sources = sources
        var collectors: [any AnyCollector] = []
        for entry in Registry.entries where entry.descriptor.isEnabled(by: options) {
            collectors.append(try entry.make(context))
        }
        enabled = collectors.map(\.descriptor)
        scraper = Scraper(
            collectors: collectors, sources: sources, budget: DescriptorBudget(limit: Assembly.descriptorLimit()),
            agent: options[GlobalOptions.disableExporterMetrics] ? nil : BuildFacts.agent,
            onChange: { report, before in
                if let logger { Assembly.log(report, before, to: logger) }
            }, after: earlier?.scraper)
    }

    /// Lets every source let go of its device nodes for a time, in nanoseconds; nil where none holds any.
    func letGoOfDevices() -> UInt64? {
        sources.all.compactMap { $0.letGoOfDevices() }.max()
    }

    /// Every collector of this program with what became of it, in the order of the reference.
    func reports() -> [CollectorReport] {
        let known = Dictionary(zip(enabled.map(\.name), scraper.reports())) { first, _ in first }
        return GlobalOptions.collectors.map { descriptor in
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
        case .ok where before == nil: logger.debug("collector works", metadata: metadata)
        case .ok: logger.info("collector is back", metadata: metadata)
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
