// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import Synchronization

/// A file of metrics that somebody writes.
///
/// Parsed when it changes; while it stays as it is its samples are kept.
struct TextFile: ItemContent, ~Copyable {
    /// A family of the file, as far as it matters to other files.
    struct Family: Equatable {
        let name: String
        let type: MetricType
        /// The file's own HELP text.
        let help: String?
    }

    /// What is read of one file at most: far more than anybody should write, little enough to hold in memory.
    static let sizeLimit = 16 << 20

    /// Where numbers for `version` come from.
    private static let versions = Atomic<UInt64>(0)

    private let path: RawPath
    /// The path as the label `file` has it.
    private let key: String
    /// Why the file is not shown; nil where it is.
    private(set) var problem: String?
    /// The file's samples.
    private(set) var samples = MetricWriter.ofTextFile()
    private(set) var families: [Family] = []
    /// A number that no other content of any file has.
    private(set) var version: UInt64 = 0
    /// When the file was last changed, in whole seconds since 1970.
    private(set) var modifiedSeconds: Int64 = 0

    private var stamp: FileStamp?
    /// True where the file may have changed since without another stamp.
    private var mayHaveChanged = true

    init(_ path: RawPath) {
        self.path = path
        key = path.text
    }

    mutating func read(from reader: inout KernelFileReader) {
        do throws(KernelFileError) {
            let now = try FileStamp.of(path)
            if now == stamp, !mayHaveChanged { return }
            guard now.isRegular else {
                forget("\(key) is no regular file")
                return
            }
            let isFresh = now.isFresh
            let (bytes, opened) = try RegularFile.contents(of: path, limit: TextFile.sizeLimit)
            stamp = opened
            mayHaveChanged = isFresh || opened != now
            modifiedSeconds = opened.modifiedNanoseconds / 1_000_000_000
            take(bytes)
        } catch {
            forget(error.description)
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        do throws(TextParserError) {
            let page = try TextParser.parse(bytes)
            guard !page.hasTimestamp else {
                show(
                    nil, problem: "\(key): line \(page.firstTimestampLine ?? 0) has a timestamp, which is not accepted")
                return
            }
            show(page, problem: nil)
        } catch {
            show(nil, problem: "\(key): \(error)")
        }
    }

    /// A file that could not be read is read again in the next scrape, whatever its stamp.
    private mutating func forget(_ problem: String) {
        stamp = nil
        mayHaveChanged = true
        show(nil, problem: problem)
    }

    private mutating func show(_ page: ParsedPage?, problem: String?) {
        self.problem = problem
        guard let page else {
            guard !families.isEmpty else { return }
            samples = MetricWriter.ofTextFile()
            families = []
            return
        }
        // Through another writer, as the one that takes the page keeps all labels a second time.
        var writer = MetricWriter.ofTextFile()
        writer.write(page, help: "Metric read from \(key)")
        var kept = MetricWriter.ofTextFile()
        kept.merge(writer)
        samples = kept
        let found = page.families.map { family in
            Family(
                name: String(decoding: page.bytes[family.name], as: UTF8.self), type: MetricType(family.type),
                help: family.help.map { String(decoding: $0, as: UTF8.self) })
        }
        guard found != families || version == 0 else { return }
        families = found
        version = TextFile.versions.add(1, ordering: .relaxed).newValue
    }
}
