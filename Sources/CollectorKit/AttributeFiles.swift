// SPDX-License-Identifier: Apache-2.0

public import Exposition
public import KernelFiles

/// The attributes of one device of sysfs that are fields of a table, each with its kept file.
public struct AttributeFiles<Metric: FieldKey> {
    private let files: [(field: TableField<Metric>, file: KernelFile)]

    /// The files of these fields in a device's folder; with `names`, those that the folder has.
    public init(_ fields: [TableField<Metric>], in folder: String, having names: Set<String>? = nil) {
        files = fields.compactMap { field in
            let name = "\(field.name)"
            if let names, !names.contains(name) { return nil }
            return (field, KernelFile(oneRead: folder + "/" + name))
        }
    }

    /// Reads the files and writes their numbers.
    ///
    /// A file that is not there, or whose driver has no value now, gives no sample; one that cannot be read, or that is
    /// no number, is a lost item.
    public func read(from reader: inout KernelFileReader, _ labels: Labels, into writer: inout MetricWriter<Metric>) {
        for (field, file) in files {
            if let number = reader.number(of: file, or: &writer) { writer.write(field, labels, number) }
        }
    }
}

/// The attributes of one device of sysfs that are labels of the same names of its info series.
public struct AttributeLabels {
    /// What becomes of the label of an attribute that is not there or has no value.
    public enum Missing: Sendable {
        /// The label is there, with an empty value.
        case empty
        /// There is no such label; so it is for an attribute that is empty.
        case leftOut
    }

    /// Sorted by label; the one without a file is the device's name.
    private var labels: [(label: StaticString, file: KernelFile?)]
    private let device: String
    private let missing: Missing

    /// The files of these names in a device's folder, and a label with the device's name; with `names`, those files that
    /// the folder has.
    public init(
        _ files: [StaticString], device: (label: StaticString, name: String), in folder: String,
        having names: Set<String>? = nil, missing: Missing
    ) {
        let shown = files.filter { name in names.map { $0.contains("\(name)") } ?? true }
        self.init(renamed: shown.map { ($0, $0) }, device: device, in: folder, missing: missing)
    }

    /// The same for files whose labels have other names.
    public init(
        renamed files: [(label: StaticString, file: StaticString)], device: (label: StaticString, name: String),
        in folder: String, missing: Missing
    ) {
        self.device = device.name
        self.missing = missing
        labels = files.map { ($0.label, KernelFile(oneRead: "\(folder)/\($0.file)")) }
        labels.append((device.label, nil))
        labels.sort { "\($0.label)" < "\($1.label)" }
    }

    /// Reads the files into a label set; one that cannot be read is a lost item.
    public func read(from reader: inout KernelFileReader, into writer: inout MetricWriter<some FamilyKey>) -> Labels {
        var set = Labels.none
        for (label, file) in labels {
            guard let file else {
                set = writer.labels(set) { $0.add(label, device) }
                continue
            }
            let text = reader.text(of: file, or: &writer) ?? Bytes("")
            if text.isEmpty, missing == .leftOut { continue }
            set = writer.labels(set) { $0.add(label, text) }
        }
        return set
    }
}
