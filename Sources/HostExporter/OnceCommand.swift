// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Glibc
import KernelFiles
import Pages
import Scraping
import Synchronization

/// `once`: one page to standard output.
enum OnceCommand {
    static let subcommand = Subcommand(name: "once", help: "print one page to standard output", run: run)

    /// Takes a CPU sample, waits a second for its counterpart, scrapes and prints.
    ///
    /// 0 even where collectors failed, which the page says; 1 where the page cannot be written.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let assembly = try Assembly(options: invocation.options.learningNothing, logger: invocation.logger)
        assembly.scraper.sample()
        sleep(nanoseconds: 1_050_000_000)
        let page = scrape(assembly)
        guard writeAll(page) else {
            Command.fputs("host-exporter: cannot write the page: \(KernelFileError.text(of: errno))\n")
            return 1
        }
        return 0
    }

    /// One scrape of everything that is enabled, waited for on this thread.
    static func scrape(_ assembly: Assembly) -> [UInt8] {
        let timeout = assembly.options[GlobalOptions.scrapeTimeout]
        let box = SharedPage()
        assembly.scraper.scrape(
            PageRequest(
                choice: .all, format: .text, deadlineNanoseconds: Clock.monotonicNanoseconds() &+ timeout)
        ) { answer in
            if case .page(let bytes) = answer { box.page.withLock { $0 = bytes } }
        }
        while true {
            if let page = box.page.withLock({ $0 }) { return page }
            _ = assembly.scraper.watch(nowNanoseconds: Clock.monotonicNanoseconds())
            sleep(nanoseconds: 1_000_000)
        }
    }

    private final class SharedPage: Sendable {
        let page = Mutex<[UInt8]?>(nil)
    }

    static func sleep(nanoseconds: Int) {
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        var left = timespec()
        while unsafe nanosleep(&time, &left) != 0, errno == EINTR { time = left }
    }

    private static func writeAll(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(STDOUT_FILENO, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
