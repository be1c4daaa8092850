// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Glibc
import KernelFiles

/// `once`: one page to standard output.
enum OnceCommand {
    static let subcommand = Subcommand(name: "once", help: "print one page to standard output", run: run)

    /// Takes a CPU sample, waits a second for its counterpart, scrapes and prints.
    ///
    /// 0 even where collectors failed, which the page says; 1 where the page cannot be written.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let assembly = try Assembly(
            options: invocation.options.learningNothing, facts: BuildFacts.agent, logger: invocation.logger)
        assembly.sampleForOneSecond()
        let page = assembly.scrapeOnce()
        guard writeAll(page) else {
            Command.fputs("host-exporter: cannot write the page: \(KernelFileError.text(of: errno))\n")
            return 1
        }
        return 0
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
