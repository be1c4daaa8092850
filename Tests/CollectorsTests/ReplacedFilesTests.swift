// SPDX-License-Identifier: Apache-2.0

import Foundation
import KernelFiles
import ScrapeSupport
import Synchronization
import Testing
import TreeSupport

/// Every file that a collector reads, with another one mounted over it, as lxcfs does it to /proc/meminfo.
///
/// What is shown then has to be what is shown where the same file is written anew in place: a descriptor that was kept
/// from before leads to the file below.
@Suite(.enabled(if: MountNamespace.whyNot == nil, "this sandbox gives no mount namespace"))
struct ReplacedFilesTests {
    private static let typical = FixtureCase.all.filter { $0.name == "typical" && !$0.isLive }

    /// Collectors of many files on whose pages other numbers show.
    private static let changing: Set<String> = [
        "accel", "cpu", "diskstats", "hwmon", "meminfo", "netclass", "pressure",
    ]

    /// What a driver showed before and after its files were replaced.
    private struct Pages: Equatable {
        var before: String
        var after: String
        var replacedCount: Int
    }

    /// The paths that were read, which a driver adds to.
    private final class Seen: Sendable {
        let paths = Mutex<Set<String>>([])

        var conditions: ReadConditions {
            ReadConditions { [self] path in
                _ = paths.withLock { $0.insert(path) }
                return 0
            }
        }
    }

    /// The same text with other numbers.
    private static func altered(_ bytes: Data) -> Data {
        Data(bytes.map { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "8") ? $0 + 1 : $0 })
    }

    /// Scrapes until everything that is kept has been opened, replaces all that was read, and scrapes again.
    private static func pages(of fixture: FixtureCase, replace: (String, Data) throws -> Void) throws -> Pages {
        let host = try FixtureHost(fixture, isCopy: true)
        let seen = Seen()
        let driver = try host.driver(seen.conditions)
        for _ in 1...2 { driver.scrape() }
        func shown() -> String {
            let page = FixturePage.sorted(driver.text.replacingOccurrences(of: host.folder, with: "{case}"))
            return FixturePage.masked(page, Set(fixture.lines("volatile"))) + driver.state
        }
        var pages = Pages(before: shown(), after: "", replacedCount: 0)
        // By their real names: a file may be reached on several ways.
        let files = Set(seen.paths.withLock { $0 }.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path })
        for path in files.sorted() where path.hasPrefix(host.folder + "/") {
            guard let content = FileManager.default.contents(atPath: path) else { continue }
            try replace(path, altered(content))
            pages.replacedCount += 1
        }
        for _ in 1...2 { driver.scrape() }
        pages.after = shown()
        return pages
    }

    @Test("a file that is mounted over another one is read from the next scrape on", arguments: typical)
    func replaced(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        let written = try Self.pages(of: fixture) { path, content in
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: content)
            try file.close()
        }
        let mounted = try MountNamespace.run {
            let other = HostTree()
            return try Self.pages(of: fixture) { path, content in
                let name = "\(abs(path.hashValue))"
                other.write(name, Array(content))
                try MountNamespace.bind(other.path(name), on: path)
            }
        }
        #expect(mounted == written)
        // Without another page nothing would be shown of what was read.
        if Self.changing.contains(fixture.collector) { #expect(mounted.after != mounted.before) }
    }
}
