// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Open files of the whole host.
///
/// Source: /proc/sys/fs/file-nr, kernel Documentation/admin-guide/sysctl/fs.rst.
struct FilefdCollector: Collector {
    enum Metric: Int, FamilyKey {
        case allocated, maximum

        var family: MetricFamily {
            switch self {
            case .allocated: .gauge("node_filefd_allocated", [], "File handles in use.")
            case .maximum: .gauge("node_filefd_maximum", [], "File handles that there may be.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "filefd", group: .system, help: "Open files of the whole host, and how many there may be.",
        reads: ["/proc/sys/fs/file-nr"])

    private let file: KernelFile

    init(context: CollectorContext) throws(ConfigurationError) {
        file = context.sharedFile(inOnePiece: context.roots.proc("sys/fs/file-nr"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        guard let bytes = try reader.readIfPresent(file) else { return .noKernelFeature("\(file.path) is not there") }
        var fields = ByteScanner(bytes)
        // The number between is that of free handles, which has been 0 since kernel 2.6.
        guard let allocated = fields.nextUnsigned(), fields.skipFields(1), let maximum = fields.nextUnsigned() else {
            throw .malformed(file.path, bytes)
        }
        writer.write(Metric.allocated, allocated)
        writer.write(Metric.maximum, maximum)
        return .available
    }
}
