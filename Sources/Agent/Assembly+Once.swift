// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Pages
import Scraping
import Synchronization

extension Assembly {
    private final class SharedPage: Sendable {
        let page = Mutex<[UInt8]?>(nil)
    }

    /// Takes a sample of what is reported over time and waits a second, so that a scrape has its counterpart.
    package func sampleForOneSecond() {
        scraper.sample()
        Clock.sleep(nanoseconds: 1_050_000_000)
    }

    /// One scrape of everything that is enabled, waited for on this thread: a page in the text format.
    package func scrapeOnce() -> [UInt8] {
        let timeout = options[GlobalOptions.scrapeTimeout]
        let box = SharedPage()
        scraper.scrape(
            PageRequest(
                choice: .all, format: .text, deadlineNanoseconds: Clock.monotonicNanoseconds() &+ timeout)
        ) { answer in
            if case .page(let bytes) = answer { box.page.withLock { $0 = bytes } }
        }
        while true {
            if let page = box.page.withLock({ $0 }) { return page }
            _ = scraper.watch(nowNanoseconds: Clock.monotonicNanoseconds())
            Clock.sleep(nanoseconds: 1_000_000)
        }
    }
}
