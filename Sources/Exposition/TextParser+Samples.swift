// SPDX-License-Identifier: Apache-2.0

extension TextParser {
    /// A sample line: `name{label="value",...} value timestamp`.
    mutating func parseSample() throws(TextParserError) {
        let name = metricName()
        guard !name.isEmpty else { throw unexpected("a metric name", at: name.lowerBound) }
        let found = familyOfSample(named: name)
        let type = page.families[found.index].type
        skipBlanks()

        var bound: Range<Int>?
        let firstLabel = page.labels.count
        if current == UInt8(ascii: "{") {
            bound = try parseLabels(of: name, type: type)
            skipBlanks()
        }
        let labels = firstLabel..<page.labels.count

        let text = tokenUntilBlank()
        _ = try isAtLineFeed()
        guard var value = NumberText.parse(bytes[text]) else {
            throw error("expected a number as value, found \(quoted(text))")
        }
        let role = try role(of: found, type: type, bound: bound)
        switch role {
        case .bucket, .count:
            guard value >= 0, value < 0x1p64 else {
                throw error("expected a count, 0 or more, found \(quoted(text))")
            }
            value.round(.towardZero)
        default: break
        }
        try parseTimestamp()
        page.families[found.index].samples.append(
            ParsedPage.Sample(role: role, labels: labels, value: value, line: line))
        endLine()
    }

    /// The labels from `{` to `}`, appended to the page sorted by name.
    ///
    /// - Returns: the value of the label that names a bucket or quantile, where the type has one.
    private mutating func parseLabels(
        of metric: Range<Int>, type: ParsedPage.FamilyType
    ) throws(TextParserError) -> Range<Int>? {
        let first = page.labels.count
        var bound: Range<Int>?
        repeat {
            position &+= 1
            skipBlanks()
            if current == UInt8(ascii: "}") { break }
            let label = try parseLabel()
            let isBound =
                (type == .histogram && bytes[label.name].elementsEqual("le".utf8))
                || (type == .summary && bytes[label.name].elementsEqual("quantile".utf8))
            if isBound {
                guard bound == nil else { throw duplicate(label, of: metric) }
                bound = label.value
            } else {
                try insert(label, from: first, of: metric)
            }
            skipBlanks()
        } while current == UInt8(ascii: ",")
        guard current == UInt8(ascii: "}") else {
            throw unexpected("',' or '}' after a label value", at: position)
        }
        position &+= 1
        return bound
    }

    /// Puts a label where it belongs among those of its sample.
    ///
    /// Cost: linear in their number, as mostly none has to move.
    private mutating func insert(
        _ label: ParsedPage.Label, from first: Int, of metric: Range<Int>
    ) throws(TextParserError) {
        let name = bytes[label.name]
        var index = page.labels.count
        while index > first, !bytes[page.labels[index &- 1].name].lexicographicallyPrecedes(name) {
            index &-= 1
        }
        if index < page.labels.count, bytes[page.labels[index].name].elementsEqual(name) {
            throw duplicate(label, of: metric)
        }
        page.labels.insert(label, at: index)
    }

    private mutating func parseLabel() throws(TextParserError) -> ParsedPage.Label {
        let name = labelName()
        guard !name.isEmpty else { throw unexpected("a label name", at: position) }
        guard !bytes[name].elementsEqual("__name__".utf8) else {
            throw error("the label name \"__name__\" is reserved")
        }
        skipBlanks()
        guard current == UInt8(ascii: "=") else { throw unexpected("'=' after a label name", at: position) }
        position &+= 1
        skipBlanks()
        guard current == UInt8(ascii: "\"") else {
            throw unexpected("'\"' at the start of a label value", at: position)
        }
        position &+= 1
        let start = position
        while let byte = current, byte != UInt8(ascii: "\"") {
            guard byte != UInt8(ascii: "\n") else {
                throw error("expected '\"' at the end of label value \(quoted(start..<position))")
            }
            position &+= 1
            if byte == UInt8(ascii: "\\") {
                _ = try escapedByte()
                position &+= 1
            }
        }
        guard current != nil else { throw unexpectedEnd() }
        let value = start..<position
        position &+= 1
        guard unsafe bytes[value].withUnsafeBytes({ unsafe UTF8Text.isValid($0) }) else {
            throw error("expected UTF-8 in the value of label \(quoted(name))")
        }
        return ParsedPage.Label(name: name, value: value)
    }

    private func role(
        of found: FoundFamily, type: ParsedPage.FamilyType, bound: Range<Int>?
    ) throws(TextParserError) -> ParsedPage.Role {
        guard type == .summary || type == .histogram else { return .value }
        var limit: Double?
        if let bound {
            limit = NumberText.parse(bytes[bound])
            if limit == nil { throw error("expected a number as bucket or quantile, found \(quoted(bound))") }
        }
        switch found.part {
        case .count: return .count
        case .sum: return .sum
        case .none: break
        }
        guard let limit, !limit.isNaN else { return .none }
        return type == .histogram ? .bucket(upperBound: limit) : .quantile(limit)
    }

    private mutating func parseTimestamp() throws(TextParserError) {
        guard isBlank(current) else { return }
        skipBlanks()
        let text = tokenUntilBlank()
        let isLast = try isAtLineFeed()
        guard Int64(String(decoding: bytes[text], as: UTF8.self)) != nil else {
            throw error("expected a whole number as timestamp, found \(quoted(text))")
        }
        guard isLast else { throw unexpected("the end of the line after a timestamp", at: position) }
        if page.firstTimestampLine == nil { page.firstTimestampLine = line }
    }

    private func duplicate(_ label: ParsedPage.Label, of metric: Range<Int>) -> TextParserError {
        error("a second label \(quoted(label.name)) for \(quoted(metric))")
    }
}
