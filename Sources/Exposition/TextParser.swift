// SPDX-License-Identifier: Apache-2.0

/// Reads pages of the text format 0.0.4 as node_exporter reads its text files.
///
/// It accepts what Prometheus's Go parser accepts and refuses what that refuses: lines may begin with blanks, tokens
/// may be parted by several blanks and tabs, but a line ends right after its value or timestamp, the last one with a
/// line feed too, and a carriage return is no blank. Stricter than Go's: quoted (UTF-8) names, backslashes in a type
/// and counts that are negative or not numbers are errors.
public struct TextParser {
    let bytes: [UInt8]
    var position = 0
    var line = 0
    var page: ParsedPage
    /// The family of the sample line before, which most lines share; forgotten when a comment may change it.
    var recent: (name: Range<Int>, found: FoundFamily)?
    private var familyOfName: [[UInt8]: Int] = [:]
    /// For each family whether its type is settled, by a TYPE line or a sample.
    private var isTyped: [Bool] = []

    /// A family and what the name that led to it says of the sample.
    struct FoundFamily {
        let index: Int
        var part = Part.none

        enum Part {
            case none, sum, count
        }
    }

    /// Parses a whole page.
    ///
    /// Cost: linear in the size; copies the page once.
    ///
    /// - Parameter bytes: any bytes.
    /// - Returns: what the page holds.
    /// - Throws: the first line that is wrong, and what was expected there.
    public static func parse(_ bytes: [UInt8]) throws(TextParserError) -> ParsedPage {
        var parser = TextParser(bytes: bytes)
        try parser.parseLines()
        parser.page.families.removeAll(where: \.samples.isEmpty)
        return parser.page
    }

    /// Parses a whole page from memory that need not outlive the call.
    ///
    /// - Parameter buffer: any bytes.
    /// - Returns: what the page holds.
    /// - Throws: the first line that is wrong, and what was expected there.
    public static func parse(_ buffer: UnsafeRawBufferPointer) throws(TextParserError) -> ParsedPage {
        // A copy: what the kernel or a file gives may change while it is read, the copy does not.
        try unsafe parse(Array(buffer))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        page = ParsedPage(bytes: bytes, families: [], labels: [])
    }

    private mutating func parseLines() throws(TextParserError) {
        while true {
            line &+= 1
            skipBlanks()
            guard let byte = current else { return }
            switch byte {
            case UInt8(ascii: "\n"): position &+= 1
            case UInt8(ascii: "#"): try parseComment()
            default: try parseSample()
            }
        }
    }

    // MARK: - Comments

    private mutating func parseComment() throws(TextParserError) {
        position &+= 1
        skipBlanks()
        let keyword = bytes[tokenUntilBlank()]
        guard try !isAtLineFeed() else { return endLine() }
        let isHelp = keyword.elementsEqual("HELP".utf8)
        guard isHelp || keyword.elementsEqual("TYPE".utf8) else {
            _ = try tokenUntilLineFeed()
            return endLine()
        }
        skipBlanks()
        let name = metricName()
        guard try !isAtLineFeed() else { return endLine() }
        guard !name.isEmpty, isBlank(current) else {
            throw unexpected("a metric name", at: name.lowerBound)
        }
        let index = family(named: name).index
        recent = nil
        skipBlanks()
        guard try !isAtLineFeed() else { return endLine() }
        if isHelp {
            try parseHelp(of: index)
        } else {
            try parseType(of: index)
        }
        endLine()
    }

    private mutating func parseHelp(of index: Int) throws(TextParserError) {
        guard page.families[index].help == nil else {
            throw error("a second HELP for \(quoted(page.families[index].name))")
        }
        var help: [UInt8] = []
        while try !isAtLineFeed(), var byte = current {
            if byte == UInt8(ascii: "\\") {
                position &+= 1
                byte = try escapedByte()
            }
            help.append(byte)
            position &+= 1
        }
        page.families[index].help = help
    }

    private mutating func parseType(of index: Int) throws(TextParserError) {
        guard !isTyped[index] else {
            throw error("a second TYPE for \(quoted(page.families[index].name)), or one after its samples")
        }
        let word = try tokenUntilLineFeed()
        let lowercased = String(decoding: bytes[word].map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }, as: UTF8.self)
        guard let type = ParsedPage.FamilyType(rawValue: lowercased) else {
            throw error("expected counter, gauge, summary, histogram or untyped as type, found \(quoted(word))")
        }
        page.families[index].type = type
        isTyped[index] = true
    }

    // MARK: - Families

    /// The family of a sample's name, whose type is settled with that.
    mutating func familyOfSample(named name: Range<Int>) -> FoundFamily {
        if let recent, bytes[recent.name].elementsEqual(bytes[name]) { return recent.found }
        let found = family(named: name)
        isTyped[found.index] = true
        recent = (name, found)
        return found
    }

    /// Finds the family of this very name, else the summary or histogram whose part it names, else makes one.
    private mutating func family(named name: Range<Int>) -> FoundFamily {
        if let index = familyOfName[Array(bytes[name])] { return FoundFamily(index: index) }
        let suffixes: [(text: StaticString, part: FoundFamily.Part, isSummary: Bool)] = [
            ("_count", .count, true), ("_sum", .sum, true), ("_bucket", .none, false),
        ]
        for suffix in suffixes {
            guard let stem = stem(of: name, without: suffix.text), let index = familyOfName[Array(bytes[stem])] else {
                continue
            }
            let type = page.families[index].type
            if type == .histogram || (type == .summary && suffix.isSummary) {
                return FoundFamily(index: index, part: suffix.part)
            }
        }
        page.families.append(ParsedPage.Family(name: name, type: .untyped, help: nil, samples: []))
        isTyped.append(false)
        familyOfName[Array(bytes[name])] = page.families.count &- 1
        return FoundFamily(index: page.families.count &- 1)
    }

    private func stem(of name: Range<Int>, without suffix: StaticString) -> Range<Int>? {
        let length = suffix.utf8CodeUnitCount
        guard name.count > length else { return nil }
        let stem = name.lowerBound..<(name.upperBound &- length)
        let end = bytes[stem.upperBound..<name.upperBound]
        return suffix.withUTF8Buffer { unsafe end.elementsEqual($0) } ? stem : nil
    }
}
