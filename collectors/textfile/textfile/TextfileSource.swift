// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles

/// The files `*.prom` in the directories that `--collector.textfile.directory` names.
final class TextfileSource: LaneSource {
    /// What the directories had in them at the last listing.
    struct Listing: ~Copyable {
        /// The files of all directories, each directory's sorted by name.
        var files = ItemSet<RawPath, RawPath, TextFile>()
        /// Directories that could not be listed.
        var failures: [String] = []
        /// The directories with their kept descriptors.
        fileprivate var listed: [RawPath: Listed] = [:]
        /// Tells one set of names from another.
        fileprivate var fingerprint: UInt64 = 0
    }

    /// A directory of the last scrape with its kept descriptor.
    fileprivate struct Listed {
        let stamp: FileStamp
        let directory: KernelDirectory
    }

    let lane = "textfile"
    let isNeeded: Bool

    private let patterns: [PathPattern]
    private let listing = Guarded(Listing())

    init(context: CollectorContext) {
        patterns = context.options[TextfileCollector.directory].filter { !$0.isEmpty }.map(PathPattern.init)
        isNeeded = !patterns.isEmpty
    }

    /// Uses the files of this scrape; nil where a thread hangs in a directory.
    func withResult<Result>(of scrape: UInt64, _ body: (borrowing Listing) -> Result) -> Result? {
        listing.withResult(of: scrape) { body($0) }
    }

    func list(from reader: inout KernelFileReader) -> [any LaneItem] {
        let scrape = reader.scrape
        return listing.update(in: scrape) { listing in
            update(&listing, from: &reader)
            return listing.files.laneItems
        } ?? []
    }

    private func update(_ listing: inout Listing, from reader: inout KernelFileReader) {
        listing.failures.removeAll(keepingCapacity: true)
        var print: UInt64 = 0
        for pattern in patterns {
            for path in pattern.matches() {
                print = TextfileSource.mix(print, path.bytes)
                forEachName(in: path, &listing, &reader) { print &+= TextfileSource.mix(0, $0) }
            }
        }
        guard print != listing.fingerprint || listing.files.isOutdated else { return }
        listing.fingerprint = print
        findFiles(&listing, &reader)
    }

    private func findFiles(_ listing: inout Listing, _ reader: inout KernelFileReader) {
        listing.failures = []
        var found: [RawPath] = []
        var seen: Set<RawPath> = []
        for pattern in patterns {
            for path in pattern.matches() {
                var names: [[UInt8]] = []
                forEachName(in: path, &listing, &reader) { names.append($0.array) }
                let folder = TextfileSource.cleaned(path)
                for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                    let path = Bytes.withView(of: name) { folder.appending($0) }
                    if seen.insert(path).inserted { found.append(path) }
                }
            }
        }
        listing.files.update(to: found, id: { $0 }) { Item($0.text, TextFile($0)) }
    }

    private func forEachName(
        in path: RawPath, _ listing: inout Listing, _ reader: inout KernelFileReader, _ body: (Bytes) -> Void
    ) {
        do throws(KernelFileError) {
            let stamp = try FileStamp.of(path)
            var directory = listing.listed[path]?.directory
            // Another directory may have been put in its place.
            if let old = listing.listed[path]?.stamp, old.device != stamp.device || old.inode != stamp.inode {
                directory = nil
            }
            if directory == nil {
                if listing.listed.count > 64 { listing.listed = [:] }
                directory = KernelDirectory(path.text)
                if let directory { listing.listed[path] = Listed(stamp: stamp, directory: directory) }
            }
            guard let directory else { return }
            var names = try reader.list(directory)
            while let name = names.next() {
                if name.hasSuffix(".prom") { body(name) }
            }
        } catch {
            listing.failures.append(error.description)
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
