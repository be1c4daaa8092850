// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The files `*.prom` in the directories that `--collector.textfile.directory` names.
final class TextfileSource: ItemSource, @unchecked Sendable {
    /// A directory of the last scrape with its kept descriptor.
    private struct Listed {
        let stamp: FileStamp
        let directory: KernelDirectory
    }

    let laneName = "textfile"
    let discovery = ItemState()
    let isNeeded: Bool

    // All of this is used only by who holds `discovery`.
    /// The files of all directories, each directory's sorted by name.
    private(set) var files: [TextFile] = []
    private(set) var items: [any SourceItem] = []
    /// Directories that could not be listed.
    private(set) var failures: [String] = []

    private let patterns: [PathPattern]
    private var listed: [RawPath: Listed] = [:]
    /// Tells one set of names from another.
    private var fingerprint: UInt64 = 0
    /// Files that are gone while a thread still hangs in them.
    private var leftOver: [TextFile] = []

    init(_ context: CollectorContext) {
        patterns = context.options[TextfileCollector.directory].filter { !$0.isEmpty }
            .map(PathPattern.init)
        isNeeded = !patterns.isEmpty
    }

    func discover(from reader: inout KernelFileReader) {
        failures.removeAll(keepingCapacity: true)
        var print: UInt64 = 0
        for pattern in patterns {
            for path in pattern.matches() {
                print = TextfileSource.mix(print, path.bytes)
                forEachName(in: path, &reader) { print &+= TextfileSource.mix(0, $0) }
            }
        }
        guard print != fingerprint || !leftOver.isEmpty else { return }
        fingerprint = print
        lookAtFiles(&reader)
    }

    private func lookAtFiles(_ reader: inout KernelFileReader) {
        var known: [RawPath: TextFile] = [:]
        for file in files + leftOver { known[file.path] = file }
        failures = []
        files = []
        var seen: Set<RawPath> = []
        for pattern in patterns {
            for path in pattern.matches() {
                var names: [[UInt8]] = []
                forEachName(in: path, &reader) { names.append($0.array) }
                let folder = TextfileSource.cleaned(path)
                for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                    let path = Bytes.withView(of: name) { folder.appending($0) }
                    if seen.insert(path).inserted { files.append(known[path] ?? TextFile(path)) }
                }
            }
        }
        leftOver = known.values.filter { $0.state.isRunning && !seen.contains($0.path) }
        items = files + leftOver
    }

    private func forEachName(in path: RawPath, _ reader: inout KernelFileReader, _ body: (Bytes) -> Void) {
        do throws(KernelFileError) {
            let stamp = try FileStamp.of(path)
            var directory = listed[path]?.directory
            // Another directory may have been put in its place.
            if let old = listed[path]?.stamp, old.device != stamp.device || old.inode != stamp.inode { directory = nil }
            if directory == nil {
                if listed.count > 64 { listed = [:] }
                directory = KernelDirectory(path.text)
                if let directory { listed[path] = Listed(stamp: stamp, directory: directory) }
            }
            guard let directory else { return }
            var names = try reader.list(directory)
            while let name = names.next() {
                if name.hasSuffix(".prom") { body(name) }
            }
        } catch {
            failures.append(error.description)
        }
    }

    /// FNV-1a.
    private static func mix(_ start: UInt64, _ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(start ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    private static func mix(_ start: UInt64, _ bytes: Bytes) -> UInt64 {
        var hash = start ^ 0xcbf2_9ce4_8422_2325
        for index in 0..<bytes.count { hash = (hash ^ UInt64(bytes[index] ?? 0)) &* 0x100_0000_01b3 }
        return hash
    }

    /// The path without doubled slashes, `.` and `..`, as Go's filepath.Clean and so node_exporter's labels have it.
    static func cleaned(_ path: RawPath) -> RawPath {
        let slash = UInt8(ascii: "/")
        let isAbsolute = path.bytes.first == slash
        var parts: [ArraySlice<UInt8>] = []
        for part in path.bytes.split(separator: slash) where !part.elementsEqual(".".utf8) {
            if !part.elementsEqual("..".utf8) {
                parts.append(part)
            } else if let last = parts.last, !last.elementsEqual("..".utf8) {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        let joined = Array(parts.joined(separator: [slash]))
        if isAbsolute { return RawPath([slash] + joined) }
        return joined.isEmpty ? RawPath(".") : RawPath(joined)
    }
}
