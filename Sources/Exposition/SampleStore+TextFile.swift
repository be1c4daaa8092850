// SPDX-License-Identifier: Apache-2.0

extension MetricWriter where Key == NoMetrics {
    /// A writer of a parsed page, whose families may have any names.
    public static func ofTextFile() -> MetricWriter {
        MetricWriter(openFamilies: [MetricFamily(.untyped, anyLabels: "<name>", help: "")])
    }

    /// Writes the samples of a parsed page as node_exporter shows those of a text file.
    ///
    /// Within a family every sample gets every label, empty where the page did not have it. A histogram gets the bucket
    /// `+Inf` where it is missing; it and a summary get a sum and a count, 0 where they are missing. Of equal series the
    /// first stays. `help` is for families without one of their own.
    public mutating func write(_ page: ParsedPage, help: String) { store.write(page, help: help) }
}

extension SampleStore {
    /// Takes over what another store holds, except for the families of these names.
    mutating func merge(_ other: borrowing SampleStore, except names: Set<String>) {
        for index in 0..<other.blockCount where unsafe other.blocks[index].sampleCount > 0 {
            guard unsafe !names.contains(other.blocks[index].family.name) else { continue }
            let family = unsafe self.family(other.blocks[index].family)
            unsafe append(other.blocks[index], to: family)
        }
    }

    mutating func write(_ page: ParsedPage, help: String) {
        for parsed in page.families {
            let type = MetricType(parsed.type)
            let name = String(decoding: page.bytes[parsed.name], as: UTF8.self)
            let text = parsed.help.map { String(decoding: $0, as: UTF8.self) } ?? help
            let family = self.family(MetricFamily(type, anyLabels: name, help: text))
            let labels = PageLabels(page, family: parsed)
            if type == .histogram || type == .summary {
                writePoints(of: parsed, type, to: family, labels)
            } else {
                for sample in parsed.samples {
                    write(family, self.labels { labels.add(sample.labels, to: &$0) }, .real(sample.value))
                }
            }
        }
    }

    private mutating func writePoints(
        of parsed: ParsedPage.Family, _ type: MetricType, to family: NamedFamily, _ labels: PageLabels
    ) {
        for var metric in PointMetric.metrics(of: parsed.samples, labels) {
            let base = self.labels { labels.add(metric.labels, to: &$0) }
            let isHistogram = type == .histogram
            if isHistogram, metric.points[.infinity] == nil { metric.points[.infinity] = metric.count }
            for (bound, value) in metric.points.sorted(by: { $0.key < $1.key }) {
                let point = self.labels(base) {
                    $0.add(isHistogram ? "le" : "quantile", number: bound, isFirst: base.count == 0)
                }
                if isHistogram {
                    write(family, suffix: "_bucket", point, .real(value))
                } else {
                    write(family, point, .real(value))
                }
            }
            write(family, suffix: "_sum", base, .real(metric.sum))
            write(family, suffix: "_count", base, .real(metric.count))
        }
    }
}

extension MetricType {
    /// The type of a family of a page.
    public init(_ type: ParsedPage.FamilyType) {
        switch type {
        case .counter: self = .counter
        case .gauge: self = .gauge
        case .summary: self = .summary
        case .histogram: self = .histogram
        case .untyped: self = .untyped
        }
    }
}

/// One histogram or summary: what a page's lines with the same labels say together.
private struct PointMetric {
    let labels: Range<Int>
    /// The count of each bucket or the value at each quantile; of equal ones the last line's.
    var points: [Double: Double] = [:]
    var sum = 0.0
    var count = 0.0

    static func metrics(of samples: [ParsedPage.Sample], _ labels: PageLabels) -> [PointMetric] {
        var metrics: [PointMetric] = []
        var indexOf: [[UInt8]: Int] = [:]
        for sample in samples {
            let key = labels.key(sample.labels)
            let index = indexOf[key] ?? metrics.count
            if index == metrics.count {
                metrics.append(PointMetric(labels: sample.labels))
                indexOf[key] = index
            }
            switch sample.role {
            case .bucket(let bound), .quantile(let bound): metrics[index].points[bound] = sample.value
            case .sum: metrics[index].sum = sample.value
            case .count: metrics[index].count = sample.value
            case .value, .none: break
            }
        }
        return metrics
    }
}

/// The labels of a family's samples, with all names that occur in the family.
private struct PageLabels {
    private let bytes: [UInt8]
    private let labels: [ParsedPage.Label]
    /// Sorted, each once.
    private var names: [Range<Int>] = []

    init(_ page: ParsedPage, family: ParsedPage.Family) {
        bytes = page.bytes
        labels = page.labels
        for sample in family.samples {
            // Both are sorted, and mostly equal.
            var at = 0
            for label in labels[sample.labels] {
                while at < names.count, text(names[at]).lexicographicallyPrecedes(text(label.name)) { at += 1 }
                if at == names.count || !text(names[at]).elementsEqual(text(label.name)) {
                    names.insert(label.name, at: at)
                }
                at += 1
            }
        }
    }

    private func text(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[range]
    }

    /// Adds a sample's labels and empty ones for all that it does not have.
    func add(_ range: Range<Int>, to target: inout LabelText) {
        var rest = labels[range]
        var isFirst = true
        for name in names {
            var value = name.upperBound..<name.upperBound
            if let label = rest.first, text(label.name).elementsEqual(text(name)) {
                value = label.value
                rest.removeFirst()
            }
            target.add(escaped: text(value), name: text(name), isFirst: isFirst)
            isFirst = false
        }
    }

    /// The same bytes for the same labels: an escaped value holds no line feed.
    func key(_ range: Range<Int>) -> [UInt8] {
        var key: [UInt8] = []
        for label in labels[range] where !label.value.isEmpty {
            key += text(label.name) + [0x0A] + text(label.value) + [0x0A]
        }
        return key
    }
}

extension LabelText {
    /// Adds a label whose value is UTF-8 and escaped already.
    fileprivate mutating func add(escaped value: ArraySlice<UInt8>, name: ArraySlice<UInt8>, isFirst: Bool) {
        if !isFirst { sink.append(UInt8(ascii: ",")) }
        unsafe name.withUnsafeBytes { unsafe sink.append($0) }
        sink.append("=\"")
        unsafe value.withUnsafeBytes { unsafe sink.append($0) }
        sink.append(UInt8(ascii: "\""))
    }

    /// Adds a label whose value is a number as samples have it.
    fileprivate mutating func add(_ name: StaticString, number: Double, isFirst: Bool) {
        if !isFirst { sink.append(UInt8(ascii: ",")) }
        sink.append(name)
        sink.append("=\"")
        let room = unsafe sink.room(for: NumberText.maximumLength)
        sink.commit(unsafe NumberText.write(number, to: room))
        sink.append(UInt8(ascii: "\""))
    }
}
