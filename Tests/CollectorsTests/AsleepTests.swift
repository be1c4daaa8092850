// SPDX-License-Identifier: Apache-2.0

import ExpositionSupport
import Foundation
import KernelFiles
import Synchronization
import Testing
import TreeSupport

/// Every collector over its `typical` case, in which everything that may sleep says a word of `power/runtime_status`:
/// each PCI function, and the device behind each entry of a class.
///
/// What a collector reads of a device that sleeps stands in read-while-asleep.txt, with the reason why that wakes
/// nothing.
@Suite struct AsleepTests {
    private static let typical = FixtureCase.all.filter { $0.name == "typical" && !$0.isLive }

    /// The paths that were read.
    private final class Reads: Sendable {
        private let paths = Mutex<Set<String>>([])

        var seen: Set<String> { paths.withLock { $0 } }

        var conditions: ReadConditions {
            ReadConditions { [self] path in
                paths.withLock { _ = $0.insert(path) }
                return 0
            }
        }
    }

    /// A case's trees with one word for everything.
    private final class Host {
        let host: FixtureHost
        private let reads = Reads()

        init(_ fixture: FixtureCase, _ word: String) throws {
            host = try FixtureHost(fixture, isCopy: true)
            let tree = try #require(host.tree)
            let function = "sys/devices/pci0000:7f/0000:7f:00.0"
            tree.write(function + "/power/runtime_status", word + "\n")
            for folder in Host.folders(tree.path("sys")) {
                let name = folder.split(separator: "/").last.map(String.init) ?? ""
                let isFunction = name.wholeMatch(of: #/[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/#) != nil
                if isFunction || name == "device" {
                    tree.write("sys/" + folder + "/power/runtime_status", word + "\n")
                }
            }
            for name in Host.entries(tree.path("sys/class")) {
                for entry in Host.entries(tree.path("sys/class/" + name)) {
                    Host.hang("sys/class/\(name)/\(entry)", below: function, in: tree)
                }
            }
        }

        /// Gives an entry of a class a device that is a PCI function, unless it has one.
        private static func hang(_ entry: String, below function: String, in tree: HostTree) {
            let device = entry + "/device"
            let path = tree.path(device)
            let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            guard !resolved.contains("/pci"), isFolder(tree.path(entry)) else { return }
            let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
            guard isLink || !tree.exists(device) else { return }
            if isLink { tree.remove(device) }
            // Through the entry, which may be a link itself.
            symlink(tree.path(function), path)
        }

        private static func isFolder(_ path: String) -> Bool {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
        }

        private static func entries(_ folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        }

        private static func folders(_ root: String) -> [String] {
            let all = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
            return all.filter { isFolder(root + "/" + $0) }
        }

        /// The page and the state of two scrapes, and the files that were read for them.
        func scrape() throws -> (samples: [String], state: String, files: Set<String>) {
            let driver = try host.driver(reads.conditions)
            for _ in 1...2 {
                driver.scrape()
                #expect(driver.result.fault == nil)
            }
            let prefix = host.folder + "/"
            let files = reads.seen.filter { path in
                path.hasPrefix(prefix + "sys/") && !Host.isFolder(path) && FileManager.default.fileExists(atPath: path)
            }
            let samples = ExpositionValidator.samples(in: driver.page()).map {
                $0.series.replacingOccurrences(of: host.folder, with: "{case}")
            }
            return (samples.sorted(), driver.state, Set(files.map { String($0.dropFirst(prefix.count)) }))
        }
    }

    /// Whether a file is one of a device: an attribute of a class's entry, or of a PCI function.
    private static func isOfDevice(_ path: String) -> Bool {
        if path.hasSuffix("/power/runtime_status") { return false }
        let parts = path.split(separator: "/")
        return parts.count > 3 && parts[1] == "class" || path.hasPrefix("sys/bus/pci/devices/")
            || path.hasPrefix("sys/devices/pci")
    }

    @Test("of a device that sleeps nothing is read that asks its driver", arguments: typical)
    func asleep(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        for word in ["suspended", "suspending"] {
            let (_, state, files) = try Host(fixture, word).scrape()
            let listed = try ReasonedList("read-while-asleep.txt").entries.filter {
                $0.hasPrefix(fixture.collector + " ")
            }
            let patterns = try listed.map { entry in
                let parts = entry.dropFirst(fixture.collector.count + 1).split(
                    separator: "*", omittingEmptySubsequences: false
                ).map { NSRegularExpression.escapedPattern(for: String($0)) }
                return (entry: entry, path: try Regex(parts.joined(separator: "[^/]*"), as: Substring.self))
            }
            var used: Set<String> = []
            var unlisted: [String] = []
            for path in files.sorted() where Self.isOfDevice(path) {
                let entry = patterns.first { path.wholeMatch(of: $0.path) != nil }?.entry
                if let entry { used.insert(entry) } else { unlisted.append("\(fixture.collector) \(path)") }
            }
            #expect(unlisted == [], "read while the device is \(word)")
            #expect(listed.subtracting(used).sorted() == [], "not read: take it out of the list")
            // To leave a device asleep costs nothing.
            let awake = try Host(fixture, "active").scrape().state
            #expect(state == awake || awake.hasPrefix("degraded"))
        }
    }

    @Test("a device that is not said to sleep is read, whatever the word", arguments: typical)
    func awake(fixture: FixtureCase) throws {
        try fixture.skipIfImpossible()
        // The states of devices have the word in them.
        func others(_ series: [String]) -> [String] { series.filter { !$0.hasPrefix("host_device") } }
        let active = try Host(fixture, "active").scrape()
        for word in ["resuming", "unsupported", "error", "hibernating"] {
            let other = try Host(fixture, word).scrape()
            #expect(others(other.samples) == others(active.samples), "\(word)")
            #expect(other.state == active.state, "\(word)")
        }
    }
}
