// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Exposition
import Scraping
import Serving

/// What the server asks for pages: the scraper, in the server's terms.
final class ScraperRenderer: PageRenderer {
    private let assembly: Assembly

    init(_ assembly: Assembly) {
        self.assembly = assembly
    }

    func render(_ request: PageRequest, completion: @escaping @Sendable (PageAnswer) -> Void) {
        let choice: CollectorChoice
        switch request.selection {
        case .all: choice = .all
        case .only(let names): choice = .only(names)
        case .except(let names): choice = .except(names)
        }
        let format: Exposition.PageFormat = request.format == .text ? .text : .openMetrics
        assembly.scraper.scrape(
            ScrapeRequest(choice: choice, format: format, deadlineNanoseconds: request.deadlineNanoseconds)
        ) { answer in
            switch answer {
            case .page(let bytes): completion(.page(bytes))
            case .refused(let text): completion(.refused(text))
            }
        }
    }

    func watch(nowNanoseconds: UInt64) -> UInt64? {
        assembly.scraper.watch(nowNanoseconds: nowNanoseconds)
    }

    func sample() {
        assembly.scraper.sample()
    }

    func collectorStatuses() -> [CollectorStatus] {
        var reports: [String: CollectorReport] = [:]
        for report in assembly.scraper.reports() {
            if let report { reports[report.name] = report }
        }
        let enabled = Set(assembly.enabled.map(\.name))
        return Registry.entries.map(\.descriptor).sorted { $0.name < $1.name }.map { descriptor in
            let report = reports[descriptor.name]
            let isEnabled = enabled.contains(descriptor.name)
            return CollectorStatus(
                name: descriptor.name, isEnabled: isEnabled, isDefault: descriptor.isDefault,
                state: report?.verdict.rawValue ?? (isEnabled ? "not scraped yet" : "off"),
                reason: report?.reason ?? "")
        }
    }
}
