// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import FakeDaemonSupport
import FakeNVMLSupport
import Foundation
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@testable import Collectors

/// The trees of a fixture case in their place, which goes with the object.
final class FixtureHost {
    /// The folder in which `proc`, `sys`, `root` and `udev` are.
    let folder: String

    private let fixture: FixtureCase
    /// The copy in which links and files of a text are made; nil where nobody needs one.
    let tree: HostTree?
    private var fakes: [FakeLibrary] = []
    /// The bus and the servers that the case scripts; nil for none.
    private let bus: FakeBus?
    private let http: FakeHTTP?
    private let ntp: FakeNTP?

    /// The trees where the case has them, or with `isCopy` a copy that may be written to.
    init(_ fixture: FixtureCase, isCopy: Bool = false) throws {
        self.fixture = fixture
        bus = try fixture.text("bus.json").map { try FakeBus($0) }
        http = try fixture.text("answer.http").map { try FakeHTTP(answer: Array($0.utf8)) }
        ntp = try fixture.text("ntp").map { try FakeNTP($0) }
        let text = fixture.text("tree.txt")
        let links = fixture.lines("links")
        guard text != nil || !links.isEmpty || isCopy else {
            tree = nil
            folder = fixture.folder.path
            return
        }
        let tree = HostTree()
        self.tree = tree
        folder = tree.root
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path) {
            try FileManager.default.copyItem(
                atPath: fixture.folder.path + "/" + name, toPath: tree.path(name))
        }
        if let text { tree.add(try TreeText.entries(of: text)) }
        for line in links {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            try #require(words.count == 2)
            tree.link(words[0], to: words[1])
        }
    }

    /// Gives a file of the copy other content: in its place as the kernel does, by a new file as udev does.
    func rewrite(_ path: String, _ content: [UInt8]) {
        guard let tree, path.hasPrefix(folder + "/") else { return }
        let relative = String(path.dropFirst(folder.count + 1))
        guard relative.hasPrefix("udev/") else {
            tree.write(relative, content)
            return
        }
        tree.write("udev.new", content)
        #expect(rename(tree.path("udev.new"), path) == 0)
    }

    /// A driver of the case's collector, with a library of NVIDIA's of its own where the case scripts one.
    func driver(_ conditions: ReadConditions, hangs: HangingReads? = nil) throws -> ScrapeDriver {
        let entry = try #require(Registry.entries.first { $0.descriptor.name == fixture.collector })
        let roots = Roots(
            procfs: folder + "/proc", sysfs: folder + "/sys", rootfs: folder + "/root", udevData: folder + "/udev")
        let table = FlagTable(Registry.entries.flatMap(\.descriptor.options))
        var flags = fixture.lines("flags").map {
            $0.replacingOccurrences(of: "{case}", with: folder)
                .replacingOccurrences(of: "{bus}", with: bus?.address ?? "")
                .replacingOccurrences(of: "{socket}", with: http?.path ?? "")
                .replacingOccurrences(of: "{port}", with: ntp.map { "\($0.port)" } ?? "")
        }
        let fake = try fakeLibrary()
        if let fake { flags.append("--collector.nvidia.library=\(fake.path)") }
        let options = Options(given: try table.parse(flags).given)
        var enabled = Registry.enabled(by: options)
        // Without a script the host's own library of NVIDIA's would be asked.
        if fake == nil { enabled.remove("nvidia") }
        enabled.insert(fixture.collector)
        return try ScrapeDriver(
            [entry], roots: roots, options: options, enabled: enabled, conditions: conditions, hangs: hangs)
    }

    /// The library of NVIDIA's that the case's `nvml.script` describes; `# driver 470` in its first line says which one.
    private func fakeLibrary() throws -> FakeLibrary? {
        guard let script = fixture.text("nvml.script") else { return nil }
        let first = script.prefix { $0 != "\n" }
        let driver = first.hasPrefix("# driver ") ? Int(first.dropFirst(9)) : nil
        let fake = try FakeLibrary(driver: driver ?? 590, script)
        fakes.append(fake)
        return fake
    }
}
