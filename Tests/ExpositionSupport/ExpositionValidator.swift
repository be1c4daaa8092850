// SPDX-License-Identifier: Apache-2.0

/// Holds pages against the rules of their format, and ours where they are stricter.
public struct ExpositionValidator {
    /// The format of a page.
    public enum Format: Sendable {
        /// Prometheus's text format 0.0.4.
        case text
        /// OpenMetrics 1.0.
        case openMetrics
    }

    let format: Format
    private(set) var problems: [String] = []
    private var families: [ExpositionFamily] = []
    private var namesSeen: Set<String> = []
    private var series: Set<String> = []
    private var owners: [String: String] = [:]
    private var hasEnded = false
    private var number = 0
    private var reference = NumberReference()

    /// All that is wrong with a page, in words that begin with the line number where there is one.
    ///
    /// - Parameters:
    ///   - page: the body of an answer.
    ///   - format: what it must be.
    /// - Returns: nothing for a good page.
    public static func problems(in page: [UInt8], format: Format) -> [String] {
        var validator = ExpositionValidator(format: format)
        validator.walk(page)
        return validator.problems
    }

    /// The families of a page in its order; lines that are not well-formed are left out.
    ///
    /// - Parameters:
    ///   - page: the body of an answer.
    ///   - format: what it is.
    /// - Returns: the families with their samples.
    public static func families(in page: [UInt8], format: Format = .text) -> [ExpositionFamily] {
        var validator = ExpositionValidator(format: format)
        validator.walk(page)
        return validator.families
    }

    /// All samples of a page in its order; lines that are not well-formed are left out.
    ///
    /// - Parameters:
    ///   - page: the body of an answer.
    ///   - format: what it is.
    /// - Returns: the samples.
    public static func samples(in page: [UInt8], format: Format = .text) -> [ExpositionSample] {
        families(in: page, format: format).flatMap(\.samples)
    }

    private init(format: Format) {
        self.format = format
    }

    mutating func report(_ problem: String) {
        problems.append(problem)
    }

    private mutating func reportLine(_ problem: String) {
        report("line \(number): \(problem)")
    }

    // MARK: - Lines

    private mutating func walk(_ page: [UInt8]) {
        if String(validating: page, as: UTF8.self) == nil { report("the page is not UTF-8") }
        var lines = page.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        if page.last != UInt8(ascii: "\n"), !page.isEmpty { report("the last line does not end") }
        for line in lines {
            number += 1
            if hasEnded { reportLine("something after # EOF") }
            switch line.isEmpty ? .malformed("an empty line") : ExpositionLine(line, format: format) {
            case .malformed(let what): reportLine(what)
            case .help(let name, let text): takeHelp(name, text)
            case .type(let name, let type): takeType(name, type)
            case .sample(let sample): takeSample(sample)
            case .end:
                if format == .text { reportLine("# EOF in the text format") }
                hasEnded = true
            }
        }
        finishFamily()
        if format == .openMetrics, !hasEnded { report("no # EOF") }
    }

    private mutating func takeHelp(_ name: String, _ text: String) {
        enter(name)
        if families[families.count - 1].help != nil { reportLine("a second HELP for \(name)") }
        if !families[families.count - 1].samples.isEmpty { reportLine("HELP after samples of \(name)") }
        families[families.count - 1].help = text
    }

    private mutating func takeType(_ name: String, _ type: String) {
        enter(name)
        if !families[families.count - 1].type.isEmpty { reportLine("a second TYPE for \(name)") }
        if !families[families.count - 1].samples.isEmpty { reportLine("TYPE after samples of \(name)") }
        families[families.count - 1].type = type
        let types =
            format == .text
            ? ["counter", "gauge", "histogram", "summary", "untyped"]
            : ["counter", "gauge", "histogram", "summary", "unknown", "info", "stateset"]
        if !types.contains(type) { reportLine("no type: \(type)") }
        if format == .openMetrics, type == "counter", name.hasSuffix("_total") {
            reportLine("_total in the name of a counter's family: \(name)")
        }
    }

    private mutating func takeSample(_ sample: ExpositionSample) {
        if families.last?.owns(sample.name, in: format) != true {
            let isRepeated = owners[sample.name] != nil
            reportLine(isRepeated ? "\(sample.name) apart from its family" : "no TYPE fits \(sample.name) before it")
            enter(owners[sample.name] ?? sample.name)
        }
        let type = families[families.count - 1].type
        families[families.count - 1].samples.append(sample)
        if !series.insert(sample.series).inserted { reportLine("a second \(sample.series)") }
        guard let value = goNumber(sample.value) else {
            return reportLine("not a number as Go prints it: \(sample.value)")
        }
        let isCount = type == "histogram" && !sample.name.hasSuffix("_sum") || sample.name.hasSuffix("_count")
        let isGrowing = type == "counter" || (isCount && (type == "histogram" || type == "summary"))
        if isGrowing, !(value >= 0) { reportLine("\(sample.series) is \(sample.value)") }
    }

    // MARK: - Families

    /// Makes the family current, and ends the one before it.
    private mutating func enter(_ name: String) {
        if families.last?.name == name { return }
        finishFamily()
        if !namesSeen.insert(name).inserted { reportLine("\(name) apart from its family") }
        families.append(ExpositionFamily(name: name))
    }

    private mutating func finishFamily() {
        guard let family = families.last else { return }
        if family.type.isEmpty { report("\(family.name) has no TYPE") }
        if family.help == nil { report("\(family.name) has no HELP") }
        if family.samples.isEmpty { report("\(family.name) has no samples") }
        for name in family.sampleNames(in: format) {
            if let owner = owners[name], owner != family.name {
                report("samples named \(name) can belong to \(owner) and \(family.name)")
            }
            owners[name] = family.name
        }
        checkParts(of: family)
    }

    /// The value of a number printed as Go prints it, else nil.
    mutating func goNumber(_ text: String) -> Double? {
        switch text {
        case "+Inf": return .infinity
        case "-Inf": return -.infinity
        case "NaN": return .nan
        default: break
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return reference.text(of: value).elementsEqual(text.utf8) ? value : nil
    }
}
