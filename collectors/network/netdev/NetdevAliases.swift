// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// The aliases that administrators gave to interfaces, by kept files of sysfs where the dump has not got them.
struct NetdevAliases {
    private let directory: String?
    private var files = RowsByName<KernelFile>()

    /// Aliases below a folder of interfaces, or those of the dump where it is nil.
    init(directory: String?) {
        self.directory = directory
    }

    /// The alias of an interface; nil where sysfs does not have the interface, and where it cannot be read, which is a
    /// lost item.
    mutating func alias(
        of name: Bytes, dumped: Bytes, _ position: Int, from reader: inout KernelFileReader,
        or writer: inout MetricWriter<NetdevMetric>
    ) -> Bytes? {
        guard let directory else { return dumped }
        _ = files.place(name, at: position) { KernelFile(oneRead: "\(directory)/\(name.text)/ifalias") }
        return reader.text(of: files[position], or: &writer)
    }
}
