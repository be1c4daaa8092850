// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Collectors
import Exposition
import Glibc
import KernelFiles
import ScrapeSupport

/// Collectors over the trees of the fixtures, with one file's content replaced.
///
/// The first two bytes choose a line of `FUZZ_TREES/files` (`collector<TAB>case<TAB>file`), the rest is the file's
/// content. `FUZZ_TREES` is made by `Tests/Fuzz/seeds.py` and lies in memory.
struct CollectorsTarget {
    private struct Case {
        let entry: CollectorEntry
        let roots: Roots
        let options: Options
    }

    private struct Row {
        let path: String
        let content: [UInt8]
        let atCase: Int
    }

    private var cases: [Case] = []
    private var rows: [Row] = []

    init() {
        guard let trees = getenv("FUZZ_TREES").map({ String(cString: $0) }) else {
            FuzzTarget.fail("FUZZ_TREES is not set")
        }
        let table = FlagTable(Registry.entries.flatMap(\.descriptor.options))
        var indexOf: [String: Int] = [:]
        for line in Self.content(of: trees + "/files").split(separator: 0x0A) {
            let words = line.split(separator: 0x09).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3 else { continue }
            let folder = trees + "/" + words[0] + "/" + words[1]
            let atCase = indexOf[folder] ?? cases.count
            if atCase == cases.count {
                guard let entry = Registry.entries.first(where: { $0.descriptor.name == words[0] }) else { continue }
                let flags = Self.content(of: folder + "/flags").split(separator: 0x0A)
                    .map { Self.flag(String(decoding: $0, as: UTF8.self), in: folder) }
                guard let given = try? table.parse(flags).given else { continue }
                let roots = Roots(
                    procfs: folder + "/proc", sysfs: folder + "/sys", rootfs: folder + "/root",
                    udevData: folder + "/udev")
                cases.append(Case(entry: entry, roots: roots, options: Options(given: given)))
                indexOf[folder] = atCase
            }
            let path = folder + "/" + words[2]
            rows.append(Row(path: path, content: Self.content(of: path), atCase: atCase))
        }
        guard !rows.isEmpty else { FuzzTarget.fail("\(trees)/files names no file") }
    }

    func run(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return }
        let row = rows[(Int(bytes[0]) << 8 | Int(bytes[1])) % rows.count]
        Self.write(bytes[2...], to: row.path)
        defer { Self.write(row.content[...], to: row.path) }
        let tried = cases[row.atCase]
        // NVIDIA's library is not asked: what it says is not in the trees.
        let enabled = Registry.enabled(by: tried.options).subtracting(["nvidia"])
        guard
            let driver = try? ScrapeDriver(
                [tried.entry], roots: tried.roots, options: tried.options, enabled: enabled)
        else { return }
        // Twice, so that kept descriptors and reused memory are looked at too.
        for _ in 1...2 {
            driver.scrape()
            if let fault = driver.result.fault { FuzzTarget.fail("\(tried.entry.descriptor.name): \(fault)") }
            check(driver, tried.entry.descriptor.name)
        }
    }

    /// Whatever the kernel says, the page stays one that can be read.
    private func check(_ driver: ScrapeDriver, _ name: String) {
        _ = driver.page(.openMetrics)
        do throws(TextParserError) {
            _ = try TextParser.parse(driver.page(.text))
        } catch {
            FuzzTarget.fail("\(name) gives a page that is not in the text format, \(error)")
        }
    }

    // MARK: - Files

    private static func flag(_ text: String, in folder: String) -> String {
        let mark = "{case}"
        guard let at = text.indices.first(where: { text[$0...].hasPrefix(mark) }) else { return text }
        return text[..<at] + folder + text[at...].dropFirst(mark.count)
    }

    private static func content(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, Glibc.read(descriptor, buffer.baseAddress, 1 << 16))
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to path: String) {
        let descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard close(descriptor) == 0, written == bytes.count else { FuzzTarget.fail("\(path) cannot be written") }
    }
}
