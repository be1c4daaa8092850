// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Glibc
import KernelFiles
import Logging
import Scraping

/// Puts the parts together as the flags say.
struct Assembly {
    let options: Options
    /// What the collectors were made from.
    let context: CollectorContext
    let scraper: Scraper
    /// The enabled collectors in the order of the scraper's reports.
    let enabled: [CollectorDescriptor]

    /// Makes the collectors that are enabled.
    ///
    /// Fails on the first option that cannot be.
    init(options: Options, logger: Logger?) throws(ConfigurationError) {
        self.options = options
        let roots = Roots(
            procfs: options.text("path.procfs"), sysfs: options.text("path.sysfs"),
            rootfs: options.text("path.rootfs"), udevData: options.text("path.udev.data"))
        let sources = Sources()
        context = CollectorContext(roots: roots, options: options, sources: sources)
        var slots: [any CollectorSlot] = []
        for entry in Registry.entries where Assembly.isEnabled(entry.descriptor, options) {
            slots.append(try entry.make(context))
        }
        enabled = slots.map(\.descriptor)
        scraper = Scraper(
            slots: slots, sources: sources, budget: DescriptorBudget(limit: Assembly.descriptorLimit()),
            agent: options.flag("web.disable-exporter-metrics") ? nil : BuildFacts.agent,
            onChange: { report, before in
                if let logger { Assembly.log(report, before, to: logger) }
            })
    }

    static func isEnabled(_ descriptor: CollectorDescriptor, _ options: Options) -> Bool {
        let name = "collector." + descriptor.name
        if options.isGiven(name) { return options.flag(name) }
        return descriptor.isDefault && !options.flag("collector.disable-defaults")
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
    private static func log(_ report: CollectorReport, _ before: CollectorVerdict?, to logger: Logger) {
        var metadata: Logger.Metadata = ["collector": "\(report.name)", "state": "\(report.verdict.rawValue)"]
        if let before { metadata["before"] = "\(before.rawValue)" }
        if !report.reason.isEmpty { metadata["reason"] = "\(report.reason)" }
        switch report.verdict {
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
        }
    }
}
