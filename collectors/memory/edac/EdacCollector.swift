// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// Memory errors that the hardware has corrected, and those that it could not.
///
/// Source: /sys/devices/system/edac, kernel Documentation/admin-guide/RAS/main.rst.
struct EdacCollector: Collector {
    enum Metric: Int, FamilyKey {
        case corrected, uncorrected, rowCorrected, rowUncorrected, channelCorrected, channelUncorrected

        private static let row = ["controller", "csrow"]
        private static let channel = ["channel", "controller", "csrow", "dimm_label"]

        var family: MetricFamily {
            switch self {
            case .corrected:
                .counter(
                    "node_edac_correctable_errors_total", ["controller"],
                    "Memory errors that the controller has corrected.")
            case .uncorrected:
                .counter(
                    "node_edac_uncorrectable_errors_total", ["controller"],
                    "Memory errors that the controller could not correct.")
            case .rowCorrected:
                .counter(
                    "node_edac_csrow_correctable_errors_total", Self.row,
                    "Corrected memory errors by row of chips; unknown where the hardware did not say.")
            case .rowUncorrected:
                .counter(
                    "node_edac_csrow_uncorrectable_errors_total", Self.row,
                    "Memory errors that were not corrected, by row of chips; unknown where the hardware did not say.")
            case .channelCorrected:
                .counter(
                    "node_edac_channel_correctable_errors_total", Self.channel,
                    "Corrected memory errors by channel of a row, with the label of the memory module.")
            case .channelUncorrected:
                .counter(
                    "node_edac_channel_uncorrectable_errors_total", Self.channel,
                    "Memory errors that were not corrected, by channel of a row, with the label of the module.")
            }
        }
    }

    static let descriptor = CollectorDescriptor(
        name: "edac", group: .memory, help: "Memory errors, by controller, row of chips and channel.",
        reads: ["/sys/devices/system/edac/mc/mc*"], absentIsSuccess: true)

    private var directory: WatchedDirectory
    private var controllers: [EdacController] = []

    init(context: CollectorContext) {
        directory = WatchedDirectory(context.roots.sys("devices/system/edac/mc"), comesWithModule: true)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        switch try directory.list(from: &reader) {
        case .missing:
            controllers = []
            return .noDevice("\(directory.path) is not there")
        case .same: break
        case .changed(let names):
            controllers = EdacController.numbered("mc", among: names).map { number in
                EdacController(number, folder: "\(directory.path)/mc\(number)")
            }
        }
        if controllers.isEmpty { return .noDevice("no memory controller in \(directory.path)") }
        for index in controllers.indices { controllers[index].read(from: &reader, into: &writer) }
        return .available
    }
}
