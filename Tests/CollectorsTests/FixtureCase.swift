// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeNVMLSupport
import Foundation
import KernelFiles
import Testing

@testable import Collectors

/// One case of a collector, `Fixtures/<collector>/<case>/`. What may be in it:
///
/// - `proc`, `sys`, `root` and `udev` stand for the host's trees; `tree.txt` describes them as one text (see
///   `TreeText`), instead of folders or beside them.
/// - `links`: one `path target` a line, for links that lead back up, as the kernel's trees have them: the package
///   manager would follow them for ever.
/// - `reads`: one `path EIO` a line, or any other error by its name, or `path hangs`, for a file or directory whose
///   reads fail or do not answer. The path is that in the case (`sys/class/hwmon/hwmon0/temp1_input`).
/// - `needs`: one word a line for what the case needs of the host: `netlink`, interfaces with
///   counters by rtnetlink(7); `sock_diag`, TCP sockets by sock_diag(7); `routes`, unicast routes by rtnetlink(7);
///   `libsystemd`, `libexpat`; `perf`, perf_event_open(2). Where it is not there, the case is skipped.
/// - `flags`: one flag a line; `{case}` is the folder with the trees.
/// - `nvml.script` scripts a libnvidia-ml (see Tests/FakeNVML) that the collector is given.
/// - `bus.json` scripts a message bus (see `FakeBus`); `{bus}` in a flag is its address.
/// - `answer.http` is what an HTTP server on the UNIX socket `{socket}` answers; `ntp` scripts an NTP server (see
///   `FakeNTP`) on the port `{port}`.
/// - `volatile` names the metrics whose values change by themselves, one a line; a star stands for them.
/// - `expected.prom` is the page and `expected.state` the state. A collector that reads the live system has
///   `expected.shape` instead of `expected.prom`: one `name{labels}` a line, no values. Where a file `distinct` lies
///   beside it, lines that are alike stand there once, however many the host has.
struct FixtureCase: CustomTestStringConvertible, Sendable {
    let collector: String
    let name: String
    let folder: URL

    var testDescription: String { "\(collector)/\(name)" }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    static let all: [FixtureCase] = folders(in: root).flatMap { collector in
        folders(in: collector).map {
            FixtureCase(collector: collector.lastPathComponent, name: $0.lastPathComponent, folder: $0)
        }
    }

    private static func folders(in url: URL) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: [.isDirectoryKey])
        return (found ?? []).filter { $0.hasDirectoryPath }.sorted { $0.path < $1.path }
    }

    func text(_ file: String) -> String? {
        try? String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    }

    /// The lines of a file that is not there in most cases.
    func lines(_ file: String) -> [String] {
        (text(file) ?? "").split(separator: "\n").map(String.init)
    }

    /// Whether the collector reads the live system, so that only the shape of its page is known.
    var isLive: Bool { FileManager.default.fileExists(atPath: folder.path + "/expected.shape") }

    /// Whether the host decides how many series of a kind there are.
    var isDistinct: Bool { FileManager.default.fileExists(atPath: folder.path + "/distinct") }

    /// What users read about the collector.
    var descriptor: CollectorDescriptor {
        get throws { try #require(Registry.entries.first { $0.descriptor.name == collector }).descriptor }
    }

    /// What the case is compared with.
    var expectedFile: String { isLive ? "expected.shape" : "expected.prom" }

    /// What a case needs by what it scripts.
    private var impliedNeeds: [String] {
        (text("bus.json") == nil ? [] : ["libsystemd"]) + (text("answer.http") == nil ? [] : ["libexpat"])
    }

    /// Skips the case, with the reason, where it needs what cannot be had here.
    func skipIfImpossible() throws {
        var whyNot: String?
        if text("nvml.script") != nil { whyNot = FakeLibrary.whyNot }
        for need in lines("needs") + impliedNeeds {
            let known = try #require(HostNeeds.all[need], "no need that is known: \(need)")
            if !known.isMet { whyNot = known.whyNot }
        }
        guard let whyNot else { return }
        // Of a test's cases the runner shows no skips.
        print("skipped: \(testDescription): \(whyNot)")
        try Test.cancel("\(whyNot)")
    }

    /// Runs the collector over the case's trees: its page and its state as one line.
    func run(_ conditions: ReadConditions = .kernel) throws -> (page: String, state: String) {
        let host = try FixtureHost(self)
        let reads = try FixtureReads(self, in: host.folder)
        let driver = try host.driver(reads.conditions(conditions), hangs: reads.hangs)
        defer { reads.hangs?.letGo() }
        // Twice, so that kept descriptors and reused memory show the same page as the first reading.
        for _ in 1...2 {
            driver.scrape()
            #expect(driver.result.fault == nil)
        }
        #expect(reads.unasked.isEmpty, "nobody reads what the case's file `reads` names")
        // Paths of the case's trees may be labels; the page must not depend on where the repository is.
        let page = driver.text.replacingOccurrences(of: host.folder, with: "{case}")
        return (FixturePage.masked(FixturePage.sorted(page), Set(lines("volatile"))), driver.state)
    }
}
