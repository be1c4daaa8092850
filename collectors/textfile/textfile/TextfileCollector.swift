// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Metrics that others write into files.
///
/// Source: files `*.prom` in the text format 0.0.4.
struct TextfileCollector: Collector {
    enum Metric: Int, FamilyKey {
        case modified, scrapeError, fileOK

        var family: MetricFamily {
            switch self {
            case .modified:
                .gauge("node_textfile_mtime_seconds", ["file"], "When a text file that is shown was last changed.")
            case .scrapeError:
                .gauge("node_textfile_scrape_error", [], "1 where a directory or a text file could not be shown.")
            case .fileOK:
                .gauge(
                    "host_textfile_file_ok", ["file"],
                    "1 for a text file that is shown, 0 for one that is not; at most 100.")
            }
        }
    }

    static let directory = Flag.texts(
        "collector.textfile.directory",
        help: "Directory with files *.prom, wildcards allowed; may be given several times.")

    static let descriptor = CollectorDescriptor(
        name: "textfile", group: .textfile, help: "Metrics from text files that other programs write.",
        reads: ["*.prom in --collector.textfile.directory, regular files of at most 16 MiB (when they change)"],
        sources: [TextfileSource.self], flags: [directory],
        openFamilies: [
            MetricFamily(
                .untyped, anyLabels: "<name>", help: "What the text files hold, under its own name and type.")
        ])

    private static let mostFileRows = 100

    private let source: TextfileSource
    private var plan = TextfilePlan([])
    /// The versions of the files that the plan is for; 0 for a file that is not shown.
    private var planned: [UInt64] = []
    private var versions: [UInt64] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.source(TextfileSource.self)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard source.isNeeded else {
            writer.write(Metric.scrapeError, 0)
            return .available
        }
        let scrape = reader.scrape
        let source = source
        let isRead: Void? = source.withResult(of: scrape) { write($0, in: scrape, into: &writer) }
        guard isRead != nil else { throw .busy("the directories of text files") }
        return .available
    }

    private mutating func write(
        _ listing: borrowing TextfileSource.Listing, in scrape: UInt64, into writer: inout Writer
    ) {
        let files = listing.files.entries.map(\.item)
        versions.removeAll(keepingCapacity: true)
        for file in files {
            versions.append(file.withResult(of: scrape) { $0.problem == nil ? $0.version : 0 } ?? 0)
        }
        if versions != planned { makePlan(files, in: scrape, &writer) }

        var isError = !listing.failures.isEmpty
        for failure in listing.failures { writer.loseItem(failure) }
        for conflict in plan.conflicts {
            writer.loseItem(conflict.reason)
            isError = isError || conflict.isError
        }
        for (index, file) in files.enumerated() where !write(file, index, in: scrape, into: &writer) {
            isError = true
        }
        writer.write(Metric.scrapeError, isError)
    }

    /// Writes a file's samples; false where it is not shown.
    private func write(
        _ file: Item<TextFile>, _ index: Int, in scrape: UInt64, into writer: inout Writer
    ) -> Bool {
        let labels = writer.labels("file", file.name)
        let problem = file.withResult(of: scrape) { file -> String? in
            guard versions[index] != 0 else { return file.problem ?? "" }
            writer.write(Metric.modified, labels, file.modifiedSeconds)
            writer.merge(file.samples, except: plan.excluded[index])
            return nil
        }
        let isShown = problem == .some(nil)
        if index < TextfileCollector.mostFileRows { writer.write(Metric.fileOK, labels, isShown) }
        if !isShown { writer.loseItem((problem ?? nil) ?? "\(file.name) has not been read in time") }
        return isShown
    }

    private mutating func makePlan(_ files: [Item<TextFile>], in scrape: UInt64, _ writer: inout Writer) {
        plan = TextfilePlan(
            zip(files, versions).map { file, version in
                (file.name, version == 0 ? [] : file.withResult(of: scrape) { $0.families } ?? [])
            })
        planned = versions
        // A writer keeps the type and the HELP text of a family for good; these may have changed.
        writer = MetricWriter(openFamilies: Self.descriptor.openFamilies)
        for family in plan.families { _ = writer.family(family) }
    }
}
