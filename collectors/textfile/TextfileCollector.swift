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
        flags: [directory],
        openFamilies: [.untyped("<name>", [], "What the text files hold, under its own name and type.")])

    private static let mostFileRows = 100

    private let source: TextfileSource
    private var plan = TextfilePlan([])
    /// The versions of the files that the plan is for; 0 for a file that is not shown.
    private var planned: [UInt64] = []
    private var versions: [UInt64] = []
    /// For each file whether this collector holds it.
    private var held: [Bool] = []

    init(context: CollectorContext) throws(ConfigurationError) {
        source = try context.sources.shared(TextfileSource.self) { TextfileSource(context) }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard source.isNeeded else {
            writer.write(Metric.scrapeError, 0)
            return .available
        }
        guard source.discovery.beginLooking(in: reader.scrape) else { throw .busy("the directories of text files") }
        defer { source.discovery.endLooking() }
        let files = source.files
        take(files, in: reader.scrape)
        defer { letGo(files) }
        if versions != planned { makePlan(files, &writer) }

        var isError = !source.failures.isEmpty
        for failure in source.failures { writer.loseItem(failure) }
        for conflict in plan.conflicts {
            writer.loseItem(conflict.reason)
            isError = isError || conflict.isError
        }
        for (index, file) in files.enumerated() {
            let isShown = versions[index] != 0
            let labels = writer.labels("file", file.key)
            if index < TextfileCollector.mostFileRows { writer.write(Metric.fileOK, labels, isShown) }
            guard isShown else {
                isError = true
                writer.loseItem(held[index] ? file.problem ?? "" : "\(file.key) has not been read in time")
                continue
            }
            writer.write(Metric.modified, labels, file.modifiedSeconds)
            writer.merge(file.samples, except: plan.excluded[index])
        }
        writer.write(Metric.scrapeError, isError)
        return .available
    }

    /// Takes the files that were read in this scrape and notes their versions.
    private mutating func take(_ files: [TextFile], in scrape: UInt64) {
        held.removeAll(keepingCapacity: true)
        versions.removeAll(keepingCapacity: true)
        for file in files {
            let isHeld = file.state.beginLooking(in: scrape)
            held.append(isHeld)
            versions.append(isHeld && file.problem == nil ? file.version : 0)
        }
    }

    private func letGo(_ files: [TextFile]) {
        for (file, isHeld) in zip(files, held) where isHeld { file.state.endLooking() }
    }

    private mutating func makePlan(_ files: [TextFile], _ writer: inout Writer) {
        plan = TextfilePlan(
            zip(files, versions).map { file, version in (file.key, version == 0 ? [] : file.families) })
        planned = versions
        // A writer keeps the type and the HELP text of a family for good; these may have changed.
        writer = MetricWriter(openFamilies: Self.descriptor.openFamilies)
        for family in plan.families { _ = writer.family(family) }
    }
}
