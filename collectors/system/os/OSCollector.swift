// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Which distribution this is.
///
/// Source: /etc/os-release or /usr/lib/os-release, os-release(5). Read again when it was changed.
struct OSCollector: Collector {
    enum Metric: Int, FamilyKey {
        case info, version, supportEnd

        var family: MetricFamily {
            switch self {
            case .info:
                .gauge(
                    "node_os_info", OSCollector.labels.map { "\($0.label)" },
                    "The distribution and its version, in its own words; always 1.")
            case .version:
                .gauge("node_os_version", ["id", "id_like", "name"], "Major and minor version as a number.")
            case .supportEnd:
                .gauge(
                    "node_os_support_end_timestamp_seconds", [],
                    "When support of the distribution ends, in seconds since 1970.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "os", group: .system, help: "The distribution and its version.",
        reads: ["/etc/os-release, else /usr/lib/os-release (when changed)"])

    fileprivate static let labels: [(label: StaticString, key: String)] = [
        ("build_id", "BUILD_ID"), ("id", "ID"), ("id_like", "ID_LIKE"), ("image_id", "IMAGE_ID"),
        ("image_version", "IMAGE_VERSION"), ("name", "NAME"), ("pretty_name", "PRETTY_NAME"), ("variant", "VARIANT"),
        ("variant_id", "VARIANT_ID"), ("version", "VERSION"), ("version_codename", "VERSION_CODENAME"),
        ("version_id", "VERSION_ID"),
    ]

    private let files: [HostFile]
    private var stamp: FileStamp?
    /// True where the file may have changed after it was read without another stamp.
    private var isFresh = false
    private var release = OSRelease()

    init(context: CollectorContext) {
        files = ["/etc/os-release", "/usr/lib/os-release"].map { HostFile($0, in: context.roots) }
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard try rereadIfChanged(from: &reader) else {
            return .noKernelFeature("neither \(files[0].path) nor \(files[1].path) is there")
        }
        let labels = writer.labels {
            for (label, key) in OSCollector.labels { $0.add(label, release[key]) }
        }
        writer.write(Metric.info, labels, true)
        if let version = release.version {
            let short = writer.labels {
                $0.add("id", release["ID"])
                $0.add("id_like", release["ID_LIKE"])
                $0.add("name", release["NAME"])
            }
            writer.write(Metric.version, short, version)
        }
        if let seconds = release.supportEndSeconds { writer.write(Metric.supportEnd, seconds) }
        for _ in 0..<release.malformed { writer.loseItem("os-release: a line that is not understood") }
        return .available
    }

    /// False where no file is there.
    private mutating func rereadIfChanged(from reader: inout KernelFileReader) throws(CollectorError) -> Bool {
        for file in files {
            let now = file.stamp
            if now != nil, now == stamp, !isFresh { return true }
            guard let bytes = try reader.readIfPresent(file) else { continue }
            release = OSRelease(bytes)
            if release.isEmpty { throw .malformed(file.path, bytes) }
            stamp = now
            isFresh = now?.isFresh ?? false
            return true
        }
        stamp = nil
        return false
    }
}
